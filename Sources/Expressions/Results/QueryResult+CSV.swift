import Columns

extension QueryResult {
  /// RFC 4180 with LF: a header line, then a line a row; null is empty, an empty string is `""`.
  package var csv: [UInt8] {
    var out: [UInt8] = []
    appendCSVHeader(to: &out)
    for row in 0..<rowCount { appendCSV(row: row, to: &out) }
    return out
  }

  /// The header line alone, for streaming.
  package func appendCSVHeader(to out: inout [UInt8]) {
    for (i, column) in columns.enumerated() {
      if i > 0 { out.append(UInt8(ascii: ",")) }
      QueryResult.appendCSVField(Array(column.name.utf8)[...], to: &out)
    }
    out.append(UInt8(ascii: "\n"))
  }

  /// One row's line alone, for streaming.
  package func appendCSV(row: Int, to out: inout [UInt8]) {
    for (i, column) in rows.columns.enumerated() {
      if i > 0 { out.append(UInt8(ascii: ",")) }
      if column.isNull(row) { continue }
      if column.type == .string || column.type == .text {
        var text: [UInt8] = []
        ValueText.append(column, row: row, to: &text)
        QueryResult.appendCSVField(text[...], to: &out)
      } else {
        ValueText.append(column, as: columns[i].type, row: row, to: &out)
      }
    }
    out.append(UInt8(ascii: "\n"))
  }

  /// In quotes where it holds a quote, a comma, a line break, blanks at an end, or nothing.
  private static func appendCSVField(_ text: ArraySlice<UInt8>, to out: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let isPlain =
      !text.isEmpty && text.first != 0x20 && text.last != 0x20
      && !text.contains { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 0x0A || $0 == 0x0D }
    if isPlain {
      out.append(contentsOf: text)
      return
    }
    out.append(quote)
    for byte in text {
      if byte == quote { out.append(quote) }
      out.append(byte)
    }
    out.append(quote)
  }
}
