import Columns
import Reports

extension QueryResult {
  /// Aligned columns for a terminal: numbers to the right, a rule under the header, nulls blank, control
  /// characters as blanks.
  package var tableText: String {
    var table = TextTable(
      columns: columns.map { column in
        let name = QueryResult.printable(column.name)
        return column.type.isNumeric ? .right(name) : .left(name)
      })
    for row in 0..<rowCount {
      table.append(
        rows.columns.map { column in
          if column.isNull(row) { return "" }
          var bytes: [UInt8] = []
          ValueText.append(column, row: row, to: &bytes)
          return QueryResult.printable(String(decoding: bytes, as: UTF8.self))
        })
    }
    return table.text
  }

  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }
}
