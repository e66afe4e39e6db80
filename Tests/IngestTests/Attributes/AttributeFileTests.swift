import Columns
import Ingest
import Testing

/// Files of customers: their columns, their dirt, and several of them.
@Suite struct AttributeFileTests {
  @Test func theLastRowWithAValueWins() throws {
    let result = try ingestAttributes(texts: [
      "customer,x,y\na,1,one\nb,2,two\na,3,\nb,,\na,,uno\n"
    ])
    #expect(result.values("x") == ["a: 3", "b: 2"])
    #expect(result.values("y") == ["a: uno", "b: two"])
    #expect(result.report.repeatedCustomers == 2)
    #expect(result.quality("x")?.conflicts == 1)
    #expect(result.quality("y")?.conflicts == 1)
    #expect(result.quality("y")?.distinct == 2)
  }

  @Test func emptyCellsClearWhereTold() throws {
    let result = try ingestAttributes(texts: ["customer,x\na,1\nb,2\na,\nc,\nc,3\n"]) {
      $0.emptyCells = .clear
    }
    #expect(result.values("x") == ["a: –", "b: 2", "c: 3"])
    let cleared = try #require(result.batch.columns[0].cleared)
    #expect((0..<3).map { cleared[$0] } == [true, false, false])
    let kept = try ingestAttributes(texts: ["customer,x\na,1\na,\n"])
    #expect(kept.batch.columns[0].cleared == nil)
  }

  @Test func severalFilesMergeColumnByColumn() throws {
    let result = try ingestAttributes(texts: [
      "Customer ID;Age;Region\nb;40;north\na;30;south\n", "client,visits,age\na,7,31\nz,1,\n",
    ])
    #expect(result.types == ["Age int", "Region category", "visits int"])
    #expect(result.values("Age") == ["a: 31", "b: 40", "z: –"])
    #expect(result.values("Region") == ["a: south", "b: north", "z: –"])
    #expect(result.values("visits") == ["a: 7", "b: –", "z: 1"])
    #expect(result.report.files.map(\.idColumn) == ["Customer ID", "client"])
    #expect(result.quality("Age")?.conflicts == 1)
  }

  @Test func storedCustomersKeepTheirCodes() throws {
    let existing = ExistingCustomers(
      ids: StringTable(["ann", "bob", "cid", "dan"]), codes: AlignedBuffer([3, 0, 2, 1]))
    let result = try ingestAttributes(
      texts: ["customer,x\nzoe,1\ncid,2\nabe,3\nann,4\n"], existing: existing)
    #expect(result.values("x") == ["abe: 3", "ann: 4", "cid: 2", "zoe: 1"])
    #expect(result.batch.codes.array == [4, 3, 2, 5])
    #expect(result.batch.newCustomers.array == ["abe", "zoe"])
    #expect(result.report.newCustomers == 2)
  }

