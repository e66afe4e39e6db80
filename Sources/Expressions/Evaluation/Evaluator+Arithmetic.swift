import Columns
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Evaluator {
  func arithmetic(
    _ op: ArithmeticOperator, _ a: Bound, _ b: Bound, _ bound: Bound, _ rows: Range<Int>,
    _ active: [UInt64]
  ) throws(QueryError) -> Vector {
    let x = try evaluate(a, rows, active: active)
    let y = try evaluate(b, rows, active: active)
    let validity = BitWords.both(x.validity, y.validity)
    if bound.type == .float {
      return Evaluator.floatArithmetic(op, x.floats, y.floats, rows.count, validity)
    }
    let left = x.integers
    let right = y.integers
    if op == .remainder {
      let nonzero = BitWords.make(rows.count) { right[$0] != 0 }
      // x % −1 is 0; the instruction traps on the smallest integer.
      let values = left.indices.map { right[$0] == 0 || right[$0] == -1 ? 0 : left[$0] % right[$0] }
      return Vector(rows.count, .integers(values), validity: BitWords.both(validity, nonzero))
    }
    let (values, overflowed) = Evaluator.wrapping(op, left, right)
    func overflows(_ i: Int) -> Bool {
      switch op {
      case .add: left[i].addingReportingOverflow(right[i]).overflow
      case .subtract: left[i].subtractingReportingOverflow(right[i]).overflow
      default: left[i].multipliedReportingOverflow(by: right[i]).overflow
      }
    }
    if bound.type == .day {
      let days = Evaluator.days
      if overflowed || !values.allSatisfy({ days.contains($0) }) {
        let message = "a date is outside the years 0001 to 9999"
        try check(bound, active, validity, rows.count, message) { i in
          overflows(i) || !days.contains(values[i])
        }
        // Rows that do not count hold some date all the same.
        let known = values.map { min(max($0, days.lowerBound), days.upperBound) }
        return Vector(rows.count, .integers(known), validity: validity)
      }
    } else if overflowed {
      try check(bound, active, validity, rows.count) { overflows($0) }
    }
    return Vector(rows.count, .integers(values), validity: validity)
  }

  /// The days that dates are computed in: 0001-01-01 to 9999-12-31.
  private static let days: ClosedRange<Int64> = {
    let first = Day.number(year: 1, month: 1, day: 1)
    let last = Day.number(year: 9_999, month: 12, day: 31)
    return Int64(first)...Int64(last)
  }()

  static func wrapping(
    _ op: ArithmeticOperator, _ a: [Int64], _ b: [Int64]
  ) -> ([Int64], overflowed: Bool) {
    var overflowed = false
    let values = a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        [Int64](count: a.count) { out in
          switch op {
          case .add: overflowed = Arithmetic.add(a, b, into: out)
          case .subtract: overflowed = Arithmetic.subtract(a, b, into: out)
          case .multiply: overflowed = Arithmetic.multiply(a, b, into: out)
          case .divide, .remainder: preconditionFailure("division of whole numbers gives a float")
          }
        }
      }
    }
    return (values, overflowed)
  }

  /// Throws if the overflow is in a row that counts.
  private func check(
    _ bound: Bound, _ active: [UInt64], _ validity: [UInt64]?, _ count: Int,
    _ message: String = "a result does not fit 64 bits", _ overflows: (Int) -> Bool
  ) throws(QueryError) {
    for i in 0..<count where BitWords.bit(active, i) {
      if let validity, !BitWords.bit(validity, i) { continue }
      if overflows(i) {
        throw QueryError(.overflow, message, at: bound.byteOffset)
      }
    }
  }

  /// Division by zero, and what is not a number, is NULL.
  private static func floatArithmetic(
    _ op: ArithmeticOperator, _ a: [Double], _ b: [Double], _ count: Int, _ validity: [UInt64]?
  ) -> Vector {
    let values = a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        [Double](count: count) { out in
          switch op {
          case .add: Arithmetic.add(a, b, into: out)
          case .subtract: Arithmetic.subtract(a, b, into: out)
          case .multiply: Arithmetic.multiply(a, b, into: out)
          case .divide: Arithmetic.divide(a, b, into: out)
          case .remainder: for i in 0..<count { out[i] = fmod(a[i], b[i]) }
          }
        }
      }
    }
    var defined: [UInt64]?
    if op == .divide || op == .remainder {
      let zeros = BitWords.inRange(b, 0, 0)
      if !BitWords.isZero(zeros) { defined = BitWords.andNot(BitWords.ones(count), zeros) }
    }
    return Vector(count, .floats(values), validity: BitWords.both(validity, defined))
  }

  func negate(
    _ a: Bound, _ bound: Bound, _ rows: Range<Int>, _ active: [UInt64]
  ) throws(QueryError) -> Vector {
    let x = try evaluate(a, rows, active: active)
    if case .floats(let values) = x.values {
      return Vector(x.count, .floats(values.map { -$0 }), validity: x.validity)
    }
    let values = x.integers
    if values.contains(.min) {
      try check(bound, active, x.validity, x.count) { values[$0] == .min }
    }
    return Vector(x.count, .integers(values.map { 0 &- $0 }), validity: x.validity)
  }

  /// Exact numbers to more digits, or to floats.
  func convert(
    _ a: Bound, _ bound: Bound, _ rows: Range<Int>, _ active: [UInt64]
  ) throws(QueryError) -> Vector {
    let x = try evaluate(a, rows, active: active)
    let scale = a.type.scale ?? 0
    if bound.type == .float {
      if case .floats = x.values { return x }
      let divisor = Double(powerOfTen(scale))
      return Vector(
        x.count, .floats(Evaluator.floats(x.integers, dividedBy: divisor)), validity: x.validity)
    }
    let factor = powerOfTen((bound.type.scale ?? 0) - scale)
    let values = x.integers
    let factors = [Int64](repeating: factor, count: values.count)
    let (scaled, overflowed) = Evaluator.wrapping(.multiply, values, factors)
    if overflowed {
      let digits = bound.type.scale ?? 0
      let message =
        "a number does not fit 64 bits beside one with \(digits) digits after the point "
        + "(the largest is \(Int64.max / powerOfTen(digits)))"
      try check(bound, active, x.validity, x.count, message) {
        values[$0].multipliedReportingOverflow(by: factor).overflow
      }
    }
    return Vector(x.count, .integers(scaled), validity: x.validity)
  }

  /// Whole numbers as floats: the nearest ones of the decimals that they stand for.
  static func floats(_ integers: [Int64], dividedBy divisor: Double) -> [Double] {
    integers.withUnsafeBufferPointer { integers in
      [Double](count: integers.count) { out in
        Widen.floats(integers, dividedBy: divisor, into: out)
      }
    }
  }

  func function(
    _ function: ScalarFunction, _ a: Bound, _ bound: Bound, _ rows: Range<Int>,
    _ active: [UInt64]
  ) throws(QueryError) -> Vector {
    let x = try evaluate(a, rows, active: active)
    if case .floats(let values) = x.values {
      return Evaluator.floatFunction(function, values, x.validity)
    }
    let values = x.integers
    let scale = a.type.scale ?? 0
    switch function {
    case .abs:
      if values.contains(.min) {
        try check(bound, active, x.validity, x.count) { values[$0] == .min }
      }
      return Vector(x.count, .integers(values.map { $0 < 0 ? 0 &- $0 : $0 }), validity: x.validity)
    case .floor, .ceiling:
      let unit = powerOfTen(scale)
      let up = function == .ceiling
      let whole = values.map { value -> Int64 in
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
        return up
          ? (remainder > 0 ? quotient + 1 : quotient) : (remainder < 0 ? quotient - 1 : quotient)
      }
      return Vector(x.count, .integers(whole), validity: x.validity)
    case .round(let digits):
      return try rounded(values, digits, bound, x.validity, active, scale: scale)
    case .naturalLogarithm: preconditionFailure("the binder makes the argument of ln a float")
    }
  }

  /// Whole numbers of the unit 10^−scale to so many digits after the point, half away from zero; in the unit of the
  /// digits that are left.
  private func rounded(
    _ values: [Int64], _ digits: Int, _ bound: Bound, _ validity: [UInt64]?, _ active: [UInt64],
    scale: Int
  ) throws(QueryError) -> Vector {
    let dropped = scale - digits
    if dropped <= 0 { return Vector(values.count, .integers(values), validity: validity) }
    let back = powerOfTen(max(0, -digits))
    func whole(_ value: Int64) -> Int64 {
      // Half of 10^19 still fits 64 bits, half of 10^20 does not.
      if dropped > 18 {
        return dropped == 19 && value.magnitude >= 5_000_000_000_000_000_000 ? value.signum() : 0
      }
      let unit = powerOfTen(dropped)
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
      let away: Int64 = remainder.magnitude >= unit.magnitude - remainder.magnitude ? 1 : 0
      return quotient + (value < 0 ? -away : away)
    }
    let wholes = values.map(whole)
    let factors = [Int64](repeating: back, count: values.count)
    let (rounded, overflowed) = Evaluator.wrapping(.multiply, wholes, factors)
    if overflowed {
      try check(bound, active, validity, values.count) {
        wholes[$0].multipliedReportingOverflow(by: back).overflow
      }
    }
    return Vector(values.count, .integers(rounded), validity: validity)
  }

  private static func floatFunction(
    _ function: ScalarFunction, _ values: [Double], _ validity: [UInt64]?
  ) -> Vector {
    let count = values.count
    switch function {
    case .abs: return Vector(count, .floats(values.map { $0.magnitude }), validity: validity)
    case .floor: return Vector(count, .floats(values.map { $0.rounded(.down) }), validity: validity)
    case .ceiling: return Vector(count, .floats(values.map { $0.rounded(.up) }), validity: validity)
    case .round(let digits):
      let factor = Double(powerOfTen(abs(digits)))
      let rounded = values.map { value -> Double in
        let scaled = digits < 0 ? value / factor : value * factor
        var whole = scaled.rounded(.toNearestOrAwayFromZero)
        if (scaled - whole).magnitude == 0.5 {
          // Halfway only because it was rounded itself: 0.015 is a little less than 15 thousandths.
          let rest =
            digits < 0
            ? value.addingProduct(-scaled, factor) : (-scaled).addingProduct(value, factor)
          if rest != 0, (rest < 0) == (scaled > 0) { whole = scaled.rounded(.towardZero) }
        }
        let back = digits < 0 ? whole * factor : whole / factor
        return back.isFinite ? back : value
      }
      return Vector(count, .floats(rounded), validity: validity)
    case .naturalLogarithm:
      // The logarithm of what is not positive is NULL; of NaN, NaN.
      let defined = BitWords.make(count) { !(values[$0] <= 0) }
      return Vector(
        count, .floats(values.map { log($0) }), validity: BitWords.both(validity, defined))
    }
  }
}
