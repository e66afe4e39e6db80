import Glibc
import JSONText
import Testing

@testable import Storage

@Suite("Append log")
struct AppendLogTests {
  private func open(
    _ directory: TemporaryDirectory, _ system: SystemCalls = .real
  ) throws -> AppendLog {
    try AppendLog(
      directory("log"), identity: FileIdentity(storeID: "1", path: "log"),
      directory: directory.path, system: system)
  }

  @Test("Entries come back, and an entry that is cut short at any byte is cut off")
  func torn() throws {
    let directory = TemporaryDirectory()
    var log = try open(directory)
    try log.append(["a": 1])
    let first = try bytes(of: directory("log"))
    try log.append(["b": "zwei"])
    #expect(log.entries == [["a": 1], ["b": "zwei"]])
    let whole = try bytes(of: directory("log"))
    for length in first.count..<whole.count {
      // Cut, and as a power cut leaves it: the size without the bytes.
      for zeros in [0, whole.count - length] {
        try overwrite(
          directory("log"), with: whole.prefix(length) + [UInt8](repeating: 0, count: zeros))
        var again = try open(directory)
        #expect(again.entries == [["a": 1]], "\(length) bytes and \(zeros)")
        #expect(try bytes(of: directory("log")) == first)
        try again.append(["b": "zwei"])
        #expect(try bytes(of: directory("log")) == whole)
      }
    }
  }

  @Test("Any flipped byte of a whole log is damage, and nothing is cut off")
  func flips() throws {
    let directory = TemporaryDirectory()
    var log = try open(directory)
    for i in 0..<3 { try log.append(["i": JSON(i)]) }
    let whole = try bytes(of: directory("log"))
    for i in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[i] ^= 1 << bit
        try overwrite(directory("log"), with: bytes)
        #expect(throws: StorageError.self, "byte \(i), bit \(bit)") { _ = try open(directory) }
        #expect(try StorageTests.bytes(of: directory("log")) == bytes)
      }
    }
  }

  @Test("An entry that did not come to the disk is not there after it is opened anew")
  func failures() throws {
    for call in [SystemCalls.Call.write, .synchronize] {
      let directory = TemporaryDirectory()
      var log = try open(directory)
      try log.append(["a": 1])
      let system = SystemCalls(fault: .init(call, ordinal: 0, .failFromThenOn(ENOSPC)))
      var failing = try open(directory, system)
      #expect(throws: StorageError.self) { try failing.append(["b": 2]) }
      let again = #expect(throws: StorageError.self) { try failing.append(["b": 2]) }
      #expect(again?.kind == .invalid)
      let entries = try open(directory).entries
      #expect(entries == [["a": 1]] || (call == .synchronize && entries == [["a": 1], ["b": 2]]))
    }
  }
}
