import Classification
import Columns
import Kernels
package import Models
import Synchronization

/// Measures strategies on what happened after one or more cut-offs (rolling origin).
///
///     let evaluation = StrategyEvaluation(
///       strategies: StrategyCatalogue.all, horizonDays: 182, cutoffs: [cutoff])
///     let report = try evaluation.run(base)
///     print(report.text)      // best first; "≈" marks those within noise of the best
package struct StrategyEvaluation: Sendable {
  package static let foldCountMax = 52

  package let strategies: [any Strategy]
  package let horizonDays: Int
  /// Rising; every fold is judged on the horizon after its cut-off.
  package let cutoffs: [Int32]
  package let budget: ContactBudget?
  package let drawCount: Int
  package let seed: UInt64

  package init(
    strategies: [any Strategy], horizonDays: Int, cutoffs: [Int32], budget: ContactBudget? = nil,
    drawCount: Int = 1_000, seed: UInt64 = 1
  ) throws(EvaluationError) {
    guard !strategies.isEmpty, !cutoffs.isEmpty else { throw .nothingToEvaluate }
    guard (1...36_500).contains(horizonDays) else { throw .horizonOutOfRange(days: horizonDays) }
    guard cutoffs.count <= StrategyEvaluation.foldCountMax else {
      throw .foldsOutOfRange(count: cutoffs.count)
    }
    self.strategies = strategies
    self.horizonDays = horizonDays
    self.cutoffs = cutoffs.sorted()
    self.budget = budget
    self.drawCount = drawCount
    self.seed = seed
  }

  /// The cut-offs of `count` folds: the last ends on `lastDay`, each a horizon before the next.
  package static func cutoffs(
    folds count: Int, horizonDays: Int, lastDay: Int32
  ) throws(EvaluationError) -> [Int32] {
    guard (1...foldCountMax).contains(count) else { throw .foldsOutOfRange(count: count) }
    return (1...count).reversed().map {
      Int32(clamping: Int64(lastDay) - Int64($0) * Int64(horizonDays))
    }
  }

  /// Runs every strategy on every fold. A strategy that fails is reported as failed; the others go on.
  ///
  /// - Throws: `EvaluationError`, and `RuleErrors` of a taxonomy, which are mistakes in what was asked.
  package func run(_ base: CustomerBase) throws -> EvaluationReport {
    try checkHorizon(base)
    var folds: [EvaluationReport.Fold] = []
    var runs = strategies.map { StrategyRun(name: $0.name) }
    for (k, cutoff) in cutoffs.enumerated() {
      let fold = try FoldEvaluation(
        base, cutoff: cutoff, horizonDays: horizonDays, budget: budget, drawCount: drawCount,
        seed: seed &+ UInt64(k))
      folds.append(
        EvaluationReport.Fold(
          cutoff: cutoff, end: fold.holdout.end, customerCount: fold.holdout.count,
          activeCount: fold.isActive.reduce(0) { $0 + ($1 ? 1 : 0) },
          spend: fold.holdout.spend.reduce(0, +),
          contactCount: budget?.contactCount(of: fold.holdout.count)))
      // Fitting goes one by one, for it is timed; what was fitted is measured side by side, two for each
      // thread, for some take three times as long as others.
      let sideBySide = 2 * max(1, Parallel.threadCount)
      for first in stride(from: 0, to: strategies.count, by: sideBySide) {
        let places = first..<min(first + sideBySide, strategies.count)
        let trials = places.map { place in Result { try fold.attempt(strategies[place]) } }
        for (place, outcome) in zip(places, StrategyEvaluation.outcomes(trials, fold)) {
          switch outcome {
          case .success(let outcome): runs[place].add(outcome)
          case .failure(let error as RuleErrors): throw error
          case .failure(let error):
            runs[place].failure = runs[place].failure ?? "\(Day.text(cutoff)): \(error)"
          }
        }
      }
    }
    return EvaluationReport(
      horizonDays: horizonDays, drawCount: drawCount, seed: seed, budget: budget, folds: folds,
      runs: runs)
  }
}

extension StrategyEvaluation {
  /// What is judged has happened, and something was known before it: the horizon after every cut-off ends with the
  /// log or before, and no cut-off is before the first transaction.
  private func checkHorizon(_ base: CustomerBase) throws {
    guard let first = cutoffs.first, let last = cutoffs.last, let log = try base.log() else {
      return
    }
    let lastDay = log.upperBound
    if Int64(last) + Int64(horizonDays) > Int64(lastDay) {
      throw EvaluationError.horizonBeyondLog(
        cutoff: last, horizonDays: horizonDays, lastDay: lastDay)
    }
    if first < log.lowerBound {
      let rolling = try StrategyEvaluation.cutoffs(
        folds: cutoffs.count, horizonDays: horizonDays, lastDay: lastDay)
      throw EvaluationError.tooEarly(
        first, isRolling: cutoffs == rolling, foldCount: cutoffs.count, horizonDays: horizonDays,
        log: log)
    }
  }

  private static func outcomes(
    _ trials: [Result<FoldEvaluation.Trial, any Error>], _ fold: FoldEvaluation
  ) -> [Result<FoldEvaluation.Outcome, any Error>] {
    let outcomes = Mutex<[Int: Result<FoldEvaluation.Outcome, any Error>]>([:])
    Parallel.perform(trials.count) { k in
      let outcome = trials[k].flatMap { trial in Result { try fold.judge(trial) } }
      outcomes.withLock { $0[k] = outcome }
    }
    return outcomes.withLock { known in trials.indices.map { known[$0]! } }
  }
}

extension CustomerBase {
  /// The first and the last day of any transaction; nil when there is none. One pass over the customers.
  fileprivate func log() throws -> ClosedRange<Int32>? {
    let known = Mutex<ClosedRange<Int32>?>(nil)
    func joined(_ a: ClosedRange<Int32>?, _ b: ClosedRange<Int32>) -> ClosedRange<Int32> {
      guard let a else { return b }
      return min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
    }
    try rows.forEachRange { range, batches in
      var own: ClosedRange<Int32>?
      for runs in batches {
        let low = runs.firstCustomer(withCodeFrom: range.lowerBound)
        let high = runs.firstCustomer(withCodeFrom: range.upperBound)
        for k in low..<max(low, high) where runs.starts[k] < runs.starts[k + 1] {
          let days = runs.days[Int(runs.starts[k])]...runs.days[Int(runs.starts[k + 1]) - 1]
          own = joined(own, days)
        }
      }
      if let own { known.withLock { $0 = joined($0, own) } }
    }
    return known.withLock { $0 }
  }
}

/// What a strategy did on all folds so far.
struct StrategyRun {
  let name: String
  var folds: [FoldMeasures] = []
  /// Means over the folds, draw by draw.
  var giniDraws: [Double] = []
  var topDraws: [Double] = []
  var errorDraws: [Double] = []
  var failure: String?
  var note: String?

  init(name: String) { self.name = name }

  mutating func add(_ outcome: FoldEvaluation.Outcome) {
    func mean(_ old: [Double], _ new: [Double]) -> [Double] {
      if old.isEmpty { return new }
      let count = Double(folds.count)
      return zip(old, new).map { ($0 * count + $1) / (count + 1) }
    }
    giniDraws = mean(giniDraws, outcome.giniDraws)
    topDraws = mean(topDraws, outcome.topDraws)
    errorDraws = mean(errorDraws, outcome.errorDraws)
    note = note ?? outcome.note
    folds.append(outcome.measures)
  }
}
