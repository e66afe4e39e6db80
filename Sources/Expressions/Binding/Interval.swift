/// The whole numbers that satisfy a comparison with a constant: an interval of them, or all but an interval.
struct Interval {
  let low: Int64
  let high: Int64
  let isNegated: Bool

  /// For a column that holds v·10^scale. nil where the constant is a float beside digits after the point:
  /// there the comparison is one of floats.
  init?(_ op: ComparisonOperator, _ literal: Literal, scale: Int) {
    /// The constant at the column's scale, rounded down.
    var floor: Int64 = 0
    var isExact = true
    /// −1 or 1 where the constant is below or above every Int64.
    var side = 0
    switch literal {
    case .integer(let value): (floor, side) = Interval.scaled(value, by: scale)
    case .day(let day): floor = Int64(day)
    case .decimal(let mantissa, let digits) where digits <= scale:
      (floor, side) = Interval.scaled(mantissa, by: scale - digits)
    case .decimal(let mantissa, let digits):
      let divisor = powerOfTen(digits - scale)
      let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: divisor)
      isExact = remainder == 0
      floor = remainder < 0 ? quotient - 1 : quotient
    case .float(let value):
      // Beyond 2^53 neighbouring integers share a float, so the comparison is one of floats.
      guard scale == 0, value.magnitude < 0x1p53 else { return nil }
      floor = Int64(value.rounded(.down))
      isExact = Double(floor) == value
    case .null, .bool, .string: return nil
    }
    self.init(op, floor: floor, isExact: isExact, side: side)
  }

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

  private static func scaled(_ value: Int64, by scale: Int) -> (Int64, side: Int) {
    let (product, overflow) = value.multipliedReportingOverflow(by: powerOfTen(scale))
    return overflow ? (0, value < 0 ? -1 : 1) : (product, 0)
  }

  func bound(column: Int, at byteOffset: Int) -> Bound {
    Bound(
      .bool, .range(column: column, low: low, high: high, isNegated: isNegated), at: byteOffset)
  }
}
