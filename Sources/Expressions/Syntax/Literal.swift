/// A value that is written in the query.
package enum Literal: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// mantissa · 10^−scale, exact.
  case decimal(Int64, scale: Int)
  case float(Double)
  /// A number with more digits than `integer` and `decimal` hold: beside exact numbers it is compared as
  /// mantissa · 10^−scale (scale 0…38), everywhere else it is the nearest float.
  case long(nearest: Double, mantissa: Int128, scale: Int)
  case string(String)
  case day(Int32)
}

extension Literal {
  /// mantissa · 10^−scale in the plainest form that holds it; scale 0…38, `nearest` its nearest float.
  static func exact(_ mantissa: Int128, scale: Int, nearest: Double) -> Literal {
    var mantissa = mantissa
    var scale = scale
    // Zeros at the end say nothing.
    while scale > QueryLimits.decimalScaleMax, mantissa % 10 == 0 {
      mantissa /= 10
      scale -= 1
    }
    guard scale <= QueryLimits.decimalScaleMax, let units = Int64(exactly: mantissa) else {
      return .long(nearest: nearest, mantissa: mantissa, scale: scale)
    }
    return scale == 0 ? .integer(units) : .decimal(units, scale: scale)
  }

  /// The number with the other sign; nil for what is no number.
  var negated: Literal? {
    switch self {
    case .integer(let value): .exact(-Int128(value), scale: 0, nearest: -Double(value))
    case .decimal(let mantissa, let scale):
      .exact(-Int128(mantissa), scale: scale, nearest: -(double ?? 0))
    case .float(let value): .float(-value)
    case .long(let nearest, let mantissa, let scale):
      .exact(-mantissa, scale: scale, nearest: -nearest)
    case .null, .bool, .string, .day: nil
    }
  }

  /// The nearest float; nil for what is no number.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .decimal(let mantissa, let scale):
      // Up to 2^53 both are floats, so that their quotient is the nearest one.
      mantissa.magnitude <= 1 << 53
        ? Double(mantissa) / Double(powerOfTen(scale)) : Double("\(mantissa)e-\(scale)")
    case .float(let value): value
    case .long(let nearest, _, _): nearest
    case .null, .bool, .string, .day: nil
    }
  }

  /// How two exact numbers compare (−1, 0 or 1), whatever their digits; nil where one is no exact number.
  func order(_ other: Literal) -> Int? {
    guard let a = digits, let b = other.digits else { return nil }
    func parts(_ number: (mantissa: Int128, scale: Int)) -> (whole: Int128, rest: Int128) {
      let (whole, rest) = number.mantissa.quotientAndRemainder(
        dividingBy: widePowerOfTen(number.scale))
      return (whole, rest)
    }
    let (x, y) = (parts(a), parts(b))
    if x.whole != y.whole { return x.whole < y.whole ? -1 : 1 }
    // What is left is below one, so that it fits 128 bits in the longer one's unit.
    let left = x.rest * widePowerOfTen(max(0, b.scale - a.scale))
    let right = y.rest * widePowerOfTen(max(0, a.scale - b.scale))
    return left == right ? 0 : left < right ? -1 : 1
  }

  private var digits: (mantissa: Int128, scale: Int)? {
    switch self {
    case .integer(let value): (Int128(value), 0)
    case .decimal(let mantissa, let scale): (Int128(mantissa), scale)
    case .long(_, let mantissa, let scale): (mantissa, scale)
    case .null, .bool, .float, .string, .day: nil
    }
  }

  /// The text of a string; empty for anything else.
  var text: String {
    if case .string(let text) = self { text } else { "" }
  }
}

/// Powers of ten that fit 128 bits, 0…38.
func widePowerOfTen(_ exponent: Int) -> Int128 {
  var power: Int128 = 1
  for _ in 0..<exponent { power *= 10 }
  return power
}
