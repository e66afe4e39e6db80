import Columns

/// Runs bound expressions over ranges of rows.
///
/// Every range starts at a multiple of 64 and holds at most `QueryLimits.batchRowCount` rows, so that the
/// vectors stay in the cache.
struct Evaluator: Sendable {
  let columns: [Column]
  let tags: [Bitmap]
  let zoneMaps: [ZoneMap?]
  let rowCount: Int

  init(
    columns: [Column], tags: [Bitmap] = [], zoneMaps: [ZoneMap?] = [], rowCount: Int? = nil
  ) {
    self.rowCount = rowCount ?? columns.first?.rowCount ?? 0
    self.columns = columns
    self.tags = tags
    self.zoneMaps = zoneMaps
  }

  init(_ source: QuerySource, extra: [Column] = []) {
    self.init(
      columns: source.frame.columns + extra, tags: source.tags, zoneMaps: source.zoneMaps,
      rowCount: source.frame.rowCount)
  }

  /// The value of an expression whose operands are all constants.
  static func constantValue(of bound: Bound) throws(QueryError) -> Literal {
    let vector = try Evaluator(columns: []).evaluate(bound, 0..<1, active: [1])
    return literal(of: vector, 0, type: bound.type, strings: bound.strings)
  }

  /// One row of a vector as a literal.
  static func literal(
    of vector: Vector, _ i: Int, type: ValueType, strings: StringSource?
  ) -> Literal {
    if vector.isNull(i) { return .null }
    switch type {
    case .null: return .null
    case .bool: return .bool(BitWords.bit(vector.bits, i))
    case .integer: return .integer(vector.integers[i])
    case .decimal(let scale): return .decimal(vector.integers[i], scale: scale)
    case .float: return .float(vector.floats[i])
    case .day: return .day(Int32(vector.integers[i]))
    case .string: return .string(strings!.table[Int(vector.integers[i])])
    }
  }

  /// The expression's values for `rows`. Errors (overflow) count only in rows that are `active`; others'
  /// values are unspecified.
  func evaluate(
    _ bound: Bound, _ rows: Range<Int>, active: [UInt64]
  ) throws(QueryError) -> Vector {
    let count = rows.count
    switch bound.node {
    case .constant(let literal): return Evaluator.constant(literal, bound.type, count)
    case .column(let index): return columnVector(index, rows)
    case .tag(let index): return Vector(count, .bits(Evaluator.words(tags[index], rows)))
    case .range(let column, let low, let high, let isNegated):
      return rangeVector(column, low, high, isNegated, rows)
    case .floatRange(let column, let low, let high, let isNegated):
      return floatRangeVector(column, low, high, isNegated, rows)
    case .inRange(let a, let low, let high, let isNegated):
      let x = try evaluate(a, rows, active: active)
      let bits = BitWords.inRange(x.integers, low, high, isNegated: isNegated)
      return Evaluator.condition(count, bits, x.validity)
    case .arithmetic(let op, let a, let b):
      return try arithmetic(op, a, b, bound, rows, active)
    case .negate(let a): return try negate(a, bound, rows, active)
    case .function(let function, let a): return try self.function(function, a, bound, rows, active)
    case .convert(let a): return try convert(a, bound, rows, active)
    case .compare(let op, let a, let b):
      let x = try evaluate(a, rows, active: active)
      let y = try evaluate(b, rows, active: active)
      return compare(op, x, y, a, b)
    case .between(let value, let low, let high):
      let x = try evaluate(value, rows, active: active)
      let below = compare(
        .greaterOrEqual, x, try evaluate(low, rows, active: active), value, low)
      let above = compare(.lessOrEqual, x, try evaluate(high, rows, active: active), value, high)
      return Evaluator.and(below, above)
    case .valueSet(let a, let keys):
      return valueSet(try evaluate(a, rows, active: active), keys)
    case .codeSet(let a, let answers):
      let x = try evaluate(a, rows, active: active)
      let codes = x.integers
      return Evaluator.condition(
        count, BitWords.make(count) { answers[Int(codes[$0])] }, x.validity)
    case .textCondition(let a, let condition):
      return textCondition(condition, try evaluate(a, rows, active: active), a, active)
    case .inList(let a, let list): return try inList(a, list, rows, active)
    case .isNull(let a):
      let x = try evaluate(a, rows, active: active)
      let ones = BitWords.ones(count)
      return Vector(
        count, .bits(x.validity.map { BitWords.andNot(ones, $0) } ?? BitWords.zeros(count)))
    case .not(let a):
      let x = try evaluate(a, rows, active: active)
      return Vector(
        count, .bits(BitWords.andNot(x.validity ?? BitWords.ones(count), x.bits)),
        validity: x.validity)
    case .and(let list): return try conjunction(list, rows, active)
    case .or(let list): return try disjunction(list, rows, active)
    case .caseWhen(let conditions, let values, let otherwise):
      return try caseWhen(conditions, values, otherwise, bound, rows, active)
    case .coalesce(let list): return try coalesce(list, bound, rows, active)
    case .recode(let a, let map):
      let x = try evaluate(a, rows, active: active)
      let codes = x.integers.map { Int64(map[Int($0)]) }
      return Vector(count, .integers(codes), validity: x.validity)
    }
  }

  private static func constant(_ literal: Literal, _ type: ValueType, _ count: Int) -> Vector {
    switch literal {
    case .null: return .nulls(count, type)
    case .bool(let value):
      return Vector(count, .bits(value ? BitWords.ones(count) : BitWords.zeros(count)))
    case .integer(let value), .decimal(let value, _):
      return Vector(count, .integers(.init(repeating: value, count: count)))
    case .day(let value):
      return Vector(count, .integers(.init(repeating: Int64(value), count: count)))
    case .float(let value), .long(let value, _, _):
      return Vector(count, .floats(.init(repeating: value, count: count)))
    case .string: return Vector(count, .integers(.init(repeating: 0, count: count)))
    }
  }
}
