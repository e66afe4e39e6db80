import Columns
import Expressions
import Testing

/// Whole numbers and money at the ends of 64 bits: exact, or an error that says so.
@Suite struct ExactNumberTests {
  private static let wholes: [Int64] = [
    .min, .min + 1, -922_337_203_685_478, -1, 0, 1, 922_337_203_685_477, 922_337_203_685_478,
    9_007_199_254_740_993, .max - 1, .max,
  ]
  private static let amounts: [Int64] = [
    .min, .min + 1, -9_223_372_036_854_770_000, -10_000, 0, 10_000, 9_223_372_036_854_770_000,
    9_223_372_036_854_770_001, 9_007_199_254_740_993, .max - 1, .max,
  ]

  /// Every whole number beside every amount.
  private static let source: QuerySource = {
    let pairs = wholes.flatMap { n in amounts.map { (n, $0) } }
    return QuerySource(
      frame: Frame(
        rowCount: pairs.count,
        columns: [
          Column("n", .int64(AlignedBuffer(pairs.map(\.0)))),
          Column("m", .money(AlignedBuffer(pairs.map(\.1)))),
        ]))
  }()

  private static func count(_ condition: String) throws -> Int {
    try source.bind(try Expression.parse(condition)).bitmap().oneCount
  }

  private static func csv(_ items: String, where condition: String = "TRUE") throws -> String {
    let query = try Query.parse("SELECT \(items) FROM customers WHERE \(condition) LIMIT 1")
    let csv = String(decoding: try query.run(on: source).csv, as: UTF8.self)
    let lines = csv.split(separator: "\n")
    return lines.count > 1 ? String(lines[1]) : ""
  }

  private static func message(_ items: String, where condition: String = "TRUE") -> String {
    do {
      return try csv(items, where: condition)
    } catch let error as QueryError {
      return error.code == .overflow ? error.message : "another error: \(error)"
    } catch {
      return "another error"
    }
  }

  @Test(arguments: ["=", "<>", "<", "<=", ">", ">="])
  func wholeNumbersAndAmountsCompareExactly(op: String) throws {
    func holds(_ a: Int128, _ b: Int128) -> Bool {
      switch op {
      case "=": a == b
      case "<>": a != b
      case "<": a < b
      case "<=": a <= b
      case ">": a > b
      default: a >= b
      }
    }
    var columns = 0
    for n in Self.wholes {
      for m in Self.amounts { columns += holds(Int128(n) * 10_000, Int128(m)) ? 1 : 0 }
    }
    #expect(try Self.count("n \(op) m") == columns)
    #expect(try Self.count("n \(op) m + 0.0000 OR FALSE") == columns)
    #expect(try Self.count("CASE WHEN n \(op) m THEN 1 END = 1") == columns)
    for n in Self.wholes {
      let row = Self.amounts.filter { holds(Int128(n) * 10_000, Int128($0)) }.count
      #expect(try Self.count("\(n) \(op) m") == row * Self.wholes.count, "\(n) \(op) m")
      #expect(try Self.count("\(n) \(op) coalesce(m, 0.5)") == row * Self.wholes.count)
    }
  }

  @Test(arguments: [
    ("n = 9223372036854775807", 1), ("n = 9223372036854775808", 0), ("n < 9223372036854775808", 11),
    ("n = -9223372036854775808", 1), ("n >= -9223372036854775809", 11),
    ("n <= -9223372036854775808.5", 0), ("n > 9223372036854775806.999999999", 1),
    ("n = 9007199254740993.000000000000", 1), ("n = 9007199254740992.999999999", 0),
    ("n IN (9007199254740992, 1e300, 9223372036854775808)", 0),
    ("n IN (9007199254740993, 1e0)", 2), ("n + 0 IN (9007199254740993, 1e0)", 2),
    ("n BETWEEN -9223372036854775809 AND -9223372036854775808", 1),
    ("-9223372036854775809.0 IN (-9223372036854775808.0)", 0),
    ("100000000000000000000.50 = 100000000000000000000.5 AND 0.1234567890 > 0.123456788", 11),
    ("-0.1234567891 < -0.123456789 AND 9223372036854775808 <= 9223372036854775808.000", 11),
    ("100000000000000000000 BETWEEN n AND n", 0), ("n + 0 <= 100000000000000000000", 11),
  ])
  func literalsOfAnyLengthAreExact(condition: String, count: Int) throws {
    #expect(try Self.count(condition) == count * Self.amounts.count, "\(condition)")
  }

  @Test(arguments: [
    ("m = 922337203685477.5807", 1), ("m = 922337203685477.58070000000", 1),
    ("m = 922337203685477.58070001", 0), ("m < 922337203685477.5808", 11),
    ("m >= 922337203685477.000100000001", 2), ("m = -922337203685477.5808", 1),
    ("m IN (922337203685477, 922337203685478)", 1), ("922337203685477 IN (m, 5)", 1),
    ("m BETWEEN 922337203685477 AND 922337203685478", 4),
  ])
  func amountsAreComparedWithAnyLiteral(condition: String, count: Int) throws {
    #expect(try Self.count(condition) == count * Self.wholes.count, "\(condition)")
  }

