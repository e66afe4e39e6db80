import CLZ4
import Columns
import Ingest
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct InputTests {
  private static let text: String = {
    var text = "customer,date,amount\n"
    for i in 0..<30_000 {
      text += "C\(10_000 + i * 37 % 900),2024-01-\(10 + i % 20),\(i % 97).25\n"
    }
    return text
  }()

  private func compressed(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    var out = [UInt8](repeating: 0, count: LZ4F_compressFrameBound(bytes.count, nil))
    let count = LZ4F_compressFrame(&out, out.count, bytes, bytes.count, nil)
    return Array(out.prefix(count))
  }

  @Test func lz4FramesAreReadDirectly() throws {
    let plain = try ingestText(Self.text)
    let file = TemporaryFile(compressed(Self.text), suffix: ".csv.lz4")
    let tiny = allowing { options in
      options.tuning.taskByteCount = 10_000
      options.tuning.tasksPerWave = 3
    }
    try withExtendedLifetime(file) {
      for options in [allowing(), tiny] {
        let result = try ingestAll([file.path], options)
        #expect(result.rows == plain.rows)
        #expect(result.report.files[0].contentHash == plain.report.files[0].contentHash)
        #expect(result.report.files[0].byteCount == Self.text.utf8.count)
      }
    }
  }

  @Test func severalLZ4FramesAreOneText() throws {
    let half = Self.text.utf8.count / 2
    let first = String(Self.text.utf8.prefix(half))!
    let second = String(Self.text.utf8.dropFirst(half))!
    let file = TemporaryFile(compressed(first) + compressed(second))
    let together = try withExtendedLifetime(file) { try ingestAll([file.path]) }
    let plain = try ingestText(Self.text)
    #expect(together.rows == plain.rows)
  }

  @Test func aDamagedOrShortLZ4FrameIsAnError() throws {
    let whole = compressed(Self.text)
    var damaged = whole
    for i in stride(from: 100, to: damaged.count, by: 97) { damaged[i] ^= 0x55 }
    for bytes in [damaged, Array(whole.dropLast(20)), Array(whole.prefix(6))] {
      let file = TemporaryFile(bytes)
      let error = #expect(throws: IngestError.self) { try ingestAll([file.path]) }
      #expect(error?.category == .badData)
    }
  }

  @Test func pipesAreRead() throws {
    let plain = try ingestText(Self.text)
    let file = TemporaryFile(Self.text)
    let fifo = file.path + ".fifo"
    #expect(mkfifo(fifo, 0o600) == 0)
    defer { unlink(fifo) }
    for size in [4 << 20, 5_000] {
      let writer = fork(copying: file.path, to: fifo)
      let result = try ingestAll(
        [fifo],
        allowing {
          $0.tuning.taskByteCount = size
          $0.tuning.tasksPerWave = 2
        })
      writer()
      #expect(result.rows == plain.rows)
      #expect(result.report.files[0].contentHash == plain.report.files[0].contentHash)
    }
  }

  /// Copies a file to a pipe with `cat`; the closure waits for it.
  private func fork(copying path: String, to fifo: String) -> () -> Void {
    var process: pid_t = 0
    let command = "cat '\(path)' > '\(fifo)'"
    var arguments: [UnsafeMutablePointer<CChar>?] = []
    for argument in ["/bin/sh", "-c", command] { arguments.append(strdup(argument)) }
    arguments.append(nil)
    let spawned = arguments
    posix_spawn(&process, "/bin/sh", nil, nil, spawned, nil)
    return {
      var status: Int32 = 0
      waitpid(process, &status, 0)
      for argument in spawned { free(argument) }
    }
  }

  @Test(arguments: [
    ([0x1F, 0x8B, 8, 0] as [UInt8], "zcat"), ([0x28, 0xB5, 0x2F, 0xFD], "zstdcat"),
    ([0xFF, 0xFE, 0x61, 0], "iconv"),
  ])
  func otherCompressionsAreRefusedWithThePipeToUse(head: [UInt8], tool: String) throws {
    let file = TemporaryFile(head + Array("xxxxxxxx".utf8))
    let error = #expect(throws: IngestError.self) { try ingestAll([file.path]) }
    #expect(error?.category == .badData)
    #expect(
      error?.advice?.contains("\(tool) ") == true
        && error?.advice?.contains("ingest STORE -") == true)
  }

  @Test func filesThatAreNotThereAreErrorsOfTheirKind() throws {
    let missing = #expect(throws: IngestError.self) {
      try ingestAll(["/tmp/strata-no-such-file.csv"])
    }
    #expect(missing?.category == .noInput && missing?.file == "/tmp/strata-no-such-file.csv")
    let directory = #expect(throws: IngestError.self) { try ingestAll(["/tmp"]) }
    #expect(directory?.category == .noInput)
    let empty = #expect(throws: IngestError.self) { try ingestText("") }
    #expect(empty?.category == .badData)
    #expect(throws: IngestError.self) { try ingestText("\n\n\n") }
    #expect(throws: IngestError.self) { try ingestText("\u{FEFF}") }
    #expect(throws: IngestError.self) { try ingestText("\"customer,date,amount\n") }
    let none = #expect(throws: IngestError.self) { try ingestAll([]) }
    #expect(none?.category == .usage)
  }

  @Test func aRowWithoutEndIsAnErrorNotAMemoryHog() throws {
    var bytes = Array("customer,date,amount\na,2024-01-05,1\n\"".utf8)
    bytes += Array(repeating: 0x78, count: 40 << 20)
    let file = TemporaryFile(bytes)
    let error = #expect(throws: IngestError.self) { try ingestAll([file.path]) }
    #expect(error?.category == .badData && error?.line == 3)
    #expect(error?.problem == "a row is longer than 16 MiB")
  }

  @Test func severalFilesWithDifferentColumnOrdersAreOneBatch() throws {
    let first = TemporaryFile("customer,date,amount\na,2024-01-05,1\nb,bad,1\n")
    let second = TemporaryFile("amount;date;customer\r\n2;2024-01-06;a\r\n3;2024-01-04;c\r\n;;\r\n")
    try withExtendedLifetime((first, second)) {
      let result = try ingestAll([first.path, second.path])
      #expect(result.lines == ["a 2024-01-05 1.00", "a 2024-01-06 2.00", "c 2024-01-04 3.00"])
      #expect(result.rejects.map(\.file) == [first.path, second.path])
      #expect(result.report.files.map(\.rowsRead) == [2, 3])
    }
  }
}
