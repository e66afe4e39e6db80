import Columns
import Ingest
import Kernels
import Testing

/// The fast reader against its twin on random dirty files, however the work is cut.
@Suite(.serialized) struct SplitInvarianceTests {
  /// A dirty file: quotes, newlines in quotes, stray quotes, ragged and blank lines, bad bytes and values.
  static func dirtyFile(seed: UInt64, rowCount: Int) -> [UInt8] {
    var random = RandomStream(seed: seed)
    func pick(_ choices: [String]) -> String { choices[random.nextIndex(below: choices.count)] }
    var bytes = Array(NaiveCSV.header.utf8)
    let isClean = random.nextIndex(below: 3) == 0
    for _ in 0..<rowCount {
      let kind = isClean ? 99 : random.nextIndex(below: 100)
      let number = String(random.nextIndex(below: 40))
      var id = "C" + String(repeating: "0", count: 5 - number.count) + number
      if kind < 8 {
        id = pick([
          "", "\"\"", "é" + number, "\"q,\(number)\"", "\"a\"\"b\"", "x\"y", "\"n\n\(number)\"",
          "\"z\"z",
          "a-very-long-customer-id-" + number, "Z", "B", "C0000", "\"", "\"C00001\"",
        ])
      }
      let note = pick(
        isClean
          ? ["", "ok"]
          : ["", "ok", "\"a,b\"", "\"l1\nl2\"", "5\"", "\"\"\"\"", "\"x\"y", "\"\r\n\""])
      var day = "2024-0\(1 + random.nextIndex(below: 3))-1\(random.nextIndex(below: 10))"
      if kind >= 8 && kind < 13 {
        day = pick(["", "2024-02-30", "x", "\"2024-01-05\"", "2024-13-01"])
      }
      var amount = "\(random.nextIndex(below: 300)).\(10 + random.nextIndex(below: 90))"
      if kind >= 13 && kind < 30 {
        amount = pick([
          "", "-5.25", "7", "0.1", "1.234", "1.2345", "\"8.50\"", "nan", "12345678.25", "1e", "-",
          ".",
          "3.", "123456789012.5", "9999999999999999999", "-0.01",
        ])
      }
      var line = "\(id),\(note),\(day),\(amount)"
      if kind >= 30 && kind < 33 { line = pick(["", "a,b", "a,b,c,d,e", ",,,", " "]) }
      bytes += Array(line.utf8)
      if kind == 40 { bytes.append(0xFF) }
      if kind == 41 { bytes.append(0) }
      bytes += Array((kind % 7 == 3 ? "\r\n" : "\n").utf8)
    }
    if random.nextIndex(below: 2) == 0 { bytes.removeLast() }
    return bytes
  }

  private func check(
    _ bytes: [UInt8], _ twin: NaiveCSV, _ comment: Comment, _ change: (inout IngestOptions) -> Void
  ) throws {
    let file = TemporaryFile(bytes)
    let result = try withExtendedLifetime(file) { try ingestAll([file.path], allowing(change)) }
    #expect(result.rows == twin.rows, comment)
    let places = result.rejects.map {
      NaiveCSV.Place(line: $0.line, byteOffset: $0.byteOffset, row: $0.row)
    }
    #expect(places == twin.rejects, comment)
    #expect(result.report.blankLines == twin.blankLines, comment)
    #expect(result.report.rowsAccepted == twin.rows.count, comment)
    #expect(result.report.rowsRead == twin.rows.count + twin.rejects.count, comment)
  }

  @Test func everyTaskSizeGivesWhatTheTwinGives() throws {
    defer { Parallel.setThreadCount(0) }
    for seed in UInt64(1)...4 {
      let bytes = Self.dirtyFile(seed: seed, rowCount: 120)
      let twin = NaiveCSV(bytes)
      for size in Array(1...64) + [100, 333, 1000] {
        Parallel.setThreadCount([1, 2, 7][size % 3])
        try check(bytes, twin, "seed \(seed), \(size) bytes a task") {
          $0.tuning.taskByteCount = size
          $0.tuning.pieceByteCount = 1 + size * 7 % 61
          $0.tuning.windowByteCount = 1 + size * 3 % 50
          $0.tuning.tasksPerWave = 1 + size % 9
          $0.tuning.partitionCount = 1 + size % 11
        }
      }
    }
  }

  @Test(arguments: [1, 2, 7])
  func randomFilesGiveWhatTheTwinGivesOnAnyNumberOfThreads(threads: Int) throws {
    Parallel.setThreadCount(threads)
    defer { Parallel.setThreadCount(0) }
    for seed in UInt64(100)..<140 {
      let bytes = Self.dirtyFile(seed: seed, rowCount: 400)
      let twin = NaiveCSV(bytes)
      try check(bytes, twin, "seed \(seed), \(threads) threads") {
        $0.tuning.taskByteCount = 700
        $0.tuning.partitionCount = 8
        $0.tuning.usesPlainKernel = seed % 2 == 0
      }
    }
  }

  /// The dirty notes as order ids: the fast ways, with codes that ids name and with hashed ones, and the general.
  @Test(arguments: [1, 2, 7])
  func orderIDsAreWhatTheTwinGivesHoweverTheyAreRead(threads: Int) throws {
    Parallel.setThreadCount(threads)
    defer { Parallel.setThreadCount(0) }
    for seed in UInt64(300)..<330 {
      let bytes = Self.dirtyFile(seed: seed, rowCount: 300)
      let twin = NaiveCSV(bytes, hasOrders: true)
      for way in 0..<3 {
        try check(bytes, twin, "seed \(seed), way \(way), \(threads) threads") {
          $0.orderColumn = "note"
          $0.tuning.taskByteCount = 100 + Int(seed) * 7
          $0.tuning.tasksPerWave = 3
          $0.tuning.partitionCount = 1 + Int(seed % 6)
          $0.tuning.usesPlainKernel = way > 0
          $0.tuning.usesDirectCodes = way > 1
          $0.memoryLimitByteCount = seed % 3 == 0 ? 0 : .max
        }
      }
    }
  }

  @Test func aSpillToDiskChangesNothing() throws {
    for seed in UInt64(200)..<206 {
      let bytes = Self.dirtyFile(seed: seed, rowCount: 600)
      let twin = NaiveCSV(bytes)
      try check(bytes, twin, "seed \(seed)") {
        $0.memoryLimitByteCount = 0
        $0.tuning.taskByteCount = 500
        $0.tuning.tasksPerWave = 2
        $0.tuning.partitionCount = 5
      }
    }
  }

  @Test func theContentHashDoesNotDependOnTheCuts() throws {
    var bytes = Array(NaiveCSV.header.utf8)
    let rows = Array("C00017,,2024-01-05,12.50\nC00018,\"x\ny\",2024-01-06,3.25\n".utf8)
    while bytes.count < 2_600_000 { bytes += rows }
    let file = TemporaryFile(bytes)
    try withExtendedLifetime(file) {
      let whole = try ingestAll([file.path]).report
      let aligned = try ingestAll([file.path], allowing { $0.tuning.taskByteCount = 1 << 20 })
        .report
      let odd = try ingestAll([file.path], allowing { $0.tuning.taskByteCount = 300_007 }).report
      #expect(whole.files[0].contentHash == aligned.files[0].contentHash)
      #expect(whole.files[0].contentHash == odd.files[0].contentHash)
      bytes[bytes.count - 3] ^= 1
      let other = TemporaryFile(bytes)
      let changed = try withExtendedLifetime(other) { try ingestAll([other.path]).report }
      #expect(whole.files[0].contentHash != changed.files[0].contentHash)
    }
  }
}
