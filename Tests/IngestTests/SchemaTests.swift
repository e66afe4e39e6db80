import Columns
import Ingest
import Testing

@Suite struct SchemaTests {
  @Test func knownNamesAreRecognisedWhateverTheirCase() throws {
    for header in [
      "Customer ID,Purchase Date,Total Price", "CLIENT_ID,Order_Date,Revenue",
      "user-id,date,amount",
    ] {
      let result = try ingestText(header + "\na,2024-01-05,1\n")
      #expect(result.lines == ["a 2024-01-05 1.00"])
      #expect(result.report.files[0].header == header.split(separator: ",").map(String.init))
    }
  }

  @Test func columnsAreFoundByNameInAnyOrder() throws {
    let text = "Betrag;x;Kunde;Datum;Beleg\n1.5;;a;2024-01-05;B1\n2;;b;2024-01-06;\n"
    let result = try ingestText(
      text,
      allowing {
        $0.customerColumn = "kunde"
        $0.dateColumn = "DATUM"
        $0.amountColumn = "Betrag"
        $0.orderColumn = "Beleg"
      })
    #expect(result.lines == ["a 2024-01-05 1.50", "b 2024-01-06 2.00"])
    #expect(result.rows[0].order != 0 && result.rows[1].order == 0)
    #expect(result.report.files[0].orderColumn == "Beleg")
  }

  @Test func aMissingColumnIsAnErrorThatListsTheHeader() throws {
    let error = #expect(throws: IngestError.self) {
      try ingestText("id,when,amount\na,2024-01-05,1\n")
    }
    #expect(error?.category == .badData)
    #expect(error?.description.contains("'id', 'when', 'amount'") == true)
    #expect(error?.description.contains("--customer") == true)
    let named = #expect(throws: IngestError.self) {
      try ingestText("customer,date,amount\n", allowing { $0.dateColumn = "day" })
    }
    #expect(named?.problem == "has no column 'day' (date)")
  }

  @Test func anAmbiguousColumnIsAnError() throws {
    let error = #expect(throws: IngestError.self) {
      try ingestText("customer,date,Amount,amount \na,2024-01-05,1,2\n")
    }
    #expect(error?.problem == "has 2 columns that could be the amount")
    let exact = try ingestText(
      "customer,date,Amount,amount\na,2024-01-05,1,2\n", allowing { $0.amountColumn = "amount" })
    #expect(exact.lines == ["a 2024-01-05 2.00"])
  }

  @Test func keptColumnsAreTypedWhenAllTheirValuesAre() throws {
    let result = try ingestText(
      "customer,date,amount,n,d,day,code,word\na,2024-01-05,1,1,1.5,2024-02-03,007,x\n"
        + "a,2024-01-05,1,,2,,008,\"y,z\"\nb,2024-01-05,1,-3,,2024-02-04,,x\n",
      allowing { $0.keptColumns = ["n", "d", "day", "code", "WORD"] })
    #expect(result.table.extras.map(\.type) == [.int64, .float64, .day, .string, .string])
    #expect(result.table.extras.map(\.nullCount) == [1, 1, 1, 1, 0])
    #expect(
      result.rows.map(\.kept) == [
        ["", "2.0", "", "008", "y,z"], ["1", "1.5", "2024-02-03", "007", "x"],
        ["-3", "", "2024-02-04", "", "x"],
      ])
  }

  @Test func rowsAreSortedByCustomerDayOrderAndAmount() throws {
    var text = "customer,date,amount,order\n"
    for i in 0..<500 {
      text += "c\(i * 7 % 13),2024-01-1\(i * 3 % 5),\(i * 11 % 17).5,o\(i % 4)\n"
    }
    for count in [1, 4, 40] {
      let result = try ingestText(
        text,
        allowing {
          $0.orderColumn = "order"
          $0.tuning.partitionCount = count
          $0.tuning.taskByteCount = 100 * count
        })
      #expect(result.rows.count == 500 && result.rows == result.rows.sorted())
      let codes = result.table.customerCodes.array
      #expect(codes == codes.sorted() && result.newCustomers == result.newCustomers.sorted())
    }
  }

  @Test func tooManyRejectsEndTheIngest() throws {
    let text = "customer,date,amount\na,2024-01-05,1\nb,x,1\nc,y,1\nd,2024-01-05,1\n"
    func run(_ limit: RejectLimit) throws -> Ingested {
      try ingestText(text, allowing { $0.rejectLimit = limit })
    }
    #expect(try run(.count(2)).rejects.count == 2)
    #expect(try run(.share(0.5)).rejects.count == 2)
    let byCount = #expect(throws: IngestError.self) { try run(.count(1)) }
    #expect(byCount?.category == .badData && byCount?.line == 3 && byCount?.column == "date")
    let byShare = #expect(throws: IngestError.self) { try run(.share(0.49)) }
    #expect(byShare?.found?.contains("2 rejected of 4 rows read") == true)
    #expect(throws: IngestError.self) { try ingestText(text, IngestOptions()) }
  }

  @Test func limitsAndFiltersAreReadFromTheirFlags() throws {
    #expect(try RejectLimit("25") == .count(25))
    #expect(try RejectLimit("0.5%") == .share(0.005))
    #expect(throws: IngestError.self) { try RejectLimit("-1") }
    #expect(throws: IngestError.self) { try RejectLimit("101%") }
    #expect(try ColumnFilter("a=b=c") == ColumnFilter(column: "a", value: "b=c"))
    #expect(throws: IngestError.self) { try ColumnFilter("=x") }
    #expect(throws: IngestError.self) { try ColumnFilter("x") }
  }

  @Test func rejectsAreWrittenAsDelimitedText() {
    let row = RejectedRow(
      file: "a \"b\".csv", line: 3, byteOffset: 40, column: nil, reason: "x",
      row: Array("1,\"2\"".utf8))
    #expect(
      String(decoding: row.csv, as: UTF8.self)
        == "\"a \"\"b\"\".csv\",3,40,\"\",\"x\",\"1,\"\"2\"\"\"\n")
  }

  @Test func amountsWhoseSumIsOutOfRangeAreRefused() throws {
    let error = #expect(throws: IngestError.self) {
      try ingestText(
        "customer,date,amount\na,2024-01-05,900000000000000\nb,2024-01-05,-900000000000000\n")
    }
    #expect(error?.problem.contains("out of range") == true)
  }
}
