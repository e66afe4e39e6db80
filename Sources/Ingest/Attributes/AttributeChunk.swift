/// What one task made of some rows: ids and cells of the rows taken, rejects, counts.
final class AttributeChunk: @unchecked Sendable {
  // SAFETY: one task fills it; it is only read once that is done.
  let ids: CellText
  /// By column of the ingest; nil where the file has no such column.
  let cells: [CellText?]
  var kinds: [CellKinds]
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
    ids = CellText(cellCapacity: rowCapacity)
    var cells = [CellText?](repeating: nil, count: columnCount)
    for field in plan.fields { cells[field.column] = CellText(cellCapacity: rowCapacity) }
    self.cells = cells
    kinds = Array(repeating: CellKinds(), count: columnCount)
    rejectCounts = Array(repeating: 0, count: columnCount)
    lines.reserveCapacity(rowCapacity)
  }

  /// Rows taken.
  var rowCount: Int { ids.count }
}
