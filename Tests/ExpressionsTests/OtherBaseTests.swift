import Columns
import Expressions
import Kernels
import Testing

/// Rules on rows that are not of the base whose quantiles, ranks and shares they go by.
@Suite struct OtherBaseTests {
  private static let count = 300

  private static func base() -> Frame {
    var random = RandomStream(seed: 11)
    let integers = (0..<count).map { _ in Int32(random.nextIndex(below: 40)) - 10 }
    let floats = (0..<count).map { _ in Float(random.nextUnit() * 8).rounded() / 4 - 0.5 }
    let money = (0..<count).map { _ in Int64(random.nextIndex(below: 900_000)) }
    let days = (0..<count).map { _ in Int32(random.nextIndex(below: 100)) }
    let valid = (0..<count).map { _ in random.nextUnit() > 0.2 }
    let codes = (0..<count).map { _ in UInt8(random.nextIndex(below: 3)) }
    return Frame(
      rowCount: count,
      columns: [
        Column("i", .int32(AlignedBuffer(integers))),
        Column("x", .float32(AlignedBuffer(floats)), validity: Bitmap(valid)),
        Column("amount", .money(AlignedBuffer(money))),
        Column("day", .day(AlignedBuffer(days))),
        Column("region", .string(.uint8(AlignedBuffer(codes)), StringTable(["n", "s", "w"]))),
      ])
  }

  @Test(arguments: [
    "rank(i) <= 30", "rank(x) <= 100", "rank(day) < 20", "rank(amount) > 200 AND region = 's'",
    "share(amount) <= 0.5", "share(x) < 0.7", "share(i) > 0.2 AND i > 0",
    "amount >= quantile(amount, 0.9)", "x > avg(x)", "i > median(i)", "day = max(day)",
    "amount > avg(CASE WHEN region = 'n' THEN amount END)", "rank(amount + i) < 50",
    "count(DISTINCT region) = 3 AND x IS NULL", "region = min(region)",
  ])
  func aRowOfTheBaseIsJudgedAsInIt(_ text: String) throws {
    let frame = Self.base()
    let base = QuerySource(frame: frame)
    let rule = try Expression.parse(text)
    let expected = try base.bind(rule, as: .rule).bitmap()
    #expect((1..<Self.count).contains(expected.oneCount), "a rule that tells rows apart")
    for row in 0..<Self.count {
      let only = AlignedBuffer([UInt32(row)])
      let one = Frame(rowCount: 1, columns: frame.columns.map { $0.gathered(only) })
      let judged = try QuerySource(frame: one, of: base).bind(rule, as: .rule).bitmap()
      #expect(judged[0] == expected[row], "row \(row)")
    }
    // All of them at once, the other way round.
    let turned = AlignedBuffer((0..<UInt32(Self.count)).reversed())
    let all = Frame(rowCount: Self.count, columns: frame.columns.map { $0.gathered(turned) })
    let judged = try QuerySource(frame: all, of: base).bind(rule, as: .rule).bitmap()
    for row in 0..<Self.count { #expect(judged[row] == expected[Self.count - 1 - row]) }
  }

  @Test func callsOfTheWholeBaseAreFoundAsWritten() throws {
    let rule = try Expression.parse(
      "rank(x)<=3 AND (clv > Quantile( clv , 0.9 ) OR avg(CASE WHEN n = 'a)''(' THEN x END) > 1) "
        + "AND rank(x) > 1 AND count(*) > 5 AND abs(x) > 0")
    #expect(
      rule.wholeBaseCalls.map(\.text) == [
        "rank(x)", "Quantile( clv , 0.9 )", "avg(CASE WHEN n = 'a)''(' THEN x END)", "count(*)",
      ])
    #expect(try Expression.parse("x > 1 AND abs(x) < 2").wholeBaseCalls.isEmpty)
  }

  @Test func aNewValueStandsBetweenThoseOfTheBase() throws {
    let base = QuerySource(
      frame: Frame(
        rowCount: 4, columns: [Column("v", .int32(AlignedBuffer([10, 30, 20, 20])))]))
    func values(_ text: String, _ v: [Int32]) throws -> Column {
      let frame = Frame(rowCount: v.count, columns: [Column("v", .int32(AlignedBuffer(v)))])
      return try QuerySource(frame: frame, of: base).bind(.parse(text), as: .rule)
        .column(named: "x")
    }
    guard case .int64(let ranks) = try values("rank(v)", [40, 30, 25, 20, 15, 10, 5]).values,
      case .float64(let shares) = try values("share(v)", [40, 30, 25, 20, 15, 10, 5]).values
    else {
      Issue.record("a rank is a whole number and a share a float")
      return
    }
    #expect(ranks.array == [1, 1, 2, 2, 4, 4, 5])
    #expect(shares.array == [0, 0.375, 0.375, 0.875, 0.875, 1, 1])
  }
}
