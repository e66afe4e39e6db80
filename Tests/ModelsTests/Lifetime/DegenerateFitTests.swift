import Columns
import JSONText
import Models
import Testing

/// Data that break fits: each gives a report and finite scores.
@Suite struct DegenerateFitTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var frequencies: [Int]
    var recencies: [Double]
    var ages: [Double]
    var spends: [Double]
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "nobody", frequencies: [], recencies: [], ages: [], spends: []),
    Case(name: "one customer", frequencies: [3], recencies: [20], ages: [30], spends: [12]),
    Case(name: "one newcomer", frequencies: [0], recencies: [0], ages: [0], spends: [0]),
    Case(
      name: "nobody repeats", frequencies: [0, 0, 0, 0], recencies: [0, 0, 0, 0],
      ages: [10, 20, 30, 40], spends: [0, 0, 0, 0]),
    Case(
      name: "everybody equal", frequencies: Array(repeating: 4, count: 50),
      recencies: Array(repeating: 90, count: 50), ages: Array(repeating: 100, count: 50),
      spends: Array(repeating: 25, count: 50)),
    Case(
      name: "everybody new", frequencies: [0, 0, 0], recencies: [0, 0, 0], ages: [0, 0, 0],
      spends: [0, 0, 0]),
    Case(
      name: "zero and negative spend", frequencies: [1, 2, 3, 1], recencies: [5, 8, 20, 9],
      ages: [10, 20, 30, 40], spends: [0, -5, -1, 0]),
    Case(
      name: "five thousand purchases", frequencies: [5_000, 0, 1, 2, 5_000, 4_000],
      recencies: [7_300, 0, 40, 9, 5_100, 6_000], ages: [7_305, 7_000, 50, 4_000, 7_000, 7_305],
      spends: [1e9, 0, 0.01, 3, 5, 1e-4]),
  ]

  static func summary(_ data: Case) -> CustomerSummary {
    let asOf: Int32 = 20_000
    let first = data.ages.map { asOf - Int32($0) }
    return CustomerSummary(
      asOf: asOf, firstDays: AlignedBuffer(first),
      lastDays: AlignedBuffer(zip(first, data.recencies).map { $0 + Int32($1) }),
      orders: AlignedBuffer(data.frequencies.map { Int32($0 + 1) }),
      purchaseDays: AlignedBuffer(data.frequencies.map { Int32($0 + 1) }),
      monetaryTotals: AlignedBuffer(
        zip(data.frequencies, data.spends).map { Int64(Double($0) * $1 * 10_000) + 100_000 }),
      firstDayTotals: AlignedBuffer(data.frequencies.map { _ in Int64(100_000) }))
  }

  static func allNumbersAreFinite(_ json: JSON) -> Bool {
    switch json {
    case .number(let value): value.isFinite
    case .array(let values): values.allSatisfy(allNumbersAreFinite)
    case .object(let members): members.allSatisfy { allNumbersAreFinite($0.value) }
    default: true
    }
  }

  @Test(arguments: cases, LifetimeModelKind.allCases)
  func everyDataGivesAReportAndFiniteScores(_ data: Case, _ kind: LifetimeModelKind) throws {
    let summary = Self.summary(data)
    let scores = LifetimeScoring(
      kind: kind, moreHorizons: [TimeSpan(0, .day), TimeSpan(30, .day)]
    ).score(summary)
    let columns =
      [scores.pAlive, scores.expectedPurchases, scores.expectedSpend, scores.clv]
      + scores.moreExpectedPurchases + (scores.residualPurchases.map { [$0] } ?? [])
    for column in columns {
      #expect(column.count == data.frequencies.count)
      #expect(column.array.allSatisfy { $0.isFinite && $0 >= 0 })
    }
    #expect(scores.pAlive.array.allSatisfy { $0 <= 1 })
    #expect(scores.moreExpectedPurchases[0].array.allSatisfy { $0 == 0 })
    #expect(Self.allNumbersAreFinite(scores.report))
    #expect(!scores.reportText.contains("nan") && !scores.reportText.contains("inf"))
    let back = try LifetimeModels(json: JSON.parse(scores.report.compactText))
    #expect(back == scores.models)
  }

  @Test func aFallbackSaysWhatItStandsInForAndWhy() {
    let nobody = LifetimeScoring(kind: .pnbd).fit(Self.summary(Self.cases[0]))
    #expect(nobody.purchases.report.fallbackFrom == "pnbd")
    #expect(nobody.purchases.model.kind == .nbd && !nobody.purchases.report.isConverged)
    #expect(nobody.spend.report.fallbackFrom == "gamma-gamma")
    #expect(nobody.spend.report.fallbackReason != nil)
    let losses = LifetimeScoring().fit(Self.summary(Self.cases[6]))
    #expect(losses.spend.report.warnings.contains { $0.contains("4 customers left out") })
    guard case .populationMean(let mean) = losses.spend.model else {
      Issue.record("a spend model without spend")
      return
    }
    #expect(mean.isFinite)
  }

  @Test func impossibleRowsAreRefusedByPlace() {
    func reason(
      _ x: [Int], _ recency: [Double], _ age: [Double], _ weight: [Double]? = nil
    ) -> LifetimeError? {
      do {
        _ = try PurchaseHistory(
          frequencies: x, recencies: recency, ages: age, weights: weight, ruler: .week)
        return nil
      } catch { return error }
    }
    #expect(reason([1, -1], [1, 0], [2, 2])?.row == 1)
    #expect(reason([1, 1, 1], [1, 1, 3], [2, 2, 2])?.row == 2)
    #expect(reason([0], [1], [2])?.row == 0)
    #expect(reason([1], [.nan], [2])?.row == 0)
    #expect(reason([1], [1], [.infinity])?.row == 0)
    #expect(reason([1], [1], [2], [-1])?.row == 0)
    #expect(reason([1], [1], [2, 3]) != nil)
    #expect(reason([1], [1], [2]) == nil)
  }
}
