import Generation
import Models
import Testing

/// Logs of known parameters, fitted again: the printed 95% intervals hold the truth as often as they should.
@Suite struct FitCoverageTests {
  struct Truth: Sendable, CustomTestStringConvertible {
    let name: String
    let dropout: GeneratorOptions.Dropout
    let kind: LifetimeModelKind
    /// In weeks.
    let parameters: [Double]
    /// Whether r is so large that rates are alike for all as far as such a log can tell.
    let isOneRate: Bool
    var testDescription: String { name }
  }

  static let truths = [
    Truth(
      name: "rates and dropout vary", dropout: .afterRepeat, kind: .bgnbd,
      parameters: [0.8, 8, 0.8, 3], isOneRate: false),
    Truth(
      name: "one rate for all", dropout: .afterRepeat, kind: .bgnbd,
      parameters: [1e4, 1e5, 0.8, 3], isOneRate: true),
    Truth(
      name: "one rate and one probability", dropout: .afterAny, kind: .mbgnbd,
      parameters: [1e4, 1e5, 900, 4_000], isOneRate: true),
    Truth(
      name: "one rate, nobody leaves", dropout: .never, kind: .nbd, parameters: [1e4, 1e5],
      isOneRate: true),
  ]

  static let seedCount = 20

  private func history(_ truth: Truth, seed: UInt64) throws -> PurchaseHistory {
    let p = truth.parameters
    let options = GeneratorOptions(
      customers: 300, seed: seed, weeks: 52, dropout: truth.dropout,
      purchases: .init(
        r: p[0], alpha: p[1], a: p.count > 2 ? p[2] : 1, b: p.count > 2 ? p[3] : 1))
    var days: [Int: Set<Int32>] = [:]
    for row in try GeneratedLog(OrderLogGenerator(options)).rows() {
      days[row.customer, default: []].insert(row.day)
    }
    let lastDay = options.firstDay + Int32(options.dayCount) - 1
    let bought = days.keys.sorted().map { days[$0]!.sorted() }
    return try PurchaseHistory(
      frequencies: bought.map { $0.count - 1 },
      recencies: bought.map { Double($0.last! - $0[0]) },
      ages: bought.map { Double(lastDay - $0[0]) }, ruler: .day)
  }

  /// Of 20 intervals at 95% fewer than 16 hold the truth once in 400 times.
  @Test(arguments: truths) func intervalsHoldTheTruth(_ truth: Truth) throws {
    var covered = [Int](repeating: 0, count: truth.parameters.count)
    var openCount = 0
    for seed in 1...UInt64(Self.seedCount) {
      let fit = PurchaseModel.fit(
        truth.kind, to: try history(truth, seed: seed), ruler: .week)
      #expect(fit.model.kind == truth.kind, "seed \(seed)")
      #expect(fit.report.isConverged, "seed \(seed)")
      for (i, parameter) in fit.report.parameters.enumerated() where i < covered.count {
        let interval = try #require(parameter.interval, "seed \(seed) \(parameter.name)")
        #expect(interval.lowerBound > 0)
        if interval.contains(truth.parameters[i]) { covered[i] += 1 }
        if parameter.isAtBound {
          #expect(interval.upperBound == .infinity, "seed \(seed) \(parameter.name)")
        }
      }
      if fit.report.parameters[0].interval?.upperBound == .infinity { openCount += 1 }
    }
    #expect(covered.allSatisfy { $0 >= 16 }, "\(covered) of \(Self.seedCount)")
    // A rate that is one for all is told apart from none that is: the interval of r has no upper end.
    #expect(truth.isOneRate ? openCount >= 16 : openCount <= 1, "\(openCount)")
  }
}
