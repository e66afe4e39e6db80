/// What one task made of some rows: ids and cells of the rows taken, rejects, counts.
final class AttributeChunk: @unchecked Sendable {
  // SAFETY: one task fills it; it is only read once that is done.
  let ids: UnsafeMutablePointer<CellBuffer>
  /// By column of the ingest, for those that `hasColumn`.
  let cells: UnsafeMutablePointer<CellBuffer>
  private(set) var hasColumn: [Bool]
  let kinds: UnsafeMutablePointer<CellKinds>
  let columnCount: Int
  /// Rows rejected because of a column.
  var rejectCounts: [Int]
  /// The line on which each row taken starts, counted from the wave's first.
  var lines: [UInt32] = []
  /// With lines counted from the wave's first.
  var rejects: [RejectedRow] = []
  var counts = RowCounts()
  /// The line that the wave starts on, and the file; set when the chunk is done.
  var firstLine = 0
  var file = 0

  init(rowCapacity: Int, columnCount: Int, plan: AttributePlan) {
    self.columnCount = columnCount
    ids = .allocate(capacity: 1)
    ids.initialize(to: CellBuffer(cellCapacity: rowCapacity))
    cells = .allocate(capacity: columnCount)
    kinds = .allocate(capacity: columnCount)
    kinds.initialize(repeating: CellKinds(), count: columnCount)
    hasColumn = Array(repeating: false, count: columnCount)
    for field in plan.fields {
      hasColumn[field.column] = true
      (cells + field.column).initialize(to: CellBuffer(cellCapacity: rowCapacity))
    }
    rejectCounts = Array(repeating: 0, count: columnCount)
    lines.reserveCapacity(rowCapacity)
  }

  deinit {
    ids.pointee.deallocate()
    for column in 0..<columnCount { releaseCells(of: column) }
    ids.deallocate()
    cells.deallocate()
    kinds.deallocate()
  }

  /// Gives up the cells of a column, once they are typed.
  func releaseCells(of column: Int) {
    if hasColumn[column] { cells[column].deallocate() }
    hasColumn[column] = false
  }

  /// The cells of a column; nil where the file has no such column.
  func cells(of column: Int) -> CellBuffer? { hasColumn[column] ? cells[column] : nil }

  /// Rows taken.
  var rowCount: Int { ids.pointee.count }
}
