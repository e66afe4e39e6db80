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
    #expect(throws: ExportError.noColumn) { try FrameExport(frame, format: .csv, columns: []) }
    let unknown = ExportError.unknownColumn(name: "x", near: nil, columns: ["a", "b"])
    #expect("\(unknown)" == "there is no column x. The columns are: a, b")
  }

  @Test func columnsAreFoundExactlyOrElseCaseAside() throws {
    let export = try FrameExport(frame, format: .csv, columns: ["R", "Customer_ID", "p"])
    #expect(export.columns.map(\.name) == ["r", "customer_id", "p"])
    let twins = Frame(
      rowCount: 1,
      columns: [
        Column("R", .uint8(AlignedBuffer([1]))), Column("r", .uint8(AlignedBuffer([2]))),
      ])
    let both = try FrameExport(twins, format: .csv, columns: ["r", "R"])
    #expect(both.columns.map(\.name) == ["r", "R"])
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

  @Test func datesAndTextsOfEveryLengthAreWritten() throws {
    let days: [Int32] = [
      -719_528, -719_529, -1, 0, 1, 59, 11_016, 20_000, 47_481, 47_482, 47_483, 2_932_896,
      2_932_897, .max, .min,
    ]
    let count = 700
    let texts = (0..<count).map { row in
      let special = row % 300 == 299 ? ["\"", ",", "\n", " "][row % 4] : ""
      return String(repeating: "k", count: row % 70) + special
    }
    let names = StringTable(["", "short", String(repeating: "é", count: 20), "a, b"])
    let big = Frame(
      rowCount: count,
      columns: [
        Column(
          "day", .day(AlignedBuffer((0..<count).map { days[$0 % days.count] }))),
        Column("text", .text(StringTable(texts))),
        Column(
          "name", .string(.uint32(AlignedBuffer((0..<count).map { UInt32($0 % 4) })), names)),
      ])
    let csv = try text(FrameExport(big, format: .csv))
    func quoted(_ text: String) -> String {
      let isPlain = !text.contains { $0 == "," || $0 == "\"" || $0 == "\n" } && !text.hasSuffix(" ")
      return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
    var expected = "day,text,name\n"
    for row in 0..<count {
      let day = min(max(days[row % days.count], -719_528), 2_932_896)
      expected += "\(Day.text(day)),\(quoted(texts[row])),\(quoted(names[row % 4]))\n"
    }
    #expect(csv == expected)
  }

  @Test func whatIsNoFileIsWrittenAsItIs() throws {
    let export = try FrameExport(frame, format: .csv)
    let base = "/tmp/strata-export-test-\(getpid()).kinds"
    mkdir(base, 0o755)
    defer {
      for name in ["real.csv", "link.csv", "loose.csv", "fifo", ""] { remove(base + "/" + name) }
    }
    // A link goes on leading to the same file, which keeps its permissions.
    fclose(fopen(base + "/real.csv", "w"))
    chmod(base + "/real.csv", 0o600)
    symlink("real.csv", base + "/link.csv")
    let byteCount = try export.write(to: .at(base + "/link.csv"))
    var info = stat()
    #expect(lstat(base + "/link.csv", &info) == 0 && info.st_mode & S_IFMT == S_IFLNK)
    #expect(stat(base + "/real.csv", &info) == 0 && info.st_mode & 0o777 == 0o600)
    #expect(Int(info.st_size) == byteCount)

    #expect(try ExportDestination.at("/dev/null") == .stream("/dev/null"))
    #expect(try export.write(to: .file("/dev/null")) == byteCount)
    #expect(stat("/dev/null", &info) == 0 && info.st_mode & S_IFMT == S_IFCHR)

    // Opened for both sides, so that neither waits for the other.
    mkfifo(base + "/fifo", 0o600)
    let reader = open(base + "/fifo", O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    #expect(try export.write(to: .at(base + "/fifo")) == byteCount)
    var bytes = [UInt8](repeating: 0, count: byteCount)
    #expect(read(reader, &bytes, byteCount) == byteCount)
    let file = fopen(base + "/real.csv", "r")
    var written = [UInt8](repeating: 0, count: byteCount)
    #expect(fread(&written, 1, byteCount, file) == byteCount && bytes == written)
    fclose(file)

    symlink("nowhere.csv", base + "/loose.csv")
    for path in ["/loose.csv", ""] {
      #expect(throws: ExportError.self) { try export.write(to: .at(base + path)) }
      #expect(throws: ExportError.self) { try export.write(to: .file(base + path)) }
    }
  }

  @Test func aPreparedExportIsNotThereUntilItIsPutInPlace() throws {
    let path = "/tmp/strata-export-test-\(getpid()).prepared"
    defer { unlink(path) }
    let export = try FrameExport(frame, format: .csv)
    do {
      let dropped = try export.prepare(path)
      #expect(dropped.byteCount > 0)
    }
    #expect(access(path, F_OK) != 0 && access(path + ".partial-\(getpid())", F_OK) != 0)
    let kept = try export.prepare(path)
    #expect(access(path, F_OK) != 0)
    try kept.putInPlace()
    #expect(access(path, F_OK) == 0 && access(path + ".partial-\(getpid())", F_OK) != 0)
  }
}
