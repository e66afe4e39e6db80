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
package final class RowFormatter: Sendable {
  package let format: ExportFormat
  private let columns: [Column]
  /// What stands before each column's cell.
  private let leads: [AlignedBuffer<UInt8>]
  /// The ready-quoted values of each dictionary column, empty for others.
  private let dictionaries: [StringTable]

  /// The columns in the order in which they are written.
  package init(format: ExportFormat, columns: [Column]) {
    self.format = format
    self.columns = columns
    leads = columns.enumerated().map { index, column in
      var lead = ByteWriter()
      switch format {
      case .csv:
        if index > 0 { lead.append(byte: UInt8(ascii: ",")) }
      case .jsonl:
        lead.append(byte: UInt8(ascii: index == 0 ? "{" : ","))
        Array(column.name.utf8).withUnsafeBufferPointer { lead.appendQuotedJSON($0) }
        lead.append(byte: UInt8(ascii: ":"))
      }
      return AlignedBuffer(lead.array)
    }
    dictionaries = columns.map { column in
      guard case .string(_, let table) = column.values else { return StringTable([]) }
      let quoted = (0..<table.count).map { index in
        var quoted = ByteWriter()
        RowFormatter.append(table.utf8(at: index), format, to: &quoted)
        return String(decoding: quoted.bytes, as: UTF8.self)
      }
      // One more that no code means: bytes that may be read after the last.
      return StringTable(quoted + [String(repeating: " ", count: 40)])
    }
  }

  /// The header line of a CSV; nothing for JSON lines.
  package func appendHeader(to writer: inout ByteWriter) {
    guard format == .csv else { return }
    for (index, column) in columns.enumerated() {
      if index > 0 { writer.append(byte: UInt8(ascii: ",")) }
      Array(column.name.utf8).withUnsafeBufferPointer {
        RowFormatter.append($0, .csv, to: &writer)
      }
    }
    writer.append(byte: UInt8(ascii: "\n"))
  }

  /// One line a row, of the rows whose bit is set when there is a selection.
  package func append(rows: Range<Int>, where selection: Bitmap?, to writer: inout ByteWriter) {
    let style = RowStyle(isJSON: format == .jsonl, end: format == .jsonl ? "}\n" : "\n")
    withExtendedLifetime((self, selection)) {
      writer.append(
        rows: rows, of: columns.indices.map(cell), style: style,
        selection: selection?.words.pointer.baseAddress)
    }
  }

  private static func append(
    _ text: UnsafeBufferPointer<UInt8>, _ format: ExportFormat, to writer: inout ByteWriter
  ) {
    if format == .jsonl {
      writer.appendQuotedJSON(text)
    } else if needsCSVQuotes(text) {
      writer.appendQuotedCSV(text)
    } else {
      writer.append(utf8: text)
    }
  }

  // SAFETY: the pointers stay within `columns`, `leads` and `dictionaries`, which this object holds.
  private func cell(_ index: Int) -> CellSource {
    let column = columns[index]
    var offsets: UnsafePointer<UInt32>?
    var bytes: UnsafePointer<UInt8>?
    var stringCount = 0
    let kind: CellSource.Kind
    let values: UnsafeRawPointer
    switch column.values {
    case .int8(let buffer): (kind, values) = (.int8, raw(buffer))
    case .int16(let buffer): (kind, values) = (.int16, raw(buffer))
    case .int32(let buffer): (kind, values) = (.int32, raw(buffer))
    case .int64(let buffer): (kind, values) = (.int64, raw(buffer))
    case .uint8(let buffer): (kind, values) = (.uint8, raw(buffer))
    case .uint16(let buffer): (kind, values) = (.uint16, raw(buffer))
    case .uint32(let buffer): (kind, values) = (.uint32, raw(buffer))
    case .float32(let buffer): (kind, values) = (.float32, raw(buffer))
    case .float64(let buffer): (kind, values) = (.float64, raw(buffer))
    case .bool(let bitmap): (kind, values) = (.bool, raw(bitmap.words))
    case .day(let buffer): (kind, values) = (.day, raw(buffer))
    case .money(let buffer): (kind, values) = (.money, raw(buffer))
    case .text(let table):
      (kind, values) = (.text, raw(table.bytes))
      offsets = table.offsets.pointer.baseAddress
      bytes = table.bytes.pointer.baseAddress
      stringCount = table.count
    case .string(let codes, _):
      switch codes {
      case .uint8(let buffer): (kind, values) = (.dictionary8, raw(buffer))
      case .uint16(let buffer): (kind, values) = (.dictionary16, raw(buffer))
      case .uint32(let buffer): (kind, values) = (.dictionary32, raw(buffer))
      }
      offsets = dictionaries[index].offsets.pointer.baseAddress
      bytes = dictionaries[index].bytes.pointer.baseAddress
      stringCount = dictionaries[index].count
    }
    return CellSource(
      kind: kind, values: values, validity: column.validity?.words.pointer.baseAddress,
      lead: leads[index].pointer, offsets: offsets, bytes: bytes, stringCount: stringCount)
  }

  private func raw<Element>(_ buffer: AlignedBuffer<Element>) -> UnsafeRawPointer {
    UnsafeRawPointer(buffer.pointer.baseAddress!)
  }
}
