import Columns
import Testing

@testable import Expressions

/// What a query may hold and how it stops, whatever its text asks for.
struct QueryBoundsTests {
  private static let rowCount = 70_002

  /// Ids that come twice (text), whole numbers and floats.
  private static let source: QuerySource = {
    let ids = (0..<rowCount).map { "c\(1_000_000 + $0 * 7_919 % rowCount / 2)" }
    return QuerySource(
      frame: Frame(
        rowCount: rowCount,
        columns: [
          Column("customer_id", .text(StringTable(ids))),
          Column(
            "orders", .int32(AlignedBuffer((0..<rowCount).map { Int32($0 * 7_919 % 70_001) }))),
          Column("clv", .float64(AlignedBuffer((0..<rowCount).map { Double($0 % 777) / 7 }))),
          Column("r", .uint8(AlignedBuffer((0..<rowCount).map { UInt8($0 % 5) }))),
        ]))
  }()

  private func run(_ text: String, _ control: QueryControl = .unlimited) throws -> QueryResult {
    try Query.parse(text).run(on: Self.source, control)
  }

  private func error(_ text: String, _ control: QueryControl) -> QueryError? {
    do {
      _ = try run(text, control)
      return nil
    } catch { return error as? QueryError }
  }

  @Test func valuesOfAResultAreCountedBeforeTheyAreMade() throws {
    let columns = Array(repeating: "customer_id", count: 1_024).joined(separator: ",")
    let query = "SELECT \(columns) FROM customers LIMIT 70000"
    let found = try #require(error(query, QueryControl(cellCountMax: 2 << 20)))
    #expect(found.code == .limit)
    #expect(
      found.message
        == "the result has 70000 rows of 1024 columns, more than the 2097152 values that a reply "
        + "can hold; ask for fewer rows or columns")
    let cells = QueryControl(cellCountMax: 300)
    #expect(error("SELECT orders, r, clv FROM customers LIMIT 100", cells) == nil)
    #expect(error("SELECT orders, r, clv FROM customers LIMIT 101", cells)?.code == .limit)
    #expect(
      error("SELECT orders, r, clv FROM customers ORDER BY r LIMIT 101", cells)?.code == .limit)
    #expect(error("SELECT orders, r, count(*) FROM customers GROUP BY 1, 2", cells)?.code == .limit)
  }

  @Test func textsOfAResultAreNotCopied() throws {
    let result = try run("SELECT customer_id, coalesce(customer_id, customer_id) FROM customers")
    for column in result.rows.columns {
      guard case .string(_, let table) = column.values,
        case .text(let own)? = Self.source.frame["customer_id"]?.values
      else {
        Issue.record("a text column's result is codes of its rows")
        continue
      }
      #expect(table.bytes.pointer.baseAddress == own.bytes.pointer.baseAddress)
    }
    let rows = try run("SELECT customer_id, orders FROM customers ORDER BY orders DESC LIMIT 3")
    let first = (0..<Self.rowCount).max { $0 * 7_919 % 70_001 < $1 * 7_919 % 70_001 }!
    let line = String(decoding: rows.csv, as: UTF8.self).split(separator: "\n")[1]
    #expect(line.hasPrefix("c\(1_000_000 + first * 7_919 % Self.rowCount / 2),"))
  }

  @Test func whatAStepWouldHoldIsRefusedWithWhatHelps() throws {
    let little = QueryControl(byteCountMax: 1 << 20)
    for (query, says) in [
      ("SELECT customer_id, count(*) FROM customers GROUP BY 1", "group by fewer columns"),
      ("SELECT DISTINCT customer_id, clv FROM customers LIMIT 10", "group by fewer columns"),
      ("SELECT orders FROM customers ORDER BY clv", "ask for fewer rows with LIMIT"),
      ("SELECT median(clv), median(orders) FROM customers", "ask for fewer of them"),
      ("SELECT count(DISTINCT clv) FROM customers", "filter with WHERE"),
      ("SELECT quantile(customer_id, 0.5) FROM customers", "filter with WHERE"),
    ] {
      let found = try #require(error(query, little), "\(query)")
      #expect(found.code == .limit, "\(query): \(found)")
      #expect(found.message.contains(says), "\(query): \(found)")
    }
    for query in [
      "SELECT orders FROM customers ORDER BY clv LIMIT 10",
      "SELECT r, count(*), avg(clv) FROM customers GROUP BY r",
      "SELECT median(clv) FROM customers WHERE orders < 1000",
    ] {
      #expect(error(query, little) == nil, "\(query)")
    }
  }

  @Test func manyAggregatesOverManyGroupsAreRefusedInTheFirstChunk() throws {
    let sums = (0..<300).map { "sum(clv + \($0)), min(clv + \($0)), max(clv + \($0))" }
    let query =
      "SELECT customer_id, \(sums.joined(separator: ",")) FROM customers GROUP BY customer_id"
    let found = try #require(error(query, QueryControl(byteCountMax: 16 << 20)))
    #expect(found.code == .limit && found.message.contains("ask for fewer aggregates"))
  }

  @Test func limitsDoNotChangeAnswers() throws {
    let control = QueryControl(byteCountMax: 64 << 20)
    for query in [
      "SELECT customer_id, count(*), sum(orders) FROM customers GROUP BY customer_id ORDER BY 2, 1",
      "SELECT r, orders, median(clv) FROM customers WHERE orders < 3000 GROUP BY r, orders",
      "SELECT orders, r FROM customers ORDER BY clv DESC, orders LIMIT 20000 OFFSET 3000",
      "SELECT orders FROM customers ORDER BY customer_id DESC, orders LIMIT 20000",
      "SELECT r, count(DISTINCT customer_id), count(DISTINCT clv) FROM customers GROUP BY r",
    ] {
      #expect(try run(query, control).csv == run(query).csv, "\(query)")
    }
  }

  @Test func theFirstRowsAreThoseOfAllRowsInOrder() throws {
    for order in ["clv DESC, customer_id", "customer_id, orders DESC", "r, r, r, clv"] {
      let all = try run("SELECT orders, clv, r FROM customers ORDER BY \(order)").csv
      let some = try run(
        "SELECT orders, clv, r FROM customers ORDER BY \(order) LIMIT 30000"
      ).csv
      #expect(all.starts(with: some), "\(order)")
    }
  }

  @Test func distinctValuesAreCountedExactly() throws {
    let line = String(
      decoding: try run(
        "SELECT count(DISTINCT customer_id), count(DISTINCT orders), count(DISTINCT clv), "
          + "count(DISTINCT r), count(DISTINCT coalesce(customer_id, 'x')) FROM customers"
      ).csv, as: UTF8.self
    ).split(separator: "\n")[1]
    let ids = Set((0..<Self.rowCount).map { $0 * 7_919 % Self.rowCount / 2 })
    let orders = Set((0..<Self.rowCount).map { $0 * 7_919 % 70_001 })
    #expect(line == "\(ids.count),\(orders.count),777,5,\(ids.count)")
    let groups = String(
      decoding: try run(
        "SELECT orders % 3, count(DISTINCT customer_id), quantile(customer_id, 0.5) "
          + "FROM customers GROUP BY 1"
      ).csv, as: UTF8.self
    ).split(separator: "\n").dropFirst()
    for (rest, line) in groups.enumerated() {
      var own: [Int] = []
      for row in 0..<Self.rowCount where row * 7_919 % 70_001 % 3 == rest {
        own.append(row * 7_919 % Self.rowCount / 2)
      }
      let middle = own.sorted()[(own.count + 1) / 2 - 1]
      #expect(line == "\(rest),\(Set(own).count),c\(1_000_000 + middle)")
    }
  }

  @Test func aSortThatCanStopSortsAsTheStandardOneDoes() throws {
    for count in Array(0...65) + [8_192, 8_193, 50_000] {
      let numbers = (0..<count).map { $0 * 7_919 % 10_007 }
      var order = Array(numbers.indices)
      try CheckedSort.sort(&order, isParallel: count % 2 == 0, .unlimited) {
        numbers[$0] < numbers[$1]
      }
      #expect(order == numbers.indices.sorted { numbers[$0] < numbers[$1] })
    }
    let stopped = QueryControl()
    stopped.cancel()
    var order = [2, 1]
    #expect(throws: QueryError.self) {
      try CheckedSort.sort(&order, isParallel: false, stopped) { $0 < $1 }
    }
  }

  @Test func valuesOfManyGroupsGoPartByPart() throws {
    // More places than are kept: one a row, in each of two parts.
    let query = "SELECT orders, median(clv) FROM customers GROUP BY orders"
    let csv = String(decoding: try run(query).csv, as: UTF8.self).split(separator: "\n")
    let line = csv.first { $0.hasPrefix("7919,") }
    var own: [Double] = []
    for row in 0..<Self.rowCount where row * 7_919 % 70_001 == 7_919 {
      own.append(Double(row % 777) / 7)
    }
    own.sort()
    let low = own[(own.count - 1) / 2]
    let middle = low + (own[own.count / 2] - low) * 0.5
    #expect(line == "7919,\(middle)")
  }
}
