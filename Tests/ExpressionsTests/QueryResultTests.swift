import Columns
import Expressions
import Testing

struct QueryResultTests {
  @Test func groupsComeInTheOrderOfTheirKeysNullsLast() throws {
    #expect(
      try SampleSource.csv(
        "SELECT segment, count(*), sum(monetary_total) AS total FROM customers GROUP BY segment")
          == """
          segment,count(*),total
          Best,2,130.00
          Lost,1,50.00
          New,1,20.00
          ,1,0.00

          """)
  }

  @Test func aQueryNamesItsSnapshot() throws {
    let query = try Query.parse("select R from Customers at '2026-11-20' limit 1")
    #expect(query.at == "2026-11-20")
    #expect(try query.run(on: SampleSource.source).columns[0].name == "r")
    #expect(try Query.parse("SELECT r FROM customers").at == nil)
  }

  @Test func starStandsForAllColumns() throws {
    let result = try SampleSource.run("SELECT * FROM customers LIMIT 2 OFFSET 1")
    #expect(result.columns.map(\.name) == SampleSource.frame.names)
    #expect(result.rowCount == 2)
    #expect(result.rows["r"]?.type == .uint8)
  }

  @Test func distinctRowsComeOnce() throws {
    #expect(try SampleSource.csv("SELECT DISTINCT r FROM customers") == "r\n3\n4\n5\n\n")
    #expect(
      try SampleSource.csv("SELECT DISTINCT r > 3 AS high FROM customers ORDER BY high DESC")
        == "high\ntrue\nfalse\n\n")
  }

  @Test func orderingTakesNullsLastUnlessTold() throws {
    #expect(
      try SampleSource.csv("SELECT customer_id FROM customers ORDER BY clv, customer_id DESC")
        == "customer_id\ne5\nb2\nc3\na1\nd4\n")
    #expect(
      try SampleSource.csv(
        "SELECT customer_id FROM customers ORDER BY clv DESC NULLS FIRST LIMIT 2")
        == "customer_id\nd4\na1\n")
  }

  @Test func aggregatesOverNoRowsAreNullAndCountsZero() throws {
    #expect(
      try SampleSource.csv(
        "SELECT count(*) AS n, sum(orders) AS s, max(segment) AS m FROM customers WHERE r > 9")
        == "n,s,m\n0,,\n")
    #expect(
      try SampleSource.csv("SELECT r, count(*) FROM customers WHERE r > 9 GROUP BY r")
        == "r,count(*)\n")
  }

  @Test func csvQuotesWhatNeedsIt() {
    let strings = ["plain", "a,b", "say \"hi\"", "two\nlines", "", " padded"]
    let result = QueryResult(
      columns: [.init(name: "a,b", type: .string)],
      rows: Frame(rowCount: 6, columns: [Column("a,b", .text(StringTable(strings)))]))
    #expect(
      String(decoding: result.csv, as: UTF8.self)
        == "\"a,b\"\nplain\n\"a,b\"\n\"say \"\"hi\"\"\"\n\"two\nlines\"\n\"\"\n\" padded\"\n")
  }

  @Test func jsonHasObjectsOrATable() throws {
    let query =
      "SELECT segment, orders, clv, last_purchase, is_person FROM customers LIMIT 1 OFFSET "
    #expect(
      String(decoding: try SampleSource.run(query + "0").jsonObjects, as: UTF8.self)
        == #"[{"segment":"Best","orders":10,"clv":10.0,"last_purchase":"2025-11-08","is_person":true}]"#
    )
    #expect(
      String(decoding: try SampleSource.run(query + "3").jsonTable, as: UTF8.self)
        == #"{"columns":[{"name":"segment","type":"string"},{"name":"orders","type":"integer"},"#
        + #"{"name":"clv","type":"float"},{"name":"last_purchase","type":"date"},"#
        + #"{"name":"is_person","type":"boolean"}],"rows":[[null,0,null,null,null]]}"#)
    var out: [UInt8] = []
    QueryResult.appendJSONString(Array("a\"\\\n\u{1}é".utf8), to: &out)
    #expect(String(decoding: out, as: UTF8.self) == #""a\"\\\n\u0001é""#)
  }

  @Test func tablesAlignNumbersRightAndCountWideCharactersTwice() {
    let result = QueryResult(
      columns: [.init(name: "name", type: .string), .init(name: "n", type: .integer)],
      rows: Frame(
        rowCount: 3,
        columns: [
          Column("name", .text(StringTable(["华东", "a", "b\n"]))),
          Column("n", .int64(AlignedBuffer([5, 1_000, 7]))),
        ]))
    #expect(
      result.tableText == "name     n\n────  ────\n华东     5\na     1000\nb\\n      7\n")
  }

  @Test(arguments: [0, 1, -1, 10_000, 12_345, -12_300, 99, .max, .min] as [Int64])
  func moneyIsWrittenAsMoneySaysIt(units: Int64) {
    var out: [UInt8] = []
    ValueText.appendMoney(units, to: &out)
    #expect(String(decoding: out, as: UTF8.self) == Money.text(units))
    var digits: [UInt8] = []
    ValueText.append(units, to: &digits)
    #expect(String(decoding: digits, as: UTF8.self) == String(units))
  }

  @Test func aZoneMapAnswersForBlocksThatNeedNoReading() throws {
    let count = 200_000
    let rising = AlignedBuffer<Int32>(count: count) { for i in 0..<count { $0[i] = Int32(i) } }
    let column = Column("n", .int32(rising))
    let map = try #require(ZoneMap(column))
    #expect(map.integers[1] == 65_536...131_071 && map.nullCounts == [0, 0, 0, 0])
    // A map that lies shows that blocks are skipped and taken whole by its word.
    let lie = ZoneMap(
      integers: [0...5, 500_000...600_000, nil, 100...200], nullCounts: [0, 0, 0, 0])
    let source = QuerySource(frame: Frame(rowCount: count, columns: [column]), zoneMaps: ["n": lie])
    let query = try Query.parse("SELECT count(*) FROM customers WHERE n >= 400000")
    guard case .int64(let found) = try query.run(on: source).rows.columns[0].values else {
      Issue.record("a count is an integer")
      return
    }
    #expect(found[0] == 65_536)
  }
}
