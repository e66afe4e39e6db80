import Columns

extension Evaluator {
  func compare(
    _ op: ComparisonOperator, _ x: Vector, _ y: Vector, _ a: Bound, _ b: Bound
  ) -> Vector {
    let validity = BitWords.both(x.validity, y.validity)
    let count = x.count
    let bits: [UInt64]
    switch (x.values, y.values) {
    case (.integers(let left), .integers(let right)):
      if a.type == .string {
        bits = compareStrings(op, left, right, a, b, validity)
      } else if let x = a.type.scale, let y = b.type.scale, x != y {
        bits =
          x < y
          ? Evaluator.compareScaled(op, left, by: powerOfTen(y - x), right)
          : Evaluator.compareScaled(op.mirrored, right, by: powerOfTen(x - y), left)
      } else {
        bits =
          b.constant == nil || count == 0
          ? BitWords.compare(op, left, right) : BitWords.compare(op, left, with: right[0])
      }
    case (.floats(let left), .floats(let right)):
      bits =
        b.constant == nil || count == 0 || right[0].isNaN
        ? BitWords.compare(op, left, right) : BitWords.compare(op, left, with: right[0])
    case (.bits(let left), .bits(let right)):
      bits = BitWords.make(count) {
        op.holds((BitWords.bit(left, $0) ? 1 : 0) - (BitWords.bit(right, $0) ? 1 : 0))
      }
    default: preconditionFailure("the binder brings both sides to one type")
    }
    return Evaluator.condition(count, bits, validity)
  }

  /// Each left value times `factor` with the right value; exact also where the product does not fit 64 bits.
  private static func compareScaled(
    _ op: ComparisonOperator, _ left: [Int64], by factor: Int64, _ right: [Int64]
  ) -> [UInt64] {
    let factors = [Int64](repeating: factor, count: left.count)
    let (scaled, overflowed) = wrapping(.multiply, left, factors)
    if !overflowed { return BitWords.compare(op, scaled, right) }
    return BitWords.make(left.count) { i in
      let a = Int128(left[i]) * Int128(factor)
      let b = Int128(right[i])
      return op.holds(a < b ? -1 : a == b ? 0 : 1)
    }
  }

  private func compareStrings(
    _ op: ComparisonOperator, _ left: [Int64], _ right: [Int64], _ a: Bound, _ b: Bound,
    _ validity: [UInt64]?
  ) -> [UInt64] {
    let x = a.strings!.table
    let y = b.strings!.table
    return BitWords.make(left.count) { i in
      if let validity, !BitWords.bit(validity, i) { return false }
      return op.holds(compareBytes(x.utf8(at: Int(left[i])), y.utf8(at: Int(right[i]))))
    }
  }

  func valueSet(_ x: Vector, _ keys: [Int64]) -> Vector {
    let values: [Int64]
    if case .floats(let floats) = x.values {
      values = floats.map { floatKey($0) }
    } else {
      values = x.integers
    }
    if keys.count <= 8 {
      return Evaluator.condition(
        x.count,
        BitWords.make(x.count) { i in
          var found = false
          for key in keys { found = found || key == values[i] }
          return found
        }, x.validity)
    }
    let bits = BitWords.make(x.count) { i in
      var low = 0
      var high = keys.count
      while low < high {
        let middle = (low + high) / 2
        if keys[middle] < values[i] { low = middle + 1 } else { high = middle }
      }
      return low < keys.count && keys[low] == values[i]
    }
    return Evaluator.condition(x.count, bits, x.validity)
  }

  func textCondition(
    _ condition: TextCondition, _ x: Vector, _ a: Bound, _ active: [UInt64]
  ) -> Vector {
    let table = a.strings!.table
    let codes = x.integers
    let bits = BitWords.make(x.count) { i in
      BitWords.bit(active, i) && !x.isNull(i) && condition.holds(table.utf8(at: Int(codes[i])))
    }
    return Evaluator.condition(x.count, bits, x.validity)
  }

  /// True where one side is true; null where neither and one side is null.
  func inList(
    _ a: Bound, _ list: [Bound], _ rows: Range<Int>, _ active: [UInt64]
  ) throws(QueryError) -> Vector {
    let x = try evaluate(a, rows, active: active)
    var result: Vector?
    for item in list {
      let found = compare(.equal, x, try evaluate(item, rows, active: active), a, item)
      result = result.map { Evaluator.or($0, found) } ?? found
    }
    return result!
  }

  static func and(_ x: Vector, _ y: Vector) -> Vector {
    let bits = BitWords.and(x.bits, y.bits)
    if x.validity == nil && y.validity == nil { return Vector(x.count, .bits(bits)) }
    let a = x.validity ?? BitWords.ones(x.count)
    let b = y.validity ?? BitWords.ones(x.count)
    // Known: both known, or one known to be false.
    var known = BitWords.and(a, b)
    for i in known.indices { known[i] |= (a[i] & ~x.bits[i]) | (b[i] & ~y.bits[i]) }
    return Vector(x.count, .bits(bits), validity: known)
  }

  static func or(_ x: Vector, _ y: Vector) -> Vector {
    let bits = BitWords.or(x.bits, y.bits)
    if x.validity == nil && y.validity == nil { return Vector(x.count, .bits(bits)) }
    let a = x.validity ?? BitWords.ones(x.count)
    let b = y.validity ?? BitWords.ones(x.count)
    var known = BitWords.and(a, b)
    for i in known.indices { known[i] |= bits[i] }
    return Vector(x.count, .bits(bits), validity: known)
  }

  /// Stops where every active row is false: what stands to the right is not computed there.
  func conjunction(
    _ list: [Bound], _ rows: Range<Int>, _ active: [UInt64]
  ) throws(QueryError) -> Vector {
    var result = try evaluate(list[0], rows, active: active)
    for condition in list.dropFirst() {
      let known = result.validity ?? BitWords.ones(rows.count)
      var open = active
      for i in open.indices { open[i] &= result.bits[i] | ~known[i] }
      if BitWords.isZero(open) { break }
      result = Evaluator.and(result, try evaluate(condition, rows, active: open))
    }
    return result
  }

  func disjunction(
    _ list: [Bound], _ rows: Range<Int>, _ active: [UInt64]
  ) throws(QueryError) -> Vector {
    var result = try evaluate(list[0], rows, active: active)
    for condition in list.dropFirst() {
      let open = BitWords.andNot(active, result.bits)
      if BitWords.isZero(open) { break }
      result = Evaluator.or(result, try evaluate(condition, rows, active: open))
    }
    return result
  }
}
