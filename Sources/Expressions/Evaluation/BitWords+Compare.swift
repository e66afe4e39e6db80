import Kernels

/// Compares of vectors, as words of 64 bits.
extension BitWords {
  /// Bit i is low ≤ values[i] ≤ high.
  static func inRange(
    _ values: UnsafeBufferPointer<Double>, _ low: Double, _ high: Double, isNegated: Bool = false
  ) -> [UInt64] {
    words(values.count) { Compare.inRange(values, low, high, isNegated, into: $0) }
  }

  static func inRange(_ values: [Double], _ low: Double, _ high: Double) -> [UInt64] {
    values.withUnsafeBufferPointer { inRange($0, low, high) }
  }

  static func inRange(
    _ values: [Int64], _ low: Int64, _ high: Int64, isNegated: Bool = false
  ) -> [UInt64] {
    values.withUnsafeBufferPointer { values in
      words(values.count) { Compare.inRange(values, low, high, isNegated, into: $0) }
    }
  }

  /// Each value with one constant.
  static func compare(
    _ op: ComparisonOperator, _ a: [Int64], with c: Int64
  ) -> [UInt64] {
    switch op {
    case .equal: inRange(a, c, c)
    case .notEqual: inRange(a, c, c, isNegated: true)
    case .less: inRange(a, c, .max, isNegated: true)
    case .lessOrEqual: inRange(a, .min, c)
    case .greater: inRange(a, .min, c, isNegated: true)
    case .greaterOrEqual: inRange(a, c, .max)
    }
  }

  /// Each float with one constant that is not NaN; NaN is above every number.
  static func compare(
    _ op: ComparisonOperator, _ a: [Double], with c: Double
  ) -> [UInt64] {
    a.withUnsafeBufferPointer { a in
      switch op {
      case .equal: inRange(a, c, c)
      case .notEqual: inRange(a, c, c, isNegated: true)
      case .lessOrEqual: inRange(a, -.infinity, c)
      case .greater: inRange(a, -.infinity, c, isNegated: true)
      // Nothing is below −∞, whose nextDown is itself.
      case .less: c == -.infinity ? zeros(a.count) : inRange(a, -.infinity, c.nextDown)
      case .greaterOrEqual:
        c == -.infinity
          ? ones(a.count) : inRange(a, -.infinity, c.nextDown, isNegated: true)
      }
    }
  }

  /// Value by value.
  static func compare(_ op: ComparisonOperator, _ a: [Int64], _ b: [Int64]) -> [UInt64] {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        words(op, a.count, less: { Compare.less($0 ? b : a, $0 ? a : b, into: $1) }) {
          Compare.equal(a, b, into: $0)
        }
      }
    }
  }

  /// NaN equals itself and is above every number.
  static func compare(_ op: ComparisonOperator, _ a: [Double], _ b: [Double]) -> [UInt64] {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        words(op, a.count, less: { Compare.less($0 ? b : a, $0 ? a : b, into: $1) }) {
          Compare.equal(a, b, into: $0)
        }
      }
    }
  }

  /// All six comparisons from two: a > b is b < a, and a <= b is not b < a.
  private static func words(
    _ op: ComparisonOperator, _ count: Int,
    less: (_ isSwapped: Bool, UnsafeMutableBufferPointer<UInt64>) -> Void,
    equal: (UnsafeMutableBufferPointer<UInt64>) -> Void
  ) -> [UInt64] {
    let bits = words(count) { words in
      switch op {
      case .equal, .notEqual: equal(words)
      case .less, .greaterOrEqual: less(false, words)
      case .greater, .lessOrEqual: less(true, words)
      }
    }
    switch op {
    case .equal, .less, .greater: return bits
    case .notEqual, .lessOrEqual, .greaterOrEqual: return andNot(ones(count), bits)
    }
  }

  private static func words(
    _ count: Int, _ fill: (UnsafeMutableBufferPointer<UInt64>) -> Void
  ) -> [UInt64] {
    var words = zeros(count)
    words.withUnsafeMutableBufferPointer { fill($0) }
    return words
  }
}
