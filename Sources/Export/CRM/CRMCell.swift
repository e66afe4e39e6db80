import Columns
import Kernels

/// The value of one row of a column, in a system's way of writing it.
struct CRMCell {
  enum Style {
    /// A CSV field; what stands for null.
    case csv(null: String)
    /// A JSON string whatever the type; null is the empty string, which clears a field.
    case text
    /// A JSON value of its type.
    case json(days: Days)
  }

  enum Days {
    case isoTime
    case epochMilliseconds
  }

  let column: Column
  let isList: Bool
  let style: Style

  func append(_ row: Int, to writer: inout ByteWriter) {
    switch style {
    case .csv(let null):
      var text = ByteWriter(capacity: 64)
      appendPlain(row, to: &text)
      if text.count == 0 { return writer.append(null) }
      text.bytes.withMemoryRebound(to: UInt8.self) { bytes in
        if needsCSVQuotes(bytes) {
          writer.appendQuotedCSV(bytes)
        } else {
          writer.append(utf8: bytes)
        }
      }
    case .text:
      var text = ByteWriter(capacity: 64)
      appendPlain(row, to: &text)
      text.bytes.withMemoryRebound(to: UInt8.self) { writer.appendQuotedJSON($0) }
    case .json(let days): appendJSON(row, days, to: &writer)
    }
  }

  /// The value as text, nothing for null; days as YYYY-MM-DD.
  func appendPlain(_ row: Int, to writer: inout ByteWriter) {
    if column.isNull(row) { return }
    switch column.values {
    case .string(let codes, let table): writer.append(utf8: table.utf8(at: codes[row]))
    case .text(let table): writer.append(utf8: table.utf8(at: row))
    case .day(let days): writer.append(day: days[row])
    case .bool(let bits): writer.append(bits[row] ? "true" : "false")
    default: appendNumber(row, to: &writer)
    }
  }

  private func appendNumber(_ row: Int, to writer: inout ByteWriter) {
    switch column.values {
    case .int8(let values): writer.append(integer: Int64(values[row]))
    case .int16(let values): writer.append(integer: Int64(values[row]))
    case .int32(let values): writer.append(integer: Int64(values[row]))
    case .int64(let values): writer.append(integer: values[row])
    case .uint8(let values): writer.append(integer: Int64(values[row]))
    case .uint16(let values): writer.append(integer: Int64(values[row]))
    case .uint32(let values): writer.append(integer: Int64(values[row]))
    case .money(let amounts): writer.append(money: amounts[row])
    case .float32(let values): if values[row].isFinite { writer.append(number: values[row]) }
    case .float64(let values): if values[row].isFinite { writer.append(number: values[row]) }
    case .bool, .string, .text, .day: preconditionFailure("no number")
    }
  }

  private func appendJSON(_ row: Int, _ days: Days, to writer: inout ByteWriter) {
    if isList { return appendList(row, to: &writer) }
    if column.isNull(row) { return writer.append("null") }
    switch column.values {
    case .string(let codes, let table): writer.appendQuotedJSON(table.utf8(at: codes[row]))
    case .text(let table): writer.appendQuotedJSON(table.utf8(at: row))
    case .day(let values):
      switch days {
      case .epochMilliseconds: writer.append(integer: Int64(values[row]) * 86_400_000)
      case .isoTime:
        writer.append("\"")
        writer.append(day: values[row])
        writer.append("T00:00:00.000Z\"")
      }
    case .bool(let bits): writer.append(bits[row] ? "true" : "false")
    default:
      let start = writer.count
      appendNumber(row, to: &writer)
      if writer.count == start { writer.append("null") }
    }
  }

  /// `a;b` as `["a","b"]`; null as `[]`.
  private func appendList(_ row: Int, to writer: inout ByteWriter) {
    var text = ByteWriter(capacity: 64)
    appendPlain(row, to: &text)
    writer.append("[")
    text.bytes.withMemoryRebound(to: UInt8.self) { bytes in
      let parts = bytes.split(separator: UInt8(ascii: ";"))
      for (index, part) in parts.enumerated() {
        if index > 0 { writer.append(",") }
        writer.appendQuotedJSON(UnsafeBufferPointer(rebasing: part))
      }
    }
    writer.append("]")
  }
}
