/// Named columns of one length, in order.
package struct Frame: Sendable {
  package let rowCount: Int
  package private(set) var columns: [Column]
  private var indexByName: [String: Int]

  /// Columns of `rowCount` rows each, with distinct names.
  package init(rowCount: Int, columns: [Column] = []) {
    self.rowCount = rowCount
    self.columns = []
    indexByName = [:]
    for column in columns { append(column) }
  }

  /// Adds a column at the end; its name is new and its length the frame's.
  package mutating func append(_ column: Column) {
    precondition(column.rowCount == rowCount, "column \(column.name) has the frame's row count")
    precondition(indexByName[column.name] == nil, "column \(column.name) is new to the frame")
    indexByName[column.name] = columns.count
    columns.append(column)
  }

  /// The column of that exact name.
  package subscript(name: String) -> Column? { indexByName[name].map { columns[$0] } }

  /// The column of that name exactly, or else the first of it in whatever case.
  package func column(ignoringCase name: String) -> Column? {
    self[name] ?? columns.first { $0.name.lowercased() == name.lowercased() }
  }

  package var names: [String] { columns.map(\.name) }

  /// Memory held, in bytes.
  package var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
}
