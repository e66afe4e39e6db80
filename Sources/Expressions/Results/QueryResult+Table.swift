import Columns
import Reports

extension QueryResult {
  /// Aligned columns for a terminal: numbers to the right, a rule under the header, nulls blank, control
  /// characters written out.
  package var tableText: String {
    var table = TextTable(
      columns: columns.map { column in
        column.type.isNumeric ? .right(column.name) : .left(column.name)
      })
    for row in 0..<rowCount {
      table.append(
        zip(rows.columns, columns).map { column, header in
          if column.isNull(row) { return "" }
          var bytes: [UInt8] = []
          ValueText.append(column, as: header.type, row: row, to: &bytes)
          return String(decoding: bytes, as: UTF8.self)
        })
    }
    return table.text
  }
}
