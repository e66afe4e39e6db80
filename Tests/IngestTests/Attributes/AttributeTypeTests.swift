import Columns
import Ingest
import Testing

/// How the types of attributes are found, given, and kept.
@Suite struct AttributeTypeTests {
  @Test func typesAreInferredFromAllCells() throws {
    let result = try ingestAttributes(texts: [
      """
      customer_id,age,score,member,since,region
      b,18,0.5,yes,2024-01-05,north
      a,-3,7,No,2024/1/6,south
      c,,,,,
      """
    ])
    #expect(
      result.types == ["age int", "score float", "member bool", "since date", "region category"])
    #expect(result.values("age") == ["a: -3", "b: 18", "c: –"])
    #expect(result.values("score") == ["a: 7.0", "b: 0.5", "c: –"])
    #expect(result.values("member") == ["a: no", "b: yes", "c: –"])
    #expect(result.values("since") == ["a: 2024-01-06", "b: 2024-01-05", "c: –"])
    #expect(result.values("region") == ["a: south", "b: north", "c: –"])
    #expect(result.batch.newCustomers.array == ["a", "b", "c"])
    #expect(result.batch.codes.array == [0, 1, 2])
  }

  @Test(arguments: [
    ("007", "category"), ("+49123", "category"), ("98765432109876543210", "category"),
    ("9223372036854775807", "int"), ("-9223372036854775808", "int"), ("1e3", "float"),
    (".5", "float"), ("5.", "float"), ("-", "category"), ("1,5", "category"), ("0", "int"),
    ("0.25", "float"), ("00.5", "category"), ("1e999", "category"), ("nan", "category"),
    ("TRUE", "bool"), ("no", "bool"), ("y", "category"), ("F", "category"), ("1", "int"),
    ("2024-02-30", "category"), ("2024-02-29", "date"), ("13/02/2024", "date"),
    ("€ 12", "category"),
  ])
  func aSingleValueHasTheTypeThatLosesNothing(value: String, type: String) throws {
    let result = try ingestAttributes(texts: ["customer;x\na;\(value)\n"])
    #expect(result.types == ["x \(type)"])
  }

  @Test func aCellThatIsNoNumberMakesTheColumnText() throws {
    let rows = (0..<100).map { "c\($0),\($0)" }
    let result = try ingestAttributes(
      texts: [(["customer,x"] + rows + ["z,n/a"]).joined(separator: "\n")])
    #expect(result.types == ["x text"])
    let told = try ingestAttributes(
      texts: [(["customer,x"] + rows + ["z,n/a"]).joined(separator: "\n")]
    ) { $0.nullTexts = ["n/a"] }
    #expect(told.types == ["x int"])
    #expect(told.quality("x")?.nulls == 1)
  }

  @Test func textIsACategoryWhereItRepeats() throws {
    let cities = (0..<200).map { "c\($0),city\($0 % 50),name\($0)" }.joined(separator: "\n")
    let result = try ingestAttributes(texts: ["customer,city,name\n" + cities])
    #expect(result.types == ["city category", "name text"])
    #expect(result.quality("city")?.distinct == 50)
    #expect(result.quality("city")?.range == .mostFrequent("city0", 4))
  }

  @Test func aTypeThatIsAskedForRejectsWhatDoesNotFit() throws {
    let result = try ingestAttributes(texts: [
      "customer,age,ok\na,18,1\nb,old,0\nc,007,y\nd,1.5,n\ne,,t\n"
    ]) {
      $0.types = ["AGE": .int, "ok": .bool]
    }
    #expect(result.values("age") == ["a: 18", "c: 7", "e: –"])
    #expect(result.values("ok") == ["a: yes", "c: yes", "e: yes"])
    #expect(result.rejects.map(\.line) == [3, 5])
    #expect(result.rejects.map(\.column) == ["age", "age"])
    #expect(result.rejects[0].reason == "not a whole number: 'old'")
    #expect(result.quality("age")?.rejects == 2)
    #expect(result.report.rowsRead == 5 && result.report.rowsAccepted == 3)
    #expect(result.report.rowsRejected == 2)
    let text = try ingestAttributes(texts: ["customer,age\na,18\n"]) { $0.types = ["age": .text] }
    #expect(text.types == ["age text"] && text.values("age") == ["a: 18"])
  }

  @Test func dayAndMonthAreToldApartByTheWholeColumn() throws {
    let proved = try ingestAttributes(texts: ["customer,d\na,03/04/2024\nb,25/12/2023\n"])
    #expect(proved.values("d") == ["a: 2024-04-03", "b: 2023-12-25"])
    let open = try ingestAttributes(texts: ["customer,d\na,03/04/2024\n"])
    #expect(open.types == ["d category"])
    #expect(open.report.notes.contains { $0.contains("--date-format") })
    let error = #expect(throws: IngestError.self) {
      try ingestAttributes(texts: ["customer,d\na,03/04/2024\n"]) { $0.types = ["d": .date] }
    }
    #expect(error?.description.contains("--date-format") == true)
    let told = try ingestAttributes(texts: ["customer,d\na,03/04/2024\n"]) {
      $0.dateFormat = .monthFirst
    }
    #expect(told.values("d") == ["a: 2024-03-04"])
    let both = #expect(throws: IngestError.self) {
      try ingestAttributes(texts: ["customer,d\na,13/04/2024\nb,04/13/2024\n"]) {
        $0.types = ["d": .date]
      }
    }
    #expect(both?.description.contains("some the month") == true)
  }

  @Test func decimalCommasAndGroupsAreReadWhereTold() throws {
    let result = try ingestAttributes(texts: ["customer;x;y\na;1.234,5;1.000\nb;0,25;7\n"]) {
      $0.numberFormat = NumberFormat(decimal: 0x2C, thousands: 0x2E)
    }
    #expect(result.types == ["x float", "y int"])
    #expect(result.values("x") == ["a: 1234.5", "b: 0.25"])
    #expect(result.values("y") == ["a: 1000", "b: 7"])
  }

  @Test func theStoresTypeStays() throws {
    let schema = [
      AttributeSchema(name: "Age", type: .int), AttributeSchema(name: "zip", type: .category),
      AttributeSchema(name: "loyal", type: .bool),
    ]
    let result = try ingestAttributes(
      texts: ["customer,age,ZIP,loyal\na,007,10115,1\n"], schema: schema)
    #expect(result.types == ["Age int", "zip category", "loyal bool"])
    #expect(result.values("Age") == ["a: 7"])
    #expect(result.values("zip") == ["a: 10115"])
    #expect(result.values("loyal") == ["a: yes"])
    #expect(result.quality("Age")?.source == .store)
    // Whole numbers widen to decimals; nothing else does.
    let wider = try ingestAttributes(texts: ["customer,age\na,7.5\n"], schema: schema)
    #expect(wider.types == ["Age float"])
    let error = #expect(throws: IngestError.self) {
      try ingestAttributes(texts: ["customer,age\na,7\nb,unknown\n"], schema: schema)
    }
    #expect(error?.line == 3)
    #expect(error?.description.contains("'unknown'") == true)
    #expect(error?.description.contains("--type 'Age=int'") == true)
    let refused = #expect(throws: IngestError.self) {
      try ingestAttributes(texts: ["customer,age\na,7\n"], schema: schema) {
        $0.types = ["age": .text]
      }
    }
    #expect(refused?.category == .usage)
    #expect(refused?.description.contains("--rename") == true)
  }

  @Test func columnsWithoutAnyValueAreLeftOut() throws {
    let result = try ingestAttributes(texts: ["customer,x,y\na,,1\nb,,2\n"])
    #expect(result.types == ["y int"])
    #expect(result.report.notes == ["'x' has no value and is left out"])
    let asked = try ingestAttributes(texts: ["customer,x\na,\n"]) { $0.types = ["x": .date] }
    #expect(asked.types == ["x date"])
  }
}
