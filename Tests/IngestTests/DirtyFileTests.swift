import Columns
import Ingest
import Testing

/// The dirty cases of delimited files, each by name.
@Suite struct DirtyFileTests {
  private let clean = ["a 2024-01-05 1.50", "b 2024-01-06 2.00"]

  @Test func unixLineEndsAreRead() throws {
    #expect(
      try ingestText("customer,date,amount\na,2024-01-05,1.5\nb,2024-01-06,2\n").lines == clean)
  }

  @Test func windowsLineEndsAreRead() throws {
    let result = try ingestText("customer,date,amount\r\na,2024-01-05,1.5\r\nb,2024-01-06,2\r\n")
    #expect(result.lines == clean)
    #expect(result.report.rowsRead == 2)
  }

  @Test func oldMacLineEndsAreRead() throws {
    #expect(
      try ingestText("customer,date,amount\ra,2024-01-05,1.5\rb,2024-01-06,2\r").lines == clean)
  }

  @Test func mixedLineEndsAreRead() throws {
    #expect(
      try ingestText("customer,date,amount\na,2024-01-05,1.5\r\nb,2024-01-06,2\n").lines == clean)
  }

  @Test func theLastLineNeedsNoNewline() throws {
    for end in ["", "\n", "\r\n"] {
      let text = "customer,date,amount\na,2024-01-05,1.5\nb,2024-01-06,2" + end
      #expect(try ingestText(text).lines == clean)
    }
  }

  @Test func blankLinesAreNoRows() throws {
    let result = try ingestText(
      "\n\ncustomer,date,amount\n\na,2024-01-05,1.5\n\r\n\nb,2024-01-06,2\n\n\n")
    #expect(result.lines == clean)
    #expect(result.report.rowsRead == 2 && result.report.rowsRejected == 0)
    #expect(result.report.blankLines == 5)
  }

  @Test func aByteOrderMarkIsSkipped() throws {
    #expect(
      try ingestText("\u{FEFF}customer,date,amount\na,2024-01-05,1.5\nb,2024-01-06,2\n").lines
        == clean)
  }

  @Test(arguments: [",", ";", "\t", "|"])
  func theDelimiterIsDetected(delimiter: String) throws {
    let text = "customer,date,amount\na,2024-01-05,1.5\nb,2024-01-06,2\n".map {
      $0 == "," ? delimiter : String($0)
    }.joined()
    let result = try ingestText(text)
    #expect(result.lines == clean)
    #expect(result.report.files[0].delimiter == delimiter.utf8.first)
  }

  @Test func quotedFieldsHoldDelimitersNewlinesAndQuotes() throws {
    let result = try ingestText(
      "customer,note,date,amount\n\"Smith, J\",\"two\nlines\",2024-01-05,1\n"
        + "\"say \"\"hi\"\"\",\"a\r\nb\",\"2024-01-06\",\"2\"\n\"new\nline\",,2024-01-07,3\n")
    #expect(
      result.lines == [
        "Smith, J 2024-01-05 1.00", "new\nline 2024-01-07 3.00", "say \"hi\" 2024-01-06 2.00",
      ])
    #expect(result.rejects.isEmpty)
  }

  @Test func aQuoteInsideAnUnquotedFieldIsAnOrdinaryByte() throws {
    let result = try ingestText(
      "customer,size,date,amount\na,5\" pipe,2024-01-05,1.5\nb,7\",2024-01-06,2\n")
    #expect(result.lines == clean)
  }

  @Test func quotesInColumnsThatAreNotUsedDoNotMatter() throws {
    let result = try ingestText(
      "customer,x,date,amount\na,\"q\"z,2024-01-05,1.5\nb,\"\",2024-01-06,2\n")
    #expect(result.lines == clean)
  }

  @Test func textAfterAClosingQuoteIsARejectWithItsPlace() throws {
    let result = try ingestText("customer,date,amount\n\"a\"x,2024-01-05,1\nb,2024-01-06,2\n")
    #expect(result.lines == ["b 2024-01-06 2.00"])
    #expect(
      result.rejects == [
        RejectedRow(
          file: result.rejects[0].file, line: 2, byteOffset: 21, column: "customer",
          reason: "text after the closing quote", row: Array("\"a\"x,2024-01-05,1".utf8))
      ])
  }

  @Test func aQuoteThatNeverClosesIsAReject() throws {
    let result = try ingestText("customer,date,amount\na,2024-01-05,1.5\n\"b,2024-01-06,2\nc\n")
    #expect(result.lines == ["a 2024-01-05 1.50"])
    #expect(result.rejects.count == 1)
    #expect(result.rejects[0].line == 3)
    #expect(result.rejects[0].row == Array("\"b,2024-01-06,2\nc\n".utf8))
    #expect(result.rejects[0].reason.contains("not closed"))
  }

  @Test func raggedRowsAreRejects() throws {
    let result = try ingestText(
      "customer,date,amount\na,2024-01-05\na,2024-01-05,1.5\na,2024-01-05,1,2\n \nb,2024-01-06,2\n")
    #expect(result.lines == clean)
    #expect(result.rejects.map(\.line) == [2, 4, 5])
    #expect(result.rejects[0].reason == "the row has 2 fields, the header has 3")
    #expect(result.rejects[0].column == nil)
    #expect(result.report.rowsRead == 5)
  }

  @Test func rejectsAfterQuotedNewlinesHaveTheRightLine() throws {
    let result = try ingestText(
      "customer,note,date,amount\na,\"1\n2\n3\",2024-01-05,1.5\nb,x,nope,2\nb,\"y\nz\",2024-01-06,2\nc,,,\n"
    )
    #expect(result.lines == clean)
    #expect(result.rejects.map(\.line) == [5, 8])
    #expect(result.rejects.map(\.byteOffset) == [51, 83])
    #expect(result.rejects.map(\.column) == ["date", "date"])
  }

  @Test func customerIDsThatAreNoneAreRejects() throws {
    var bytes = Array("customer,date,amount\n,2024-01-05,1\n\"\",2024-01-05,1\n".utf8)
    bytes += [0xFF] + Array(",2024-01-05,1\n".utf8)
    bytes += [0x61, 0x00] + Array(",2024-01-05,1\n".utf8)
    bytes += Array(repeating: 0x78, count: 4097) + Array(",2024-01-05,1\n".utf8)
    bytes += Array(repeating: 0x79, count: 4096) + Array(",2024-01-05,1\n".utf8)
    bytes += Array("é,2024-01-05,1\n".utf8)
    let file = TemporaryFile(bytes)
    let result = try withExtendedLifetime(file) { try ingestAll([file.path], allowing()) }
    #expect(result.rows.map(\.customer.count) == [4096, 2])
    #expect(
      result.rejects.map(\.reason) == [
        "the customer id is empty", "the customer id is empty",
        "the customer id is not valid UTF-8", "the customer id contains a NUL",
        "the customer id is longer than 4096 bytes",
      ])
  }

  @Test func aNULInAnotherColumnIsNotLookedAt() throws {
    let result = try ingestText("customer,x,date,amount\na,\0,2024-01-05,1.5\nb,,2024-01-06,2\n")
    #expect(result.lines == clean)
  }

  @Test func blanksInsideQuotesBelongToTheID() throws {
    let result = try ingestText("customer,date,amount\n\" a\",2024-01-05,1\n b,2024-01-06,2\n")
    #expect(result.rows.map { String(decoding: $0.customer, as: UTF8.self) } == [" a", " b"])
  }

  @Test func returnsAreNettedOrDropped() throws {
    let text = "customer,date,amount\na,2024-01-05,5\na,2024-01-05,-2\na,2024-01-06,(1)\n"
    #expect(
      try ingestText(text).lines == [
        "a 2024-01-05 -2.00", "a 2024-01-05 5.00", "a 2024-01-06 -1.00",
      ])
    let dropped = try ingestText(text, allowing { $0.returns = .drop })
    #expect(dropped.lines == ["a 2024-01-05 5.00"])
    #expect(dropped.report.returnsDropped == 2 && dropped.report.rowsFiltered == 2)
    #expect(dropped.report.rowsRead == 3)
  }

  @Test func filtersKeepRowsWhereEveryColumnHasItsValue() throws {
    let text =
      "customer,Order Status,date,amount,kind\na,Completed,2024-01-05,1.5,x\nb,Cancelled,2024-01-05,,x\n"
      + "c,\"Completed\",2024-01-05,3,y\nd,completed,2024-01-05,3,x\n"
    let options = allowing { options in
      options.filters = [
        try! ColumnFilter("order status=Completed"), ColumnFilter(column: "kind", value: "x"),
      ]
    }
    let result = try ingestText(text, options)
    #expect(result.lines == ["a 2024-01-05 1.50"])
    #expect(result.report.rowsFiltered == 3 && result.report.rowsRejected == 0)
  }

  @Test func amountsPastFourDecimalsAreRoundedHalfToEvenAndCounted() throws {
    let result = try ingestText(
      "customer,date,amount\na,2024-01-05,0.00005\nb,2024-01-05,0.00015\nc,2024-01-05,0.000151\n"
        + "d,2024-01-05,1.230000\n")
    #expect(result.rows.map(\.amount) == [0, 2, 2, 12_300])
    #expect(result.report.amountsRounded == 3)
  }

  @Test func aFileOfHeaderAloneGivesNoRows() throws {
    let result = try ingestText("customer,date,amount\n")
    #expect(result.rows.isEmpty && result.report.rowsRead == 0)
    #expect(result.report.firstDay == nil)
    #expect(result.table.customerCount == 0)
  }
}
