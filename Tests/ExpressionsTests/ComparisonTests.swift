import Columns
import Expressions
import Testing

/// Comparisons, BETWEEN and IN with columns, literals and nulls on every side.
@Suite struct ComparisonTests {
  private static let valid = Bitmap([true, true, true, true, false])

  private static let source = QuerySource(
    frame: Frame(
      rowCount: 5,
      columns: [
        Column("r", .uint8(AlignedBuffer([1, 2, 3, 4, 0])), validity: valid),
        Column("f", .uint8(AlignedBuffer([4, 1, 3, 4, 5]))),
        Column("low", .money(AlignedBuffer([10_000, 25_000, 15_000, 45_000, 5_000]))),
        Column(
          "high", .money(AlignedBuffer([30_000, 26_000, 40_000, 50_000, 0])), validity: valid),
        Column("x", .float64(AlignedBuffer([0.5, 2.5, 3.5, .nan, 1]))),
        Column("y", .float64(AlignedBuffer([2.5, 3, 3.25, 9, 0])), validity: valid),
        Column("first", .day(AlignedBuffer([20_000, 20_010, 20_020, 20_030, 0])), validity: valid),
        Column("last", .day(AlignedBuffer([20_015, 20_012, 20_020, 20_090, 20_050]))),
        Column(
          "a", .string(.uint8(AlignedBuffer([0, 1, 2, 3, 0])), StringTable(["b", "d", "c", "a"])),
          validity: valid),
        Column(
          "z", .string(.uint8(AlignedBuffer([0, 1, 1, 2, 2])), StringTable(["c", "b", "e"]))),
      ]),
    tags: [("vip", Bitmap([true, false, false, true, false]))])

  private static func rows(_ text: String) throws -> [Int] {
    let bitmap = try source.bind(try Expression.parse(text)).bitmap()
    let rule = try source.bind(try Expression.parse(text), as: .rule)
    #expect(try ConditionSet([rule], of: source).bitmaps()[0] == bitmap)
    return (0..<5).filter { bitmap[$0] }
  }

  @Test(arguments: [
    ("2 BETWEEN r AND f", [0]),
    ("f BETWEEN 2 AND r", [2, 3]),
    ("f BETWEEN r AND 3", [2]),
    ("r BETWEEN f AND f", [2, 3]),
    ("2 NOT BETWEEN r AND f", [1, 2, 3]),
    ("2 BETWEEN low AND high", [0, 2]),
    ("2.55 BETWEEN low AND high", [0, 1, 2]),
    ("2e0 BETWEEN low AND high", [0, 2]),
    ("r BETWEEN low AND high", [0, 2]),
    ("low BETWEEN r AND high", [0, 1, 3]),
    ("r * 1.0 BETWEEN low AND high", [0, 2]),
    ("2 + 0 BETWEEN low + 0 AND high", [0, 2]),
    ("2.5 BETWEEN x AND y", [0, 1]),
    ("x BETWEEN 1 AND y", [1]),
    ("3 BETWEEN x AND y", [1]),
    ("2 BETWEEN r AND y", [0, 1]),
    ("r BETWEEN x AND low", [0]),
    ("DATE '2024-10-15' BETWEEN first AND last", [0, 1]),
    ("'2024-10-15' BETWEEN first AND last", [0, 1]),
    ("'2024-10-15' BETWEEN first AND '2024-10-16'", [0, 1]),
    ("last BETWEEN '2024-10-16' AND first + 5", [1, 2]),
    ("'c' BETWEEN a AND z", [0, 3]),
    ("a BETWEEN 'b' AND z", [0]),
    ("z BETWEEN a AND 'c'", [0]),
    ("a NOT BETWEEN z AND 'd'", [0, 3]),
    ("NULL BETWEEN r AND f", []),
    ("9 BETWEEN NULL AND r", []),
    ("9 NOT BETWEEN NULL AND r", [0, 1, 2, 3]),
    ("r <= 2 AND 2 <= f", [0]),
    ("2 >= r AND f >= 2", [0]),
    ("low <= 2 AND 2 <= high", [0, 2]),
    ("2 < r OR f < 2", [1, 2, 3]),
    ("NOT (r <= 2 AND 2 <= f)", [1, 2, 3]),
    ("2 IN (r, f)", [1]),
    ("4 IN (r, f, NULL)", [0, 3]),
    ("4 NOT IN (r, f)", [1, 2]),
    ("f IN (r, 1, 1.5)", [1, 2, 3]),
    ("low IN (r, 2.5, 4.5e0)", [0, 1, 3]),
    ("r + 0 IN (f, 2)", [1, 2, 3]),
    ("'2024-10-16' IN (first, DATE '2024-10-04', last)", [1]),
    ("first IN ('2024-10-04', last)", [0, 2]),
    ("'b' IN (a, z)", [0, 1, 2]),
    ("TRUE IN (HAS TAG 'vip', r = 2)", [0, 1, 3]),
    ("CASE f WHEN r THEN 'same' WHEN 1 THEN 'one' END IN ('one', 'same')", [1, 2, 3]),
  ])
  func everySideMayBeAColumnOrALiteral(condition: String, expected: [Int]) throws {
    #expect(try ComparisonTests.rows(condition) == expected, "\(condition)")
  }

  @Test func aTextBesideADateIsOneEverywhere() throws {
    #expect(throws: QueryError.self) { try ComparisonTests.rows("'x' BETWEEN first AND 'y'") }
    #expect(throws: QueryError.self) { try ComparisonTests.rows("first BETWEEN a AND last") }
    #expect(throws: QueryError.self) { try ComparisonTests.rows("2 BETWEEN r AND a") }
    #expect(throws: QueryError.self) { try ComparisonTests.rows("r IN (f, a)") }
  }

  /// Each level computes the value below twice at most; without a bound that would double at every level.
  @Test func nestedListsAndBoundsAreLimited() {
    var between = "f"
    var list = "f"
    for _ in 0..<24 {
      between = "CASE WHEN \(between) BETWEEN 1 AND x THEN 1 ELSE 2 END"
      list = "CASE WHEN \(list) IN (x, r) THEN 1 ELSE 2 END"
    }
    for text in ["\(between) = 1", "\(list) = 1"] {
      let error = #expect(throws: QueryError.self) { try ComparisonTests.rows(text) }
      #expect(error?.code == .limit)
    }
  }
}
