import Columns

extension Binder {
  func comparison(
    _ op: ComparisonOperator, _ a: Bound, _ b: Bound, _ at: Int
  ) throws(QueryError) -> Bound {
    if a.type == .null || b.type == .null { return Bound(.bool, .constant(.null), at: at) }
    let (a, b) = try comparable(a, b, op.rawValue, at)
    if a.constant != nil, b.constant == nil { return try comparison(op.mirrored, b, a, at) }
    if let literal = b.constant {
      if let fast = constantComparison(op, a, literal, at) { return fast }
    }
    guard let type = ValueType.common(a.type, b.type) else {
      throw mismatch(op.rawValue, a, b, at)
    }
    let left = try coerced(a, to: type)
    let right = try coerced(b, to: type)
    return folded(Bound(.bool, .compare(op, left, right), at: at))
  }

  /// Two sides of a comparison with texts beside days read as days.
  private func comparable(
    _ a: Bound, _ b: Bound, _ what: String, _ at: Int
  ) throws(QueryError) -> (Bound, Bound) {
    if a.type == .day, b.type == .string { return (a, try day(b)) }
    if b.type == .day, a.type == .string { return (try day(a), b) }
    if ValueType.common(a.type, b.type) == nil { throw mismatch(what, a, b, at) }
    return (a, b)
  }

  /// A text as a day; only one that is written in the query.
  func day(_ bound: Bound) throws(QueryError) -> Bound {
    if bound.type == .null { return Bound(.day, .constant(.null), at: bound.byteOffset) }
    guard case .string(let text) = bound.constant else {
      throw QueryError(
        .type, "a date and a value of type \(bound.type.name) do not compare",
        at: bound.byteOffset)
    }
    guard let day = Day.parse(text) else {
      throw QueryError(
        .type, "'\(text)' is not a date; write 'YYYY-MM-DD'", at: bound.byteOffset)
    }
    return Bound(.day, .constant(.day(day)), at: bound.byteOffset)
  }

  /// The fast form of a comparison with a constant, where there is one.
  private func constantComparison(
    _ op: ComparisonOperator, _ a: Bound, _ literal: Literal, _ at: Int
  ) -> Bound? {
    if case .string(let text) = literal {
      return textCondition(a, .compare(op, Array(text.utf8)), at)
    }
    guard case .column(let index) = a.node else { return nil }
    if a.type == .float {
      guard let value = literal.double else { return nil }
      return floatComparison(op, index, value, at)
    }
    guard let scale = a.type == .day ? 0 : a.type.scale else { return nil }
    guard let interval = Interval(op, literal, scale: scale) else { return nil }
    return interval.bound(column: index, at: at)
  }

  /// NaN is above every number and equal to itself, as in DuckDB: that is why > and >= are negations.
  private func floatComparison(
    _ op: ComparisonOperator, _ index: Int, _ value: Double, _ at: Int
  ) -> Bound? {
    if value.isNaN { return nil }
    // A float32 column is compared in its own precision, so that p_alive = 0.1 finds what was stored as 0.1.
    let c = isSinglePrecision(index) ? Double(Float(value)) : value
    let low: Double
    let high: Double
    var isNegated = false
    switch op {
    case .equal: (low, high) = (c, c)
    case .notEqual: (low, high, isNegated) = (c, c, true)
    case .less: (low, high) = (-.infinity, c.nextDown)
    case .lessOrEqual: (low, high) = (-.infinity, c)
    case .greater: (low, high, isNegated) = (-.infinity, c, true)
    case .greaterOrEqual: (low, high, isNegated) = (-.infinity, c.nextDown, true)
    }
    // Nothing is below −∞, whose nextDown is itself.
    if c == -.infinity && (op == .less || op == .greaterOrEqual) { return nil }
    return Bound(
      .bool, .floatRange(column: index, low: low, high: high, isNegated: isNegated), at: at)
  }

  func between(
    _ value: Bound, _ low: Bound, _ high: Bound, _ at: Int
  ) throws(QueryError) -> Bound {
    let lower = try comparison(.greaterOrEqual, value, low, at)
    let upper = try comparison(.lessOrEqual, value, high, at)
    if case .range(let column, let a, let b, false) = lower.node,
      case .range(_, let c, let d, false) = upper.node
    {
      return Bound(
        .bool, .range(column: column, low: max(a, c), high: min(b, d), isNegated: false), at: at)
    }
    if case .floatRange(let column, _, let below, true) = lower.node,
      case .floatRange(_, _, let above, false) = upper.node
    {
      let range = Bound.Node.floatRange(
        column: column, low: below.nextUp, high: above, isNegated: false)
      return Bound(.bool, range, at: at)
    }
    if case .column = value.node { return folded(Bound(.bool, .and([lower, upper]), at: at)) }
    if value.constant != nil { return folded(Bound(.bool, .and([lower, upper]), at: at)) }
    // Any other value is computed once for both bounds.
    if value.type == .null || low.type == .null || high.type == .null || value.type == .string {
      return folded(Bound(.bool, .and([lower, upper]), at: at))
    }
    if value.type == .day {
      let a = low.type == .string ? try day(low) : low
      let b = high.type == .string ? try day(high) : high
      return folded(Bound(.bool, .between(value, a, b), at: at))
    }
    guard let part = ValueType.common(value.type, low.type),
      let type = ValueType.common(part, high.type)
    else { throw mismatch("BETWEEN", value, low, at) }
    let parts = (
      try coerced(value, to: type), try coerced(low, to: type), try coerced(high, to: type)
    )
    return folded(Bound(.bool, .between(parts.0, parts.1, parts.2), at: at))
  }
}

extension Literal {
  /// The value as a float; nil for what is no number.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .decimal(let mantissa, let scale): Double(mantissa) / Double(powerOfTen(scale))
    case .float(let value): value
    case .null, .bool, .string, .day: nil
    }
  }
}
