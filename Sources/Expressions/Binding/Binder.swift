import Columns

/// Resolves names and types of a syntax tree against a source, folds constants, and picks the fast form of
/// each condition.
struct Binder {
  let source: QuerySource
  /// Whether quantile, rank, share and the aggregates stand for the whole base.
  let isRule: Bool
  let control: QueryControl
  /// Set while expressions over groups (SELECT, HAVING and ORDER BY of a grouped query) are bound.
  var grouping: Grouping?

  /// The keys and, as they are met, the aggregates of a grouped query: together the columns of the groups.
  struct Grouping {
    var keys: [Bound] = []
    var aggregates: [Aggregate] = []

    var columns: [BoundColumn] {
      keys.map { BoundColumn(grouped: $0.type, strings: $0.strings) } + aggregates.map(\.column)
    }
  }

  init(_ source: QuerySource, isRule: Bool = false, control: QueryControl) {
    self.source = source
    self.isRule = isRule
    self.control = control
  }

  /// An expression of any type.
  mutating func bind(_ syntax: Syntax) throws(QueryError) -> Bound {
    if let key = try groupKey(syntax) { return key }
    let at = syntax.byteOffset
    switch syntax.kind {
    case .literal(let literal): return Binder.constant(literal, at: at)
    case .name(let name): return try column(name, at)
    case .negated(let inner): return try negated(try bind(inner), at)
    case .arithmetic(let op, let a, let b):
      return try arithmetic(op, try bind(a), try bind(b), at)
    case .comparison(let op, let a, let b):
      return try comparison(op, try bind(a), try bind(b), at)
    case .not(let inner): return folded(Bound(.bool, .not(try condition(inner)), at: at))
    case .and(let list): return folded(Bound(.bool, .and(try conditions(list)), at: at))
    case .or(let list): return folded(Bound(.bool, .or(try conditions(list)), at: at))
    case .between(let value, let low, let high, let isNegated):
      let inner = try between(try bind(value), try bind(low), try bind(high), at)
      return isNegated ? folded(Bound(.bool, .not(inner), at: at)) : inner
    case .inList(let value, let list, let isNegated):
      var items: [Bound] = []
      for item in list { items.append(try bind(item)) }
      let inner = try inList(try bind(value), items, at)
      return isNegated ? folded(Bound(.bool, .not(inner), at: at)) : inner
    case .like(let value, let pattern, let isNegated):
      let inner = try like(try bind(value), try bind(pattern), at)
      return isNegated ? folded(Bound(.bool, .not(inner), at: at)) : inner
    case .isNull(let value, let isNegated):
      let inner = folded(Bound(.bool, .isNull(try bind(value)), at: at))
      return isNegated ? folded(Bound(.bool, .not(inner), at: at)) : inner
    case .caseWhen(let branches, let otherwise): return try caseWhen(branches, otherwise, at)
    case .call(let call): return try self.call(call, at)
    case .hasTag(let name): return try tag(name, at)
    }
  }

  /// An expression that is true, false or null.
  mutating func condition(_ syntax: Syntax) throws(QueryError) -> Bound {
    let bound = try bind(syntax)
    switch bound.type {
    case .bool: return bound
    case .null: return Bound(.bool, .constant(.null), at: bound.byteOffset)
    default:
      throw QueryError(
        .type, "expected a condition, found a value of type \(bound.type.name)",
        at: syntax.byteOffset)
    }
  }

  private mutating func conditions(_ list: [Syntax]) throws(QueryError) -> [Bound] {
    var bound: [Bound] = []
    for syntax in list { bound.append(try condition(syntax)) }
    return bound
  }

  static func constant(_ literal: Literal, at byteOffset: Int) -> Bound {
    switch literal {
    case .null: Bound(.null, .constant(.null), at: byteOffset)
    case .bool: Bound(.bool, .constant(literal), at: byteOffset)
    case .integer: Bound(.integer, .constant(literal), at: byteOffset)
    case .decimal(_, let scale): Bound(.exact(scale: scale), .constant(literal), at: byteOffset)
    case .float, .long: Bound(.float, .constant(literal), at: byteOffset)
    case .day: Bound(.day, .constant(literal), at: byteOffset)
    case .string(let text):
      Bound(
        .string, .constant(literal), at: byteOffset, strings: StringSource(constant: text))
    }
  }

  private func column(_ name: String, _ at: Int) throws(QueryError) -> Bound {
    guard let index = source.columnIndex(name) else {
      let hint = NearestName.hint(name, among: source.frame.names)
      throw QueryError(.name, "unknown column \(name)\(hint)", at: at)
    }
    if grouping != nil {
      throw QueryError(
        .type, "\(name) must stand in GROUP BY or inside an aggregate function", at: at)
    }
    return Binder.reference(source.columns[index], index, at: at)
  }

  static func reference(_ column: BoundColumn, _ index: Int, at byteOffset: Int) -> Bound {
    Bound(column.type, .column(index), at: byteOffset, strings: column.strings)
  }

  private func tag(_ name: String, _ at: Int) throws(QueryError) -> Bound {
    guard let index = source.tagIndex(name) else {
      let hint = NearestName.hint(name, among: source.tagNames)
      throw QueryError(.name, "unknown tag '\(name)'\(hint)", at: at)
    }
    if grouping != nil {
      throw QueryError(.type, "HAS TAG must stand in GROUP BY or inside an aggregate", at: at)
    }
    return Bound(.bool, .tag(index), at: at)
  }

  /// The group's key that the expression is, if it is one.
  private func groupKey(_ syntax: Syntax) throws(QueryError) -> Bound? {
    guard let grouping, !grouping.keys.isEmpty else { return nil }
    if case .literal = syntax.kind { return nil }
    if syntax.contains(where: { $0.isAggregate }) { return nil }
    var rows = Binder(source, isRule: isRule, control: control)
    guard let bound = try? rows.bind(syntax), let index = grouping.keys.firstIndex(of: bound) else {
      return nil
    }
    return Binder.reference(grouping.columns[index], index, at: syntax.byteOffset)
  }

  /// Whether column `index` holds single-precision floats; columns computed for rules never do.
  func isSinglePrecision(_ index: Int) -> Bool {
    grouping == nil && index < source.columns.count && source.columns[index].physical == .float32
  }

  /// The value itself where no row is needed to know it.
  func folded(_ bound: Bound) -> Bound {
    guard !bound.children.isEmpty, bound.children.allSatisfy({ $0.constant != nil }) else {
      return bound
    }
    // An overflow is left for evaluation: it may stand in a branch that no row takes.
    guard let literal = try? Evaluator.constantValue(of: bound) else { return bound }
    return Bound(bound.type, .constant(literal), at: bound.byteOffset, strings: bound.strings)
  }
}

extension Syntax {
  /// Whether this node is a call of an aggregate function.
  var isAggregate: Bool {
    if case .call(let call) = kind { Aggregate.names.contains(call.name) } else { false }
  }
}
