import Kernels

/// What the start of a file says: how it is written and what its columns are called.
struct FileHead {
  var syntax: DelimitedSyntax
  var header: [String]
  /// Offset and line of the first row after the header.
  var dataStart: Int
  var dataLine: Int
  /// Whether the header ends in CR LF; a hint that the rows do.
  var hasCarriage: Bool

  /// Looks at the first bytes; `delimiter` nil detects it.
  init(
    bytes: [UInt8], isComplete: Bool, delimiter: UInt8?, path: String
  ) throws(IngestError) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard bytes.count > start else {
      throw IngestError(
        .badData, "is empty", file: path, expected: "a header row with column names",
        advice: "Check what wrote it")
    }
    let newline = Self.detectNewline(bytes, start, isComplete)
    let separator = delimiter ?? Self.detectDelimiter(bytes, start, newline)
    syntax = DelimitedSyntax(delimiter: separator, newline: newline)
    var rows = HeadRows(
      bytes: bytes, isComplete: isComplete, delimiter: separator, newline: newline, position: start)
    guard let fields = rows.next() else {
      let isBlank = bytes[start...].allSatisfy { $0 == 0x0A || $0 == 0x0D }
      throw IngestError(
        .badData, isBlank ? "has no header row" : "the header row does not end", file: path,
        line: 1,
        found: isBlank ? "blank lines only" : "no end of row in the first \(bytes.count) bytes",
        expected: "a header row with column names",
        advice: isBlank ? "Check what wrote it" : "Is a quote not closed, or is it not a text file?"
      )
    }
    header = fields.map { field in
      var name = Substring(String(decoding: field, as: UTF8.self))
      while name.first == " " || name.first == "\t" { name.removeFirst() }
      while name.last == " " || name.last == "\t" { name.removeLast() }
      return String(name)
    }
    dataStart = rows.position
    dataLine = rows.lineCount + 1
    hasCarriage = newline == 0x0A && dataStart >= 2 && bytes[dataStart - 2] == 0x0D
  }

  /// LF, unless the first line ends in a CR without one.
  private static func detectNewline(_ bytes: [UInt8], _ start: Int, _ isComplete: Bool) -> UInt8 {
    var isInside = false
    for i in start..<bytes.count {
      switch bytes[i] {
      case 0x22: isInside.toggle()
      case 0x0A where !isInside: return 0x0A
      case 0x0D where !isInside:
        if i + 1 < bytes.count { return bytes[i + 1] == 0x0A ? 0x0A : 0x0D }
        return isComplete ? 0x0D : 0x0A
      default: break
      }
    }
    return 0x0A
  }

  /// The one of `, ; tab |` that the first row has most of, outside quotes.
  private static func detectDelimiter(_ bytes: [UInt8], _ start: Int, _ newline: UInt8) -> UInt8 {
    let candidates: [UInt8] = [0x2C, 0x3B, 0x09, 0x7C]
    var counts = [0, 0, 0, 0]
    var isInside = false
    for byte in bytes[start...] {
      if byte == 0x22 { isInside.toggle() }
      if isInside { continue }
      if let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
      if byte == newline || byte == 0x0A, counts.contains(where: { $0 > 0 }) { break }
    }
    return candidates[counts.firstIndex(of: counts.max()!)!]
  }
}
