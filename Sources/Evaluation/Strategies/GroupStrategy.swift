package import Columns
import Models

/// A grouping as a strategy: a customer's rank is what customers of the same group spent in the last horizon.
///
/// The groups are made as of a horizon before the cut-off, the means from what happened since; then customers
/// are grouped as of the cut-off. Where nobody was known that early, groups rank by their past spend.
///
///     GroupStrategy("coin") { _ in { knowledge in AlignedBuffer(repeating: 0, count: …) } }
package struct GroupStrategy: Strategy {
  /// The group of every customer, by code; those of unknown customers count nowhere.
  package typealias Assigner = @Sendable (Knowledge) throws -> AlignedBuffer<UInt32>

  package let name: String
  private let learn: @Sendable (Knowledge) throws -> Assigner

  /// `learn` gets what is known a horizon before the cut-off, and again what is known at the cut-off.
  package init(_ name: String, learn: @escaping @Sendable (Knowledge) throws -> Assigner) {
    self.name = name
    self.learn = learn
  }

  package func fit(_ knowledge: Knowledge, horizonDays: Int) throws -> any FittedStrategy {
    guard let window = try knowledge.learningWindow(horizonDays: horizonDays) else {
      let totals = knowledge.summary.monetaryTotals.span
      return try FittedGroups(
        assigner: learn(knowledge), knowledge: knowledge,
        spend: knowledge.customers.map { Money.double(totals[Int($0)]) }, predictsSpend: false,
        note: "nobody was known early enough to learn from: groups rank by their past spend")
    }
    return try FittedGroups(
      assigner: learn(window.start), knowledge: window.start,
      spend: window.holdout.spend.map { $0 * window.stretch }, predictsSpend: true,
      note: window.note)
  }
}

struct FittedGroups: FittedStrategy {
  let assigner: GroupStrategy.Assigner
  /// Mean spend of each group.
  let means: [Double]
  /// For groups that nobody was in.
  let mean: Double
  let predictsSpend: Bool
  let note: String?

  init(
    assigner: @escaping GroupStrategy.Assigner, knowledge: Knowledge, spend: [Double],
    predictsSpend: Bool, note: String?
  ) throws {
    self.assigner = assigner
    self.predictsSpend = predictsSpend
    self.note = note
    let assigned = try assigner(knowledge)
    let groups = assigned.span
    var sums: [Double] = []
    var counts: [Double] = []
    for (i, customer) in knowledge.customers.enumerated() {
      let group = Int(groups[Int(customer)])
      while sums.count <= group {
        sums.append(0)
        counts.append(0)
      }
      sums[group] += spend[i]
      counts[group] += 1
    }
    let total = counts.reduce(0, +)
    let mean = total > 0 ? sums.reduce(0, +) / total : 0
    self.mean = mean
    means = zip(sums, counts).map { $1 > 0 ? $0 / $1 : mean }
  }

  func score(_ knowledge: Knowledge) throws -> StrategyScores {
    let groups = try assigner(knowledge)
    let values = means.map { Float($0) }
    let other = Float(mean)
    let ranking = withExtendedLifetime(groups) {
      let codes = groups.pointer
      return knowledge.scores { row in
        let group = Int(codes[row])
        return group < values.count ? values[group] : other
      }
    }
    return StrategyScores(
      ranking: ranking, spend: predictsSpend ? ranking : nil, groups: groups)
  }
}
