import Columns

extension Binder {
  func comparison(
    _ op: ComparisonOperator, _ a: Bound, _ b: Bound, _ at: Int
  ) throws(QueryError) -> Bound {
    if a.type == .null || b.type == .null { return Bound(.bool, .constant(.null), at: at) }
    let (a, b) = try comparable(a, b, op.rawValue, at)
    if let x = a.constant, let y = b.constant, let order = x.order(y) {
      return Bound(.bool, .constant(.bool(op.holds(order))), at: at)
    }
    if a.constant != nil, b.constant == nil { return try comparison(op.mirrored, b, a, at) }
    if let literal = b.constant, let fast = constantComparison(op, a, literal, at) {
      return folded(fast)
    }
    // Exact numbers are compared as they stand: a whole number in the unit of money may not fit 64 bits.
    if a.type.scale != nil, b.type.scale != nil {
      return folded(Bound(.bool, .compare(op, a, b), at: at))
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
    if a.type == .float {
      guard case .column(let index) = a.node, let value = literal.double else { return nil }
      return floatComparison(op, index, value, at)
    }
    guard let scale = a.type == .day ? 0 : a.type.scale else { return nil }
    return Interval(op, literal, scale: scale)?.bound(a, at: at)
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
    let sides = try withTextsAsDays([value, low, high])
    let (value, low, high) = (sides[0], sides[1], sides[2])
    for side in [low, high] where ValueType.common(value.type, side.type) == nil {
      throw mismatch("BETWEEN", value, side, at)
    }
    let lower = try comparison(.greaterOrEqual, value, low, at)
    let upper = try comparison(.lessOrEqual, value, high, at)
    if let both = Binder.conjunction(lower, upper, at) { return both }
    if let bounds = try operands([low, high], beside: value) {
      return folded(Bound(.bool, .between(value, bounds[0], bounds[1]), at: at))
    }
    return folded(Bound(.bool, .and([lower, upper]), at: at))
  }

  /// Two conditions as one range, where both are on the same value: `2 BETWEEN r AND f` is not.
  private static func conjunction(_ a: Bound, _ b: Bound, _ at: Int) -> Bound? {
    switch (a.node, b.node) {
    case (.range(let x, let low, let end, false), .range(let y, let start, let high, false))
    where x == y:
      let range = Bound.Node.range(
        column: x, low: max(low, start), high: min(end, high), isNegated: false)
      return Bound(.bool, range, at: at)
    case (.inRange(let x, let low, let end, false), .inRange(let y, let start, let high, false))
    where x == y:
      let range = Bound.Node.inRange(
        x, low: max(low, start), high: min(end, high), isNegated: false)
      return Bound(.bool, range, at: at)
    case (.floatRange(let x, _, let below, true), .floatRange(let y, _, let high, false))
    where x == y:
      let range = Bound.Node.floatRange(
        column: x, low: below.nextUp, high: high, isNegated: false)
      return Bound(.bool, range, at: at)
    default: return nil
    }
  }

  /// What a value that is computed is compared with, in the form that `compare` takes beside it, so that the value
  /// is computed once. nil where that gains nothing (a column, a constant), or would compare exact numbers as floats.
  func operands(_ others: [Bound], beside value: Bound) throws(QueryError) -> [Bound]? {
    if value.constant != nil || value.type == .null { return nil }
    if case .column = value.node { return nil }
    var operands: [Bound] = []
    for other in others {
      if other.type == .null || value.type == .float {
        operands.append(try coerced(other, to: value.type))
      } else if other.type == value.type || (other.type.scale != nil && value.type.scale != nil) {
        operands.append(other)
      } else {
        return nil
      }
    }
    return operands
  }

  /// Beside a date every text is one.
  func withTextsAsDays(_ values: [Bound]) throws(QueryError) -> [Bound] {
    guard values.contains(where: { $0.type == .day }) else { return values }
    var days: [Bound] = []
    for value in values { days.append(value.type == .string ? try day(value) : value) }
    return days
  }
}
