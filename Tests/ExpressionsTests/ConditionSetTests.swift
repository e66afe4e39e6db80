import Columns
import Expressions
import Testing

@Suite struct ConditionSetTests {
  /// 20,001 rows with nulls, so that batches, chunks and words end inside the table.
  private static let source: QuerySource = {
    let count = 20_001
    func valid(_ step: Int) -> Bitmap { Bitmap(count: count) { $0 % step != 0 } }
    return QuerySource(
      frame: Frame(
        rowCount: count,
        columns: [
          Column(
            "r", .uint8(AlignedBuffer((0..<count).map { UInt8($0 % 5 + 1) })), validity: valid(7)),
          Column("n", .int32(AlignedBuffer((0..<count).map { Int32($0 % 97) }))),
          Column(
            "big", .int64(AlignedBuffer((0..<count).map { $0 % 3 == 0 ? .max : Int64($0) }))),
          Column(
            "clv", .float32(AlignedBuffer((0..<count).map { Float($0 % 11) * 0.5 })),
            validity: valid(5)),
          Column(
            "region",
            .string(
              .uint8(AlignedBuffer((0..<count).map { UInt8($0 % 4) })),
              StringTable(["EU", "UK", "US", "CN"])), validity: valid(3)),
        ]),
      tags: [("vip", Bitmap(count: count) { $0 % 13 == 0 })])
  }()

  private static let conditions = [
    "r >= 4", "NOT r >= 4", "r >= 4 AND clv > 2", "NOT (r >= 4 AND clv > 2)",
    "r >= 4 OR clv > 2", "NOT (r >= 4 OR clv > 2)", "NOT (r >= 4 OR n > 3 AND clv > 2)",
    "region IN ('EU', 'US')", "region IN ('EU', 'US', NULL)", "NOT region IN ('EU', NULL)",
    "region LIKE '%U%'", "HAS TAG 'vip' AND r = 5", "NOT HAS TAG 'vip'", "r IS NULL",
    "clv IS NOT NULL AND r IS NULL", "clv * 2 > n", "NOT clv * 2 > n AND r > 1", "TRUE", "FALSE",
    "NULL", "NOT NULL", "r > 2 AND NULL", "r > 2 OR NULL", "NOT (r > 2 AND NULL)",
    "clv > quantile(clv, 0.5)", "r > 9 AND clv * n > 3", "coalesce(clv, 0) < 1",
    // Overflow in rows that the condition guards, alone and inside others.
    "big < 30000 AND big * 1000000 > 5000000000", "big < 30000 AND (big * 1000000 > 5 OR r = 1)",
    "big > 30000 OR big * 1000000 > 5000000000",
    "CASE WHEN big < 30000 THEN big * 1000000 > 5000000000 ELSE FALSE END",
  ]

  @Test func answersAreThoseOfEachConditionAlone() throws {
    let source = ConditionSetTests.source
    let bound = try ConditionSetTests.conditions.map {
      try source.bind(Expression.parse($0), as: .rule)
    }
    let together = try ConditionSet(bound, of: source).bitmaps()
    for (condition, (alone, bitmap)) in zip(
      ConditionSetTests.conditions, zip(bound, together))
    {
      #expect(try alone.bitmap() == bitmap, "\(condition)")
    }
    // In another order other parts are asked for first.
    let reversed = try ConditionSet(bound.reversed(), of: source).bitmaps()
    #expect(Array(reversed.reversed()) == together)
    #expect(together[2].oneCount > 0 && together[3].oneCount > 0 && together[27].oneCount > 0)
  }

  @Test func anErrorThatNothingGuardsIsThrown() throws {
    let source = ConditionSetTests.source
    let bound = try ["r = 1", "big * 1000000 > 5"].map {
      try source.bind(Expression.parse($0), as: .rule)
    }
    let error = #expect(throws: QueryError.self) {
      try ConditionSet(bound, of: source).bitmaps()
    }
    #expect(error?.code == .overflow)
  }

  @Test func whatIsNoConditionIsRefused() throws {
    let source = ConditionSetTests.source
    let bound = try source.bind(Expression.parse("n + 1"), as: .rule)
    let error = #expect(throws: QueryError.self) { try ConditionSet([bound], of: source) }
    #expect(error?.message == "expected a condition, found a value of type integer")
  }

  @Test func wordsOfSelectAreNamesInConditions() throws {
    let frame = Frame(
      rowCount: 2, columns: [Column("from", .text(StringTable(["Champions", "Lost"])))])
    let condition = try QuerySource(frame: frame).bind(Expression.parse("from = 'Lost'"))
    #expect(try condition.bitmap() == Bitmap([false, true]))
  }
}