  @Test func columnsAreChosenAndRenamed() throws {
    let text = "id,Loyalty Member,orders,note\na,Yes,3,hello\n"
    let error = #expect(throws: IngestError.self) { try ingestAttributes(texts: [text]) }
    #expect(error?.description.contains("--rename 'orders=NAME'") == true)
    let result = try ingestAttributes(texts: [text]) {
      $0.columns = ["orders", "loyalty member"]
      $0.renames = ["Orders": "crm_orders", "Loyalty Member": "loyal"]
    }
    #expect(result.types == ["loyal bool", "crm_orders int"])
    #expect(throws: IngestError.self) {
      try ingestAttributes(texts: [text]) { $0.columns = ["nothing"] }
    }
    let typo = #expect(throws: IngestError.self) {
      try ingestAttributes(texts: [text]) {
        $0.columns = ["note"]
        $0.types = ["loyalty": .bool]
      }
    }
    #expect(typo?.category == .usage)
  }

  @Test(arguments: ["Segment", "CLV", "customer_id2,rfm", "cleared:x", "m"])
  func namesOfTheEnginesOwnAreRefused(names: String) {
    let cells = names.split(separator: ",").map { _ in "1" }.joined(separator: ",")
    #expect(throws: IngestError.self) {
      try ingestAttributes(texts: ["id,\(names)\na,\(cells)\n"])
    }
  }

  @Test func twoColumnsOfOneNameAreRefused() {
    #expect(throws: IngestError.self) { try ingestAttributes(texts: ["id,x,X\na,1,2\n"]) }
  }

  @Test func dirtyRowsAreRejectedWithTheirPlace() throws {
    var bytes = Array("customer,x,y\na,\"1\n2\",ok\nb,1\n,2,ok\nc,\"q\"q,ok\nd,".utf8)
    bytes += [0xFF]
    bytes += Array(",ok\ne,\"say \"\"hi\"\"\", trimmed \n\nf,1,\"not closed\n".utf8)
    let file = TemporaryFile(bytes)
    let result = try withExtendedLifetime(file) { try ingestAttributes(paths: [file.path]) }
    #expect(result.values("x") == ["a: 1\n2", "e: say \"hi\""])
    #expect(result.values("y") == ["a: ok", "e: trimmed"])
    #expect(result.rejects.map(\.line) == [4, 5, 6, 7, 10])
    #expect(
      result.rejects.map(\.reason) == [
        "the row has 2 fields, the header has 3", "the customer id is empty",
        "text after the closing quote", "not valid UTF-8",
        "a quote is not closed before the end of the file",
      ])
    #expect(result.rejects.map(\.column) == [nil, "customer", "x", "x", nil])
    for reject in result.rejects {
      #expect(Array(bytes[reject.byteOffset...].prefix(reject.row.count)) == reject.row)
    }
    #expect(result.report.rowsRead == 7 && result.report.rowsAccepted == 2)
    #expect(result.report.rowsRejected == 5 && result.report.blankLines == 1)
  }

  @Test func tooManyRejectsEndTheIngest() {
    for limit in [RejectLimit.count(0), .share(0.3)] {
      let error = #expect(throws: IngestError.self) {
        try ingestAttributes(texts: ["customer,x\na,1\nb\n"]) { $0.rejectLimit = limit }
      }
      #expect(error?.description.contains("too many rows are rejected") == true)
    }
  }

  @Test func rowsAreFiltered() throws {
    let result = try ingestAttributes(texts: ["customer,x,kind\na,1,p\nb,2,q\nc,3,\"p\"\n"]) {
      $0.filters = [ColumnFilter(column: "Kind", value: "p")]
      $0.columns = ["x"]
    }
    #expect(result.values("x") == ["a: 1", "c: 3"])
    #expect(result.report.rowsFiltered == 1 && result.report.rowsRead == 3)
  }

  @Test func theResultDoesNotDependOnWavesAndChunks() throws {
    var text = "customer,name,amount,since,kind\r\n"
    for i in 0..<3_000 {
      let id = (i * 7919) % 2_000
      text += "c\(id),\"na\"\"me\n\(i)\",\(Double(i) / 4),2024-0\(i % 9 + 1)-11,k\(i % 7)\r\n"
      if i % 500 == 0 { text += "broken,row\r\n" }
    }
    let whole = try ingestAttributes(texts: [text])
    #expect(whole.report.rowsRejected == 6)
    #expect(whole.ids.count == 2_000)
    for (wave, chunk) in [(64, 1), (1_000, 7), (50_000, 100)] {
      let pieces = try ingestAttributes(texts: [text]) {
        $0.tuning.waveByteCount = wave
        $0.tuning.chunkRowCount = chunk
      }
      #expect(pieces.ids == whole.ids)
      for name in ["name", "amount", "since", "kind"] {
        #expect(pieces.values(name) == whole.values(name))
      }
      #expect(pieces.rejects.map(\.line) == whole.rejects.map(\.line))
      #expect(pieces.report.columns == whole.report.columns)
      #expect(pieces.report.files[0].contentHash == whole.report.files[0].contentHash)
    }
  }

  @Test func theContentsHashIsThatOfAnOrderLog() throws {
    let text = "customer,date,amount\na,2024-01-05,1\n"
    let attributes = try ingestAttributes(texts: [text]) { $0.columns = ["date"] }
    let orders = try ingestText(text)
    #expect(
      attributes.report.files[0].contentHash == orders.report.files[0].contentHash)
  }

  @Test func aRowPastTheLimitIsAnError() {
    let text = "customer,x\na,\"" + String(repeating: "x", count: 1 << 20)
    let result = try? ingestAttributes(texts: [text]) { $0.tuning.waveByteCount = 1_000 }
    #expect(result?.report.rowsRejected == 1)
  }
}
