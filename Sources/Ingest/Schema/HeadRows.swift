/// The first rows of a text, read byte by byte: for the header, the delimiter and samples.
struct HeadRows {
  let bytes: [UInt8]
  /// Whether the text ends with these bytes.
  let isComplete: Bool
  let delimiter: UInt8
  let newline: UInt8
  private(set) var position: Int
  /// Newlines passed.
  private(set) var lineCount = 0

  init(bytes: [UInt8], isComplete: Bool, delimiter: UInt8, newline: UInt8, position: Int) {
    self.bytes = bytes
    self.isComplete = isComplete
    self.delimiter = delimiter
    self.newline = newline
    self.position = position
  }

  /// The fields of the next row that is not blank, quotes taken off; nil when it is not all there.
  mutating func next() -> [[UInt8]]? {
    while true {
      guard let fields = row() else { return nil }
      if fields.count > 1 || !fields[0].isEmpty { return fields }
    }
  }

  private mutating func row() -> [[UInt8]]? {
    var i = position
    var lines = 0
    guard i < bytes.count else { return nil }
    var fields: [[UInt8]] = []
    var field: [UInt8] = []
    var isInside = false
    var isFieldStart = true
    var wasQuoted = false
    var justClosed = false
    while i < bytes.count {
      let byte = bytes[i]
      i += 1
      if byte == newline || byte == 0x0A { lines += 1 }
      if isInside {
        if byte == 0x22 {
          isInside = false
          justClosed = true
        } else {
          field.append(byte)
        }
        continue
      }
      if byte == 0x22, isFieldStart || justClosed {
        if justClosed { field.append(0x22) }
        isInside = true
        isFieldStart = false
        wasQuoted = true
        justClosed = false
        continue
      }
      justClosed = false
      if byte == newline || byte == 0x0A {
        if !wasQuoted, field.last == 0x0D { field.removeLast() }
        fields.append(field)
        position = i
        lineCount += lines
        return fields
      }
      if byte == delimiter {
        fields.append(field)
        field = []
        isFieldStart = true
        wasQuoted = false
      } else {
        isFieldStart = false
        if !(wasQuoted && byte == 0x0D) { field.append(byte) }
      }
      if fields.count > IngestLimits.fieldCount { return nil }
    }
    guard isComplete, !isInside else { return nil }
    fields.append(field)
    position = bytes.count
    lineCount += lines
    return fields
  }
}
