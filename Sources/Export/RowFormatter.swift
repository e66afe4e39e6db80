package import Columns
package import Kernels

/// The text forms of an export.
package enum ExportFormat: String, Sendable, CaseIterable {
  /// RFC 4180 with a header; null is the empty field.
  case csv
  /// One JSON object a line; null is `null`.
  case jsonl
}

/// Writes rows of a frame as text.
///
/// Integers, money and dates are exact. Floats are written so that they read back as the same value.
package struct RowFormatter: Sendable {
  package let format: ExportFormat
  private let fields: [Field]

  private struct Field: Sendable {
    let column: Column
    /// What stands before the value: the delimiter, and in JSON the name.
    let lead: [UInt8]
    /// The quoted text of each value of a dictionary column.
    let dictionary: [[UInt8]]
  }

  /// The columns in the order in which they are written.
  package init(format: ExportFormat, columns: [Column]) {
    self.format = format
    fields = columns.enumerated().map { index, column in
      var lead: [UInt8] = []
      if index > 0 { lead.append(UInt8(ascii: ",")) }
      if format == .jsonl {
        lead = [UInt8(ascii: index == 0 ? "{" : ",")]
        RowFormatter.quoteJSON(Array(column.name.utf8), into: &lead)
        lead.append(UInt8(ascii: ":"))
      }
      var dictionary: [[UInt8]] = []
      if case .string(_, let table) = column.values {
        dictionary = (0..<table.count).map { RowFormatter.quoted(table.utf8(at: $0), format) }
      }
      return Field(column: column, lead: lead, dictionary: dictionary)
    }
  }

  /// The header line of a CSV; nothing for JSON lines.
  package func appendHeader(to writer: inout ByteWriter) {
    guard format == .csv else { return }
    for (index, field) in fields.enumerated() {
      if index > 0 { writer.append(byte: UInt8(ascii: ",")) }
      let name = Array(field.column.name.utf8)
      name.withUnsafeBufferPointer { bytes in
        RowFormatter.quoted(bytes, .csv).withUnsafeBufferPointer { writer.append(utf8: $0) }
      }
    }
    writer.append(byte: UInt8(ascii: "\n"))
  }

  /// One line a row.
  package func append(rows: Range<Int>, to writer: inout ByteWriter) {
    for row in rows { append(row: row, to: &writer) }
  }

  /// The lines of the rows whose bit is set.
  package func append(rows: Range<Int>, where selection: Bitmap, to writer: inout ByteWriter) {
    for row in rows where selection[row] { append(row: row, to: &writer) }
  }

  private func append(row: Int, to writer: inout ByteWriter) {
    for field in fields {
      field.lead.withUnsafeBufferPointer { writer.append(utf8: $0) }
      if field.column.isNull(row) {
        if format == .jsonl { writer.append("null") }
      } else {
        append(field, row, to: &writer)
      }
    }
    if format == .jsonl { writer.append(byte: UInt8(ascii: "}")) }
    writer.append(byte: UInt8(ascii: "\n"))
  }

  @inline(__always)
  private func append(_ field: Field, _ row: Int, to writer: inout ByteWriter) {
    switch field.column.values {
    case .int8(let buffer): writer.append(integer: Int64(buffer[row]))
    case .int16(let buffer): writer.append(integer: Int64(buffer[row]))
    case .int32(let buffer): writer.append(integer: Int64(buffer[row]))
    case .int64(let buffer): writer.append(integer: buffer[row])
    case .uint8(let buffer): writer.append(integer: Int64(buffer[row]))
    case .uint16(let buffer): writer.append(integer: Int64(buffer[row]))
    case .uint32(let buffer): writer.append(integer: Int64(buffer[row]))
    case .float32(let buffer): append(number: Double(buffer[row]), buffer[row], to: &writer)
    case .float64(let buffer): append(number: buffer[row], nil, to: &writer)
    case .bool(let bitmap): writer.append(bitmap[row] ? "true" : "false")
    case .string(let codes, _):
      field.dictionary[codes[row]].withUnsafeBufferPointer { writer.append(utf8: $0) }
    case .day(let buffer): append(day: buffer[row], to: &writer)
    case .money(let buffer): writer.append(money: buffer[row])
    case .text(let table): append(text: table.utf8(at: row), to: &writer)
    }
  }

  private func append(number value: Double, _ single: Float?, to writer: inout ByteWriter) {
    guard value.isFinite else {
      if format == .jsonl { writer.append("null") }
      return
    }
    if let single { writer.append(number: single) } else { writer.append(number: value) }
  }

  private func append(day: Int32, to writer: inout ByteWriter) {
    let date = Day.civil(day)
    if format == .jsonl { writer.append(byte: UInt8(ascii: "\"")) }
    if (0...9_999).contains(date.year) {
      writer.append(year: date.year, month: date.month, day: date.day)
    } else {
      writer.append(Day.text(day))
    }
    if format == .jsonl { writer.append(byte: UInt8(ascii: "\"")) }
  }

  private func append(text: UnsafeBufferPointer<UInt8>, to writer: inout ByteWriter) {
    if format == .csv, !RowFormatter.needsQuotes(text) {
      writer.append(utf8: text)
    } else {
      RowFormatter.quoted(text, format).withUnsafeBufferPointer { writer.append(utf8: $0) }
    }
  }

  /// Whether a CSV field must stand in quotes: a delimiter, a quote, a line end, or a space at either end.
  private static func needsQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    if text.first == 0x20 || text.last == 0x20 { return true }
    for byte in text where byte == 0x2C || byte == 0x22 || byte == 0x0A || byte == 0x0D {
      return true
    }
    return false
  }

  private static func quoted(
    _ text: UnsafeBufferPointer<UInt8>, _ format: ExportFormat
  ) -> [UInt8] {
    var out: [UInt8] = []
    switch format {
    case .csv:
      guard needsQuotes(text) else { return Array(text) }
      out.append(0x22)
      for byte in text {
        if byte == 0x22 { out.append(0x22) }
        out.append(byte)
      }
      out.append(0x22)
    case .jsonl:
      quoteJSON(Array(text), into: &out)
    }
    return out
  }

  private static func quoteJSON(_ text: [UInt8], into out: inout [UInt8]) {
    let hex = Array("0123456789abcdef".utf8)
    out.append(0x22)
    for byte in text {
      switch byte {
      case 0x22, 0x5C: out.append(contentsOf: [0x5C, byte])
      case 0x00..<0x20:
        out.append(contentsOf: "\\u00".utf8 + [hex[Int(byte >> 4)], hex[Int(byte & 15)]])
      default: out.append(byte)
      }
    }
    out.append(0x22)
  }
}