  @Test func listsAndBoundsOfColumnsAreExact() throws {
    let equal = Self.wholes.filter { n in
      Self.amounts.contains { Int128(n) * 10_000 == Int128($0) }
    }.count
    #expect(try Self.count("n IN (m, 7)") == equal)
    #expect(try Self.count("m IN (n, NULL)") == equal)
    #expect(try Self.count("n BETWEEN m AND m") == equal)
    #expect(try Self.count("coalesce(n, 1) BETWEEN m AND m") == equal)
    #expect(try Self.count("coalesce(m, 1.0) IN (n, n)") == equal)
  }

  @Test(arguments: [
    "n + m", "m - n", "coalesce(n, m)", "CASE WHEN n = 922337203685478 THEN n ELSE m END", "n % m",
  ])
  func aNumberThatDoesNotFitBesideMoneyIsAnError(item: String) {
    #expect(
      Self.message(item, where: "n = 922337203685478 AND m = 0")
        == "a number does not fit 64 bits beside one with 4 digits after the point "
        + "(the largest is 922337203685477)")
    #expect(Self.message(item, where: "n = 1 AND m = 1") != "")
  }

  @Test func whatDoesNotFitIsAnErrorAndNeverWraps() {
    let tooLarge = "a result does not fit 64 bits"
    #expect(Self.message("round(n, -1)", where: "n = 9223372036854775807") == tooLarge)
    #expect(Self.message("round(n, -3)", where: "n = -9223372036854775808") == tooLarge)
    #expect(Self.message("round(n, -1)", where: "n = 922337203685477") == "922337203685480")
    #expect(
      Self.message("round(m, -15)", where: "m = 922337203685477.5807") == "1000000000000000")
    #expect(Self.message("round(m, -16)", where: "m = 922337203685477.5807") == "0")
    #expect(Self.message("-n", where: "n = -9223372036854775808") == tooLarge)
    #expect(Self.message("abs(m)", where: "m < -922337203685477.5807") == tooLarge)
    #expect(Self.message("m * 3", where: "m = 922337203685477") == tooLarge)
  }

  /// What decides is the float itself, not its product with a power of ten: 0.015 is a little less than that.
  @Test(arguments: [
    ("0.015e0", 2, 0.01), ("-0.015e0", 2, -0.01), ("0.025e0", 2, 0.03), ("1.005e0", 2, 1.0),
    ("2.5e0", 0, 3), ("-2.5e0", 0, -3), ("25e0", -1, 30), ("0.285e0", 2, 0.28), ("1e300", 3, 1e300),
  ])
  func floatsAreRoundedByTheirOwnValue(value: String, digits: Int, expected: Double) throws {
    let rounded = try Self.csv("round(\(value), \(digits))")
    #expect(Double(rounded) == expected, "round(\(value), \(digits)) = \(rounded)")
  }

  @Test func theMeanOfExactNumbersIsRoundedOnce() throws {
    func source(_ values: ColumnValues, _ count: Int) -> QuerySource {
      QuerySource(frame: Frame(rowCount: count, columns: [Column("v", values)]))
    }
    func csv(_ items: String, _ source: QuerySource) throws -> String {
      let result = try Query.parse("SELECT \(items) AS a FROM customers").run(on: source)
      return String(decoding: result.csv, as: UTF8.self)
    }
    let money = source(.money(AlignedBuffer([74_607, 8_272, 33_433])), 3)
    // 11.6312 / 3, correctly rounded; two divisions gave 3.8770666666666664.
    #expect(try csv("avg(v)", money) == "a\n3.877066666666667\n")
    // The mean of equal values is the value, and they have no deviation.
    let same = source(.money(AlignedBuffer(repeating: 629_900, count: 701)), 701)
    #expect(try csv("stddev(v)", same) == "a\n0.0\n")
    let floats = source(.float64(AlignedBuffer(repeating: 0.1, count: 70_001)), 70_001)
    #expect(try csv("stddev(v)", floats) == "a\n0.0\n")
  }

  @Test(arguments: [
    ("1.23456", "1.23456"), ("-0.00000001", "-0.00000001"), ("0.50000", "0.50"),
    ("123456789.12345678", "123456789.12345678"), ("92233720368.54775807", "92233720368.54775807"),
    ("123456789012345678.5", "123456789012345678.50"), ("m * 0.0001", "90071992.54740993"),
    ("m * 0.0101", "9097271247.28840293"), ("round(m * 0.0001, 5)", "90071992.54741"),
  ])
  func decimalsOfMoreThanFourDigitsAreExact(item: String, text: String) throws {
    var expected = Substring(text)
    while expected.last == "0", expected.drop(while: { $0 != "." }).count > 3 {
      expected.removeLast()
    }
    let condition = "m = 900719925474.0993"
    #expect(try Self.csv(item, where: condition) == String(expected))
    let query = "FROM customers WHERE \(condition)"
    func run(_ text: String) throws -> QueryResult { try Query.parse(text).run(on: Self.source) }
    let grouped = try run("SELECT \(item) AS v \(query) GROUP BY \(item)")
    #expect(
      String(decoding: grouped.jsonObjects, as: UTF8.self) == "[{\"v\":\(expected)}]")
    let most = try run("SELECT max(\(item)) AS v \(query)")
    #expect(String(decoding: most.jsonTable, as: UTF8.self).hasSuffix("\"rows\":[[\(expected)]]}"))
    #expect(most.tableText.hasSuffix("\n\(expected)\n"))
  }
}
