import Columns
import Kernels

extension QueryPlan {
  func run(_ control: QueryControl) throws(QueryError) -> QueryResult {
    let evaluator = Evaluator(source)
    let filter = filter.map { Filter($0, evaluator) }
    guard let grouping else {
      return try result(evaluator, source.frame.rowCount, filter, control)
    }
    if let count = try plainCount(grouping, filter, evaluator, control) { return count }
    let scan = GroupedScan(
      evaluator: evaluator, rowCount: source.frame.rowCount, filter: filter, keys: grouping.keys,
      aggregates: grouping.aggregates)
    let groups = try scan.run(control)
    let over = Evaluator(columns: groups.columns, rowCount: groups.groupCount)
    return try result(over, groups.groupCount, having.map { Filter($0, over) }, control)
  }

  /// `SELECT count(*)` counts bits.
  private func plainCount(
    _ grouping: Binder.Grouping, _ filter: Filter?, _ evaluator: Evaluator,
    _ control: QueryControl
  ) throws(QueryError) -> QueryResult? {
    guard grouping.keys.isEmpty, grouping.aggregates.count == 1, having == nil,
      grouping.aggregates[0].function == .countRows
    else { return nil }
    let selection = try RowSelection(filter, source.frame.rowCount, control)
    let count = Column("", .int64(AlignedBuffer([Int64(selection.count)])))
    return try result(Evaluator(columns: [count], rowCount: 1), 1, nil, control)
  }

  /// The rows of `evaluator` that pass, ordered and cut, as the result.
  private func result(
    _ evaluator: Evaluator, _ rowCount: Int, _ filter: Filter?, _ control: QueryControl
  ) throws(QueryError) -> QueryResult {
    let wanted = limit.map { offset + $0 } ?? .max
    var rows: [Int]
    if order.isEmpty {
      let selection = try RowSelection(filter, rowCount, control, enough: wanted)
      try checkSize(selection.count, control)
      rows = try selection.rows(offset, limit, control)
    } else {
      let selection = try RowSelection(filter, rowCount, control)
      try checkSize(selection.count, control)
      rows = try RowOrder(order, evaluator).rows(selection, wanted: wanted, control)
      rows.removeFirst(min(offset, rows.count))
    }
    var frame = Frame(rowCount: rows.count)
    let gathered = try GatheredRows(rows, control)
    for (name, item) in zip(names, items) {
      try control.check()
      frame.append(try ColumnBuilder.column(name, item, evaluator, gathered, control))
    }
    return QueryResult(
      columns: zip(names, items).map { .init(name: $0, type: $1.type) }, rows: frame)
  }

  /// Refuses a result that is larger than the caller takes, before it is made.
  private func checkSize(_ selected: Int, _ control: QueryControl) throws(QueryError) {
    let count = min(max(0, selected - offset), limit ?? .max)
    if count > control.rowCountMax {
      throw QueryError(
        .limit,
        "the result has \(count) rows, more than the \(control.rowCountMax) that are "
          + "allowed; add LIMIT")
    }
    if count > control.cellCountMax / max(1, items.count) {
      throw QueryError(
        .limit,
        "the result has \(count) rows of \(items.count) columns, more than the "
          + "\(control.cellCountMax) values that a reply can hold; ask for fewer rows or columns")
    }
  }
}
