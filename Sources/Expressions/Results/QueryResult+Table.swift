import Columns

extension QueryResult {
  /// Aligned columns for a terminal: numbers to the right, a rule under the header, nulls blank.
  ///
  /// Widths are counted in characters, wide (East Asian) ones as two; control characters are shown as blanks.
  package var tableText: String {
    let cells = rows.columns.map { column in
      (0..<rowCount).map { row -> String in
        if column.isNull(row) { return "" }
        var bytes: [UInt8] = []
        ValueText.append(column, row: row, to: &bytes)
        return QueryResult.printable(String(decoding: bytes, as: UTF8.self))
      }
    }
    let names = columns.map { QueryResult.printable($0.name) }
    let widths = zip(names, cells).map { name, column in
      column.reduce(QueryResult.width(name)) { max($0, QueryResult.width($1)) }
    }
    let isRight = columns.map { $0.type.isNumeric }
    func line(_ texts: [String]) -> String {
      var line = ""
      for (i, text) in texts.enumerated() {
        let pad = String(repeating: " ", count: widths[i] - QueryResult.width(text))
        if i > 0 { line += "  " }
        line += isRight[i] ? pad + text : text + pad
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }
    var out = line(names)
    out += widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ") + "\n"
    for row in 0..<rowCount { out += line(cells.map { $0[row] }) }
    return out
  }

  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }

  /// Columns on a terminal.
  private static func width(_ text: String) -> Int {
    text.reduce(0) { sum, character in
      let value = character.unicodeScalars.first!.value
      let isWide =
        (0x1100...0x115F).contains(value) || (0x2E80...0xA4CF).contains(value)
        || (0xAC00...0xD7A3).contains(value) || (0xF900...0xFAFF).contains(value)
        || (0xFE30...0xFE6F).contains(value) || (0xFF00...0xFF60).contains(value)
        || (0xFFE0...0xFFE6).contains(value) || (0x1F300...0x1FAFF).contains(value)
        || (0x20000...0x3FFFD).contains(value)
      return sum + (isWide ? 2 : 1)
    }
  }
}
