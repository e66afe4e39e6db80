import Columns
import Kernels

/// A query bound to a source: what is filtered, grouped, ordered and shown.
struct QueryPlan {
  let source: QuerySource
  let filter: Bound?
  /// nil for a query over rows.
  let grouping: Binder.Grouping?
  let having: Bound?
  var items: [Bound] = []
  var names: [String] = []
  let order: [SortKey]
  let limit: Int?
  let offset: Int

  init(
    _ statement: SelectStatement, _ source: QuerySource, _ control: QueryControl
  ) throws(QueryError) {
    self.source = source
    var rows = Binder(source, control: control)
    filter = try statement.condition.map { (syntax) throws(QueryError) in
      try rows.condition(syntax)
    }
    let selected = try QueryPlan.spelledOut(statement.items, source)
    names = QueryPlan.distinctNames(selected.map(\.name))
    limit = statement.limit
    offset = statement.offset

    let isAggregating =
      selected.contains { $0.value.contains { $0.isAggregate } }
      || statement.orderBy.contains { $0.value.contains { $0.isAggregate } }
    var binder = rows
    let isGrouped = !statement.groupBy.isEmpty || isAggregating || statement.having != nil
    if isGrouped {
      binder.grouping = Binder.Grouping()
      for key in statement.groupBy {
        let syntax = try QueryPlan.resolved(key, selected, "GROUP BY", columnsFirst: source)
        let bound = try rows.bind(syntax)
        if !binder.grouping!.keys.contains(bound) { binder.grouping!.keys.append(bound) }
      }
    }
    if statement.isDistinct { try QueryPlan.groupByItems(selected, rows, &binder) }
    for item in selected { items.append(try binder.bind(item.value)) }
    having = try statement.having.map { (syntax) throws(QueryError) in
      try binder.condition(syntax)
    }
    var order: [SortKey] = []
    for key in statement.orderBy {
      let syntax = try QueryPlan.resolved(key.value, selected, "ORDER BY", columnsFirst: nil)
      let bound = try binder.bind(syntax)
      // Rows that an earlier key holds for equal are equal by the same key again.
      if order.contains(where: { $0.value == bound }) { continue }
      order.append(
        SortKey(value: bound, isDescending: key.isDescending, nullsFirst: key.nullsFirst))
    }
    self.order = order
    grouping = binder.grouping
  }

  /// `SELECT DISTINCT a, b` groups by a and b.
  private static func groupByItems(
    _ selected: [(value: Syntax, name: String)], _ rows: Binder, _ binder: inout Binder
  ) throws(QueryError) {
    if binder.grouping != nil {
      throw QueryError(.type, "DISTINCT does not go with GROUP BY, HAVING and aggregates")
    }
    if selected.count > QueryLimits.keyCountMax {
      throw QueryError(
        .limit, "SELECT DISTINCT has more than \(QueryLimits.keyCountMax) columns")
    }
    var rows = rows
    var grouping = Binder.Grouping()
    for item in selected {
      let bound = try rows.bind(item.value)
      if !grouping.keys.contains(bound) { grouping.keys.append(bound) }
    }
    binder.grouping = grouping
  }

  /// `*` as all columns.
  private static func spelledOut(
    _ items: [SelectStatement.Item], _ source: QuerySource
  ) throws(QueryError) -> [(value: Syntax, name: String)] {
    var selected: [(value: Syntax, name: String)] = []
    for item in items {
      if let value = item.value {
        var name = item.name
        if !item.hasAlias, case .name(let written) = value.kind,
          let index = source.columnIndex(written)
        {
          name = source.columns[index].name
        }
        selected.append((value, name))
      } else {
        for name in source.frame.names {
          selected.append((Syntax(kind: .name(name), byteOffset: 0, depth: 1, size: 1), name))
        }
      }
      if selected.count > QueryLimits.selectCountMax {
        throw QueryError(.limit, "SELECT has more than \(QueryLimits.selectCountMax) columns")
      }
    }
    return selected
  }

  /// A frame's columns have distinct names: the second `r` is `r:1`, as in DuckDB.
  private static func distinctNames(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.map { name in
      var unique = name
      var number = 0
      while !seen.insert(unique).inserted {
        number += 1
        unique = "\(name):\(number)"
      }
      return unique
    }
  }

  /// A key that is a number or the name of a SELECT item stands for that item.
  private static func resolved(
    _ key: Syntax, _ selected: [(value: Syntax, name: String)], _ clause: String,
    columnsFirst source: QuerySource?
  ) throws(QueryError) -> Syntax {
    switch key.kind {
    case .literal(.integer(let position)):
      guard position >= 1, position <= Int64(selected.count) else {
        throw QueryError(
          .name, "\(clause) \(position) names no column; SELECT has \(selected.count)",
          at: key.byteOffset)
      }
      return selected[Int(position) - 1].value
    case .name(let name):
      if let source, source.columnIndex(name) != nil { return key }
      let wanted = name.lowercased()
      return selected.first { $0.name.lowercased() == wanted }?.value ?? key
    default: return key
    }
  }
}
