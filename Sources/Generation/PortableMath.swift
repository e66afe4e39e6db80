/// Logarithm and exponential from IEEE additions, multiplications and divisions only.
///
/// The C library's differ in the last bit between versions, and one such bit can change a generated amount:
/// with these the same seed gives the same file on every machine.
enum PortableMath {
  private static let ln2 = 0.6931471805599453
  private static let ln2High = 0.6931471803691238
  private static let ln2Low = 1.9082149292705877e-10

  /// ln x for finite x > 0; relative error below 4 · 2⁻⁵³. ln 0 is −∞.
  ///
  /// x = 2ᵏ·m with m in [√½, √2), and ln m = 2·(s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1), |s| < 0.172.
  static func log(_ x: Double) -> Double {
    if x <= 0 { return -.infinity }
    var exponent = Double(x.exponent)
    var m = x.significand
    if m > 1.4142135623730951 {
      m /= 2
      exponent += 1
    }
    let s = (m - 1) / (m + 1)
    let z = s * s
    var sum = 1.0 / 21
    sum = sum * z + 1.0 / 19
    sum = sum * z + 1.0 / 17
    sum = sum * z + 1.0 / 15
    sum = sum * z + 1.0 / 13
    sum = sum * z + 1.0 / 11
    sum = sum * z + 1.0 / 9
    sum = sum * z + 1.0 / 7
    sum = sum * z + 1.0 / 5
    sum = sum * z + 1.0 / 3
    return exponent * ln2 + (2 * s + 2 * s * z * sum)
  }

  /// eˣ; 0 below −708, and x is held at 709.
  ///
  /// x = k·ln 2 + r with |r| ≤ ½ ln 2, and the series of eʳ to r¹³.
  static func exp(_ x: Double) -> Double {
    if x < -708 { return 0 }
    let x = min(x, 709)
    let k = (x / ln2).rounded()
    let r = (x - k * ln2High) - k * ln2Low
    var sum = 1.0
    var n = 13.0
    while n > 0 {
      sum = 1 + sum * r / n
      n -= 1
    }
    return Double(sign: .plus, exponent: Int(k), significand: sum)
  }

  /// xʸ for x > 0.
  static func power(_ x: Double, _ y: Double) -> Double { exp(y * log(x)) }
}
