import Columns
import JSONText
import Kernels
import Testing

@testable import Models

@Suite struct RegressionDegenerateTests {
  typealias Row = (customer: Int, day: Int32, amount: Int64)

  /// Scores by every kind, and checks that everything is finite, not negative, and readable.
  func check(
    _ rows: [Row], customers: Int, asOf: Int32, horizon: Int = 30, attributes: Frame? = nil,
    _ comment: Comment
  ) throws {
    let tables = rows.isEmpty ? [] : [RegressionFixture.table(rows)]
    let choices: [RegressionOptions.LambdaChoice] = [
      .generalisedCrossValidation, .folds(5), .given(0),
    ]
    for kind in RegressionKind.allCases {
      for choice in choices {
        let scores = try RegressionScoring(
          kind: kind, horizonDays: horizon, options: RegressionOptions(lambdaChoice: choice)
        ).score(batches: tables, customerCount: customers, asOf: asOf, attributes: attributes)
        for buffer in [scores.expectedSpend, scores.expectedPurchases, scores.pActive] {
          for value in buffer?.array ?? [] { #expect(value.isFinite && value >= 0, comment) }
        }
        // NaN and infinity would be written as null, and not come back the same.
        for json in [scores.modelJSON, scores.reportJSON] {
          #expect(try JSON.parse(json.compactText) == json, comment)
        }
        #expect(!scores.report.text.contains("nan"), comment)
      }
    }
  }

  @Test func nobodyAndNothing() throws {
    try check([], customers: 0, asOf: 100, "no customers")
    try check([], customers: 3, asOf: 100, "no transactions")
  }

  @Test func oneCustomer() throws {
    try check([(0, 10, 50_000)], customers: 1, asOf: 100, "one purchase")
    try check([(0, 10, 50_000), (0, 90, 70_000)], customers: 1, asOf: 100, "two purchases")
  }

  @Test func everybodyEqual() throws {
    let rows = (0..<40).flatMap { c in [Row(c, 10, 50_000), Row(c, 90, 50_000)] }
    try check(rows, customers: 40, asOf: 100, "constant features and target")
  }

  @Test func nobodyBuysAgain() throws {
    let rows = (0..<40).map { Row($0, Int32($0), 50_000 + Int64($0)) }
    try check(rows, customers: 41, asOf: 100, "all zero after the cut-off")
  }

  @Test func zeroAndNegativeAmounts() throws {
    let rows = (0..<60).flatMap { c in
      [Row(c, Int32(c % 50), -10_000 * Int64(c)), Row(c, 85, c % 3 == 0 ? 0 : -5_000)]
    }
    try check(rows, customers: 60, asOf: 100, "refunds only")
    try check(rows.map { Row($0.customer, $0.day, 0) }, customers: 60, asOf: 100, "all zero")
  }

  @Test func moreFeaturesThanRows() throws {
    let rows = (0..<6).flatMap { c in
      (0...c).map { Row(c, Int32($0 * 9 + c), 10_000 * Int64(c + $0 + 1)) } + [Row(c, 90, 7_777)]
    }
    try check(rows, customers: 6, asOf: 100, "six rows, fifteen features")
  }

  @Test func separableActivity() throws {
    let rows = (0..<80).flatMap { c -> [Row] in
      c % 2 == 0 ? [Row(c, 1, 1_000)] : [Row(c, 60, 900_000), Row(c, 95, 900_000)]
    }
    try check(rows, customers: 80, asOf: 100, "recency decides")
  }

  @Test func extremeDaysAndAmounts() throws {
    let rows: [Row] = (0..<20).flatMap { c in
      [
        Row(c, .min + Int32(c), .max), Row(c, 0, .min + Int64(c)), Row(c, 90, .max),
        Row(c, .max, 1),
      ]
    }
    try check(rows, customers: 20, asOf: 100, "the ends of the types")
    try check(rows, customers: 20, asOf: .max, horizon: 36_500, "the last day")
    try check(rows, customers: 20, asOf: .min, horizon: 36_500, "the first day")
  }

  @Test func attributesOfEveryKind() throws {
    let count = 50
    let rows = (0..<count).flatMap { c in
      [Row(c, Int32(c % 40), 10_000 * Int64(c + 1)), Row(c, Int32(75 + c % 20), 5_000)]
    }
    let half = Bitmap(count: count) { $0 % 2 == 0 }
    let none = Bitmap(repeating: false, count: count)
    func doubles(_ value: (Int) -> Double) -> ColumnValues {
      .float64(AlignedBuffer((0..<count).map(value)))
    }
    let codes = DictionaryCodes.uint8(AlignedBuffer((0..<count).map { UInt8($0 % 7) }))
    let levels = StringTable(["a", "b", "c", "", "é", "f", "g"])
    let frame = Frame(
      rowCount: count,
      columns: [
        Column("broken", doubles { $0 % 3 == 0 ? .nan : .infinity }),
        Column("huge", doubles { $0 % 2 == 0 ? 1e308 : -1e308 }),
        Column("constant", doubles { _ in 4 }),
        Column("tiny", doubles { Double($0) * 1e-300 }),
        Column("twice", doubles { Double($0) * 2 }, validity: half),
        Column("once", doubles { Double($0) }, validity: half),
        Column("void", doubles { _ in 1 }, validity: none),
        Column("flag", .bool(half)),
        Column("name", .text(StringTable((0..<count).map { "c\($0)" }))),
        Column("region", .string(codes, levels), validity: half),
        Column("joined", .day(AlignedBuffer((0..<count).map { Int32($0 * 3) }))),
        Column("limit", .money(AlignedBuffer((0..<count).map { Int64($0 * $0) }))),
      ])
    try check(rows, customers: count, asOf: 100, attributes: frame, "attributes")
  }
}
