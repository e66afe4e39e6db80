import Columns
import Export
import Kernels
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite(.serialized) struct FrameExportTests {
  let frame = Frame(
    rowCount: 3,
    columns: [
      Column("customer_id", .text(StringTable(["a", "b,\"x\"", " c\n"]))),
      Column("last", .day(AlignedBuffer([0, -1, 20_000]))),
      Column("total", .money(AlignedBuffer([123_000, -1, .min]))),
      Column(
        "r", .uint8(AlignedBuffer([5, 0, 255])), validity: Bitmap([true, false, true])),
      Column(
        "segment", .string(.uint8(AlignedBuffer([1, 0, 1])), StringTable(["日本", "At Risk"]))),
      Column("p", .float32(AlignedBuffer([0.1, .nan, 2]))),
      Column("ok", .bool(Bitmap([true, false, true]))),
    ])

  func text(_ export: FrameExport) throws -> String {
    let path = "/tmp/strata-export-test-\(getpid()).out"
    defer { unlink(path) }
    let byteCount = try export.write(to: .file(path))
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: byteCount + 1)
    let count = fread(&bytes, 1, byteCount + 1, file)
    #expect(count == byteCount)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  @Test func csvIsQuotedWhereItMustBe() throws {
    #expect(
      try text(FrameExport(frame, format: .csv)) == """
        customer_id,last,total,r,segment,p,ok
        a,1970-01-01,12.30,5,At Risk,0.1,true
        "b,""x\""",1969-12-31,-0.0001,,日本,,false
        " c\n",2024-10-04,-922337203685477.5808,255,At Risk,2.0,true

        """)
  }

  @Test func jsonLinesHoldOneObjectEach() throws {
    let export = try FrameExport(
      frame, format: .jsonl, columns: ["p", "customer_id", "r", "last"],
      selection: Bitmap([false, true, true]))
    #expect(
      try text(export) == #"""
        {"p":null,"customer_id":"b,\"x\"","r":null,"last":"1969-12-31"}
        {"p":2.0,"customer_id":" c\u000a","r":255,"last":"2024-10-04"}

        """#)
  }

  @Test func theBytesDoNotDependOnTheThreads() throws {
    let count = 200_001
    let big = Frame(
      rowCount: count,
      columns: [
        Column(
          "n", .int64(AlignedBuffer(count: count) { for i in $0.indices { $0[i] = Int64(i * i) } }))
      ])
    defer { Parallel.setThreadCount(0) }
    var texts: Set<String> = []
    for threads in [1, 2, 7] {
      Parallel.setThreadCount(threads)
      texts.insert(try text(FrameExport(big, format: .csv)))
    }
    #expect(texts.count == 1)
    let lines = try #require(texts.first).split(separator: "\n")
    #expect(lines.count == count + 1)
    #expect(lines.indices.dropFirst().allSatisfy { lines[$0] == "\(($0 - 1) * ($0 - 1))" })
  }

  @Test func anUnknownColumnIsAnErrorThatListsTheColumns() {
    #expect(throws: ExportError.self) { try FrameExport(frame, format: .csv, columns: ["x"]) }
  }

  @Test func aPathThatCannotBeWrittenIsAnError() throws {
    let export = try FrameExport(frame, format: .csv)
    #expect(throws: ExportError.self) { try export.write(to: .file("/nonexistent/x.csv")) }
  }

  @Test func integersOfEveryLengthAreWritten() {
    var writer = ByteWriter()
    for exponent in 0..<19 {
      var power: Int64 = 1
      for _ in 0..<exponent { power *= 10 }
      for value in [power - 1, power, power + 1, -power, 9 * power / 2] {
        writer.clear()
        writer.append(integer: value)
        #expect(String(decoding: writer.array, as: UTF8.self) == String(value))
        writer.clear()
        writer.append(money: value)
        #expect(String(decoding: writer.array, as: UTF8.self) == Money.text(value))
      }
    }
    writer.clear()
    writer.append(integer: .min)
    #expect(String(decoding: writer.array, as: UTF8.self) == String(Int64.min))
  }
}
