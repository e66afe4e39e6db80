import Columns
import Expressions
import Kernels
import Testing

struct ExpressionTests {
  @Test func aConditionTakesRowsWhereItIsTrueNotWhereItIsNull() throws {
    #expect(try SampleSource.rows("r >= 4") == [0, 1, 4])
    #expect(try SampleSource.rows("NOT (r >= 4)") == [2])
    #expect(try SampleSource.rows("r >= 4 OR orders = 0") == [0, 1, 3, 4])
    #expect(try SampleSource.rows("r IS NULL") == [3])
    #expect(try SampleSource.rows("r NOT IN (5, NULL)") == [])
    #expect(try SampleSource.rows("r IN (5, NULL)") == [0, 4])
    #expect(try SampleSource.rows("is_person") == [0, 2, 4])
    #expect(try SampleSource.rows("NULL") == [])
  }

  @Test func conditionsOnEveryTypeWork() throws {
    #expect(try SampleSource.rows("segment = 'Best' AND HAS TAG 'vip'") == [0, 4])
    #expect(try SampleSource.rows("segment LIKE '%s%'") == [0, 2, 4])
    #expect(try SampleSource.rows("segment > 'Best'") == [1, 2])
    #expect(try SampleSource.rows("last_purchase >= '2025-07-31'") == [0, 1, 4])
    #expect(try SampleSource.rows("DATE '2025-11-08' = last_purchase") == [0, 4])
    #expect(try SampleSource.rows("monetary_total = 20.00") == [1])
    #expect(try SampleSource.rows("monetary_total > 19.99999 AND monetary_total < 20.00001") == [1])
    #expect(try SampleSource.rows("monetary_total / orders > 10") == [4])
    #expect(try SampleSource.rows("customer_id LIKE '_3' OR customer_id = 'e5'") == [2, 4])
    #expect(
      try SampleSource.rows("CASE WHEN r = 5 THEN 'x' ELSE segment END IN ('x', 'New')") == [
        0, 1, 4,
      ])
    #expect(try SampleSource.rows("\"SEGMENT\" = 'New'") == [1])
  }

  @Test func divisionByZeroAndLogarithmsOfZeroAreNull() throws {
    #expect(try SampleSource.rows("monetary_total / orders IS NULL") == [3])
    #expect(try SampleSource.rows("orders % 0 IS NULL") == [0, 1, 2, 3, 4])
    #expect(try SampleSource.rows("ln(orders) IS NULL") == [3])
  }

  @Test func anOverflowIsAnErrorOnlyInRowsThatAreAsked() throws {
    let big = "9223372036854775807"
    #expect(throws: QueryError.self) { try SampleSource.rows("orders * \(big) > 0") }
    #expect(
      try SampleSource.rows("CASE WHEN orders <= 1 THEN orders * \(big) ELSE 0 END > 0") == [4])
    #expect(try SampleSource.rows("orders < 2 AND orders * \(big) > 0") == [4])
  }

  @Test func functionsOfTheWholeBaseStandOnlyInRules() throws {
    #expect(try SampleSource.rows("clv >= quantile(clv, 0.75)", as: .rule) == [0, 2])
    #expect(try SampleSource.rows("orders > avg(orders)", as: .rule) == [0, 2])
    // Equal values have the same rank, and the next one skips them.
    #expect(try SampleSource.rows("rank(clv) = 3", as: .rule) == [1, 4])
    #expect(try SampleSource.rows("rank(clv) IS NULL", as: .rule) == [3])
    // 100, 50, 30, 20, 0 of 200: the shares are 0.5, 0.75, 0.9, 1 and 1.
    #expect(try SampleSource.rows("share(monetary_total) <= 0.75", as: .rule) == [0, 2])
    #expect(try SampleSource.rows("share(monetary_total) = 1", as: .rule) == [1, 3])
    #expect(throws: QueryError.self) { try SampleSource.rows("rank(clv) = 1") }
    #expect(throws: QueryError.self) { try SampleSource.rows("clv > quantile(clv, 0.9)") }
  }

  @Test func aValueBecomesAColumn() throws {
    let expression = try Expression.parse("coalesce(r, 1) * 1.5")
    let column = try SampleSource.source.bind(expression).column(named: "score")
    guard case .money(let units) = column.values else {
      Issue.record("a decimal becomes money")
      return
    }
    #expect(units.array == [75_000, 60_000, 45_000, 15_000, 75_000])
    #expect(column.validity == nil && column.name == "score")
    #expect(expression.columnNames == ["r"])
  }

  @Test func sumsAreExactWhateverTheirSizeAndAnErrorWhenTheyDoNotFit() throws {
    let big: Int64 = 1 << 60
    let source = QuerySource(
      frame: Frame(
        rowCount: 4,
        columns: [
          Column("k", .uint8(AlignedBuffer([1, 1, 2, 2]))),
          Column("n", .int64(AlignedBuffer([big, -big + 7, big, .max]))),
        ]))
    func csv(_ text: String) throws -> String {
      String(decoding: try Query.parse(text).run(on: source).csv, as: UTF8.self)
    }
    #expect(try csv("SELECT sum(n) AS s FROM customers WHERE k = 1 GROUP BY k") == "s\n7\n")
    #expect(try csv("SELECT sum(n) AS s FROM customers WHERE k = 1") == "s\n7\n")
    #expect(throws: QueryError.self) { try csv("SELECT k, sum(n) FROM customers GROUP BY k") }
    #expect(throws: QueryError.self) { try csv("SELECT sum(n) FROM customers") }
  }

  @Test(arguments: [1, 2, 3]) func theResultDoesNotDependOnThreads(threads: Int) throws {
    let count = 200_000
    var random = RandomStream(seed: 5)
    let values = AlignedBuffer<Double>(count: count) {
      for i in 0..<count { $0[i] = random.nextUnit() }
    }
    let keys = AlignedBuffer<Int32>(count: count) {
      for i in 0..<count { $0[i] = Int32(random.nextIndex(below: 5_000)) }
    }
    let source = QuerySource(
      frame: Frame(
        rowCount: count, columns: [Column("x", .float64(values)), Column("k", .int32(keys))]))
    let query = try Query.parse(
      "SELECT k, sum(x), stddev(x), avg(x) FROM customers WHERE x > 0.1 GROUP BY k")
    Parallel.setThreadCount(1)
    let one = try query.run(on: source).csv
    Parallel.setThreadCount(threads)
    defer { Parallel.setThreadCount(0) }
    #expect(try query.run(on: source).csv == one)
  }
}
