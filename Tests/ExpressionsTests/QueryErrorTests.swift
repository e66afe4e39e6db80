import Columns
import Expressions
import Testing

struct QueryErrorTests {
  @Test func anErrorPointsAtTheTextAndNamesTheNearestColumn() {
    #expect(
      SampleSource.error("SELECT monetry_total FROM customers") == """
        SELECT monetry_total FROM customers
               ^
        unknown column monetry_total; did you mean monetary_total?
        """)
    #expect(
      SampleSource.error("SELECT r\nFROM customers\nWHERE segmant = 'x'") == """
        WHERE segmant = 'x'
              ^
        unknown column segmant; did you mean segment?
        """)
    // A wide character takes two columns of a terminal.
    #expect(
      SampleSource.error("SELECT '欧洲', segmnt FROM customers") == """
        SELECT '欧洲', segmnt FROM customers
                       ^
        unknown column segmnt; did you mean segment?
        """)
    #expect(SampleSource.error("SELECT coutn(*) FROM customers").hasSuffix("did you mean count?"))
    #expect(SampleSource.error("SELECT r FROM customers WHERE HAS TAG 'vap'").contains("mean vip?"))
  }

  @Test(arguments: [
    ("SELECT FROM customers", "expected a value, found FROM"),
    ("SELECT r FROM users", "there is one table, customers"),
    ("SELECT r FROM customers WHERE", "expected a value, found the end"),
    ("SELECT r FROM customers WHERE r = '4'", "write numbers without quotes"),
    ("SELECT r FROM customers WHERE segment = 5", "string and integer; write '5' in quotes"),
    ("SELECT r FROM customers WHERE -5 < customer_id", "write '-5' in quotes"),
    ("SELECT r FROM customers WHERE segment IN (1.5, 2)", "write '1.5' in quotes"),
    ("SELECT r FROM customers WHERE segment < -0.05", "write '-0.05' in quotes"),
    ("SELECT r FROM customers WHERE segment = 5e0", "write the number in quotes"),
    ("SELECT r FROM customers WHERE segment LIKE 5", "write '5' in quotes"),
    ("SELECT r FROM customers WHERE segment BETWEEN 1 AND 2", "BETWEEN does not go with types"),
    ("SELECT r FROM customers WHERE segment BETWEEN 'a' AND 2", "write '2' in quotes"),
    ("SELECT r FROM customers WHERE r NOT BETWEEN '1' AND 2", "write numbers without quotes"),
    ("SELECT r FROM customers WHERE segment = r", "types string and integer"),
    ("SELECT segment + 1 FROM customers", "types string and integer"),
    ("SELECT DATE '9999-12-31' + 1 FROM customers", "outside the years 0001 to 9999"),
    ("SELECT last_purchase - 2147483648 FROM customers", "outside the years 0001 to 9999"),
    ("SELECT 2932897 + last_purchase FROM customers", "outside the years 0001 to 9999"),
    (
      "SELECT last_purchase - 9223372036854775807 - orders FROM customers",
      "outside the years 0001 to 9999"
    ),
    ("SELECT r FROM customers WHERE last_purchase > '2026-13-01'", "is not a date"),
    ("SELECT r FROM customers WHERE segment", "expected a condition"),
    ("SELECT r FROM customers WHERE sum(orders) > 1", "use HAVING"),
    ("SELECT r, count(*) FROM customers", "r must stand in GROUP BY"),
    ("SELECT sum(count(*)) FROM customers", "inside another aggregate"),
    ("SELECT sum(segment) FROM customers", "does not go with values of type string"),
    ("SELECT 'abc FROM customers", "does not end"),
    ("SELECT r FROM customers LIMIT x", "expected a whole number of rows, found x"),
    ("SELECT r FROM customers LIMIT 1.5", "expected a whole number of rows, found 1.5"),
    ("SELECT r FROM customers LIMIT 1e-3 OFFSET 2", "expected a whole number of rows, found 1e-3"),
    ("SELECT r FROM customers 12", "expected the end of the query, found 12"),
    ("SELECT r FROM customers ORDER BY 2", "names no column"),
    ("SELECT r; SELECT r", "expected FROM"),
    ("SELECT quantile(r, 1.5) FROM customers", "from 0 to 1"),
    ("SELECT round(r, orders) FROM customers", "whole number"),
    ("SELECT r # 1 FROM customers", "# cannot stand in a query"),
    ("SELECT 12abc FROM customers", "a number runs into other text"),
    ("SELECT rank(r) FROM customers", "stands only in rules"),
  ])
  func everyMistakeIsSaid(query: String, message: String) {
    let found = SampleSource.error(query)
    #expect(found.contains(message), "\(query): \(found)")
  }

  @Test func aHintIsOnlyWhereItHelps() {
    for text in ["segment = r", "segment + 1 = 2", "r LIKE 'a'"] {
      let found = SampleSource.error("SELECT r FROM customers WHERE \(text)")
      #expect(found.contains("does not go with") && !found.contains("quotes"), "\(found)")
    }
  }

  @Test func datesReachTheEndsOfTheirYears() throws {
    #expect(
      try SampleSource.csv(
        "SELECT DATE '9999-12-30' + 1 AS a, DATE '0001-01-02' - 1 AS b FROM customers LIMIT 1")
        == "a,b\n9999-12-31,0001-01-01\n")
    // Rows that are not asked, and nulls, do not count.
    #expect(
      try SampleSource.csv(
        "SELECT CASE WHEN orders > 5 THEN last_purchase ELSE last_purchase + 2932896 END AS a "
          + "FROM customers WHERE orders > 5 OR r IS NULL ORDER BY orders")
        == "a\n\n2025-04-22\n2025-11-08\n")
  }

  @Test func everyLimitIsAnError() throws {
    func code(_ text: String, _ control: QueryControl = .unlimited) -> QueryError.Code? {
      do {
        _ = try Query.parse(text).run(on: SampleSource.source, control)
        return nil
      } catch { return error.code }
    }
    let deep = QueryLimits.depthMax + 1
    func brackets(_ count: Int) -> String {
      "SELECT " + String(repeating: "(", count: count) + "r"
        + String(repeating: ")", count: count) + " FROM customers"
    }
    #expect(code(brackets(deep)) == .limit)
    #expect(code(brackets(QueryLimits.depthMax - 1)) == nil)
    #expect(code(brackets(60_000)) == .limit)
    #expect(code("SELECT r" + String(repeating: " + r", count: deep) + " FROM customers") == .limit)
    #expect(code("SELECT " + String(repeating: "- ", count: deep) + "r FROM customers") == .limit)
    #expect(
      code("SELECT " + String(repeating: "NOT ", count: 30_000) + "r FROM customers") == .limit)
    let list = Array(repeating: "1", count: QueryLimits.listCountMax).joined(separator: ",")
    #expect(code("SELECT r FROM customers WHERE r IN (\(list))") == nil)
    #expect(code("SELECT r FROM customers WHERE r IN (\(list),1)") == .limit)
    let columns = Array(repeating: "r", count: QueryLimits.selectCountMax + 1)
    #expect(code("SELECT \(columns.joined(separator: ",")) FROM customers") == .limit)
    #expect(code("SELECT r FROM customers" + String(repeating: " ", count: 65_536)) == .limit)
    #expect(
      code("SELECT r FROM customers WHERE r = 1" + String(repeating: " OR r = 1", count: 3_000))
        == .limit)
    let keys = Array(repeating: "r", count: QueryLimits.keyCountMax + 1).joined(separator: ",")
    #expect(code("SELECT count(*) FROM customers GROUP BY \(keys)") == .limit)
    #expect(code("SELECT r FROM customers ORDER BY \(keys)") == .limit)
    // A subject that every WHEN repeats counts every time: nested, it would grow without end.
    var nested = "r"
    for _ in 0..<12 { nested = "CASE \(nested) WHEN 1 THEN 2 WHEN 2 THEN 3 END" }
    #expect(code("SELECT \(nested) FROM customers") == .limit)
  }

  @Test func aQueryStopsAtItsDeadlineItsRowLimitAndWhenCancelled() throws {
    let query = try Query.parse("SELECT r FROM customers")
    func code(_ control: QueryControl) -> QueryError.Code? {
      do {
        _ = try query.run(on: SampleSource.source, control)
        return nil
      } catch { return error.code }
    }
    #expect(code(QueryControl(timeoutSeconds: 0)) == .timeout)
    #expect(code(QueryControl(rowCountMax: 4)) == .limit)
    #expect(code(QueryControl(timeoutSeconds: 60, rowCountMax: 5)) == nil)
    let cancelled = QueryControl()
    cancelled.cancel()
    #expect(code(cancelled) == .cancelled)
  }
}
