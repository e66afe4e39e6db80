/// The whole numbers that satisfy a comparison with a constant: an interval of them, or all but an interval.
struct Interval {
  let low: Int64
  let high: Int64
  let isNegated: Bool

  /// For values that hold v·10^scale. nil where the constant is a float beside digits after the point: there the
  /// comparison is one of floats.
  init?(_ op: ComparisonOperator, _ literal: Literal, scale: Int) {
    switch literal {
    case .integer(let value): self.init(op, mantissa: Int128(value), digits: 0, scale: scale)
    case .day(let day): self.init(op, mantissa: Int128(day), digits: 0, scale: scale)
    case .decimal(let mantissa, let digits):
      self.init(op, mantissa: Int128(mantissa), digits: digits, scale: scale)
    case .long(_, let mantissa, let digits):
      self.init(op, mantissa: mantissa, digits: digits, scale: scale)
    case .float(let value):
      // Beyond 2^53 neighbouring integers share a float, so the comparison is one of floats.
      guard scale == 0, value.magnitude < 0x1p53 else { return nil }
      let floor = Int64(value.rounded(.down))
      self.init(op, floor: floor, isExact: Double(floor) == value, side: 0)
    case .null, .bool, .string: return nil
    }
  }

  /// The constant is mantissa · 10^−digits, 0…38 digits.
  private init(_ op: ComparisonOperator, mantissa: Int128, digits: Int, scale: Int) {
    var floor: Int128
    var isExact = true
    if digits <= scale {
      let (product, overflow) = mantissa.multipliedReportingOverflow(
        by: Int128(powerOfTen(scale - digits)))
      floor = !overflow ? product : mantissa < 0 ? .min : .max
    } else {
      let (quotient, remainder) = mantissa.quotientAndRemainder(
        dividingBy: widePowerOfTen(digits - scale))
      isExact = remainder == 0
      floor = remainder < 0 ? quotient - 1 : quotient
    }
    let side = floor < Int128(Int64.min) ? -1 : floor > Int128(Int64.max) ? 1 : 0
    self.init(op, floor: side == 0 ? Int64(floor) : 0, isExact: isExact, side: side)
  }

  /// - Parameters:
  ///   - floor: the constant in the values' unit, rounded down; isExact says whether nothing was cut.
  ///   - side: −1 or 1 where the constant is below or above every Int64; `floor` then says nothing.
  private init(_ op: ComparisonOperator, floor: Int64, isExact: Bool, side: Int) {
    let all = (Int64.min, Int64.max)
    let none = (Int64(1), Int64(0))
    let upTo: (Int64, Int64)
    let below: (Int64, Int64)
    if side != 0 {
      upTo = side > 0 ? all : none
      below = upTo
    } else {
      upTo = (.min, floor)
      below = !isExact ? upTo : floor == .min ? none : (.min, floor - 1)
    }
    func above(_ interval: (Int64, Int64)) -> (Int64, Int64) {
      if interval == all { return none }
      if interval == none { return all }
      return interval.1 == .max ? none : (interval.1 + 1, .max)
    }
    let equal = side == 0 && isExact ? (floor, floor) : none
    switch op {
    case .equal, .notEqual: (low, high) = equal
    case .less: (low, high) = below
    case .lessOrEqual: (low, high) = upTo
    case .greater: (low, high) = above(upTo)
    case .greaterOrEqual: (low, high) = above(below)
    }
    isNegated = op == .notEqual
  }

  /// The condition that a value lies in the interval.
  func bound(_ value: Bound, at byteOffset: Int) -> Bound {
    let node: Bound.Node =
      if case .column(let column) = value.node {
        .range(column: column, low: low, high: high, isNegated: isNegated)
      } else {
        .inRange(value, low: low, high: high, isNegated: isNegated)
      }
    return Bound(.bool, node, at: byteOffset)
  }
}
