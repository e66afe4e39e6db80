#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Special functions that the models need: over buffers where arguments are many, and one by one where a
/// fit needs them for the few distinct arguments of its counts.
package enum Special {
  /// ln of each value; 1 ulp for positive normal numbers, unspecified for others.
  package static func log(
    _ values: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>
  ) {
    map(values, into: result) { vectorLog($0) }
  }

  /// e^value of each value; 1 ulp within ±708, 0 below, e^708 above.
  package static func exp(
    _ values: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>
  ) {
    map(values, into: result) { vectorExp($0) }
  }

  /// e^value − 1 of each value; relative error below 4e-16 within ±708.
  package static func expMinusOne(
    _ values: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>
  ) {
    map(values, into: result) { vectorExpMinusOne($0) }
  }

  /// ln(1 + value) of each value; relative error below 4e-16 for values ≥ 0.
  package static func logOnePlus(
    _ values: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>
  ) {
    map(values, into: result) { vectorLogOnePlus($0) }
  }

  @inline(__always)
  private static func map(
    _ values: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>,
    _ function: (Vector) -> Vector
  ) {
    precondition(values.count == result.count, "as many results as values")
    var i = 0
    while i + laneCount <= values.count {
      let value = UnsafeRawPointer(values.baseAddress! + i).loadUnaligned(as: Vector.self)
      UnsafeMutableRawPointer(result.baseAddress! + i).storeBytes(
        of: function(value), as: Vector.self)
      i += laneCount
    }
    if i == values.count { return }
    var rest = Vector(repeating: 1)
    for j in i..<values.count { rest[j - i] = values[j] }
    rest = function(rest)
    for j in i..<values.count { result[j] = rest[j - i] }
  }

  /// e^x of one number.
  package static func exponential(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.exp(x)
    #elseif canImport(Musl)
      Musl.exp(x)
    #else
      Darwin.exp(x)
    #endif
  }

  /// (e^x − 1) / x, which is 1 at 0.
  package static func relativeExpMinusOne(_ x: Double) -> Double {
    x == 0 ? 1 : expm1(x) / x
  }

  /// ln(1 + x) of one number.
  package static func logOnePlus(_ x: Double) -> Double { log1p(x) }

  /// ln Γ(x), ψ(x) and ψ′(x) for x > 0.
  package struct GammaFamily: Sendable {
    package var logGamma: Double
    package var digamma: Double
    package var trigamma: Double
  }

  /// ln Γ, digamma and trigamma together; absolute error of ln Γ below 1e-14 (1 + |ln Γ|), relative error
  /// of the others below 1e-13 away from the digamma's root.
  ///
  /// Γ(x + 1) = x Γ(x) lifts x past 12, where Stirling's series to B16 is exact to double precision.
  package static func gammaFamily(_ x: Double) -> GammaFamily {
    precondition(x > 0, "gamma functions are wanted of positive numbers")
    var product = 1.0
    var reciprocals = 0.0
    var squares = 0.0
    var z = x
    while z < 12 {
      product *= z
      let inverse = 1 / z
      reciprocals += inverse
      squares += inverse * inverse
      z += 1
    }
    let inverse = 1 / z
    let logZ = naturalLog(z)
    let rest = stirlingTail(z)
    return GammaFamily(
      logGamma: (z - 0.5) * logZ - z + halfLogTwoPi + rest.logGamma
        - (product == 1 ? 0 : naturalLog(product)),
      digamma: logZ - 0.5 * inverse + rest.digamma - reciprocals,
      trigamma: inverse + 0.5 * inverse * inverse + rest.trigamma + squares)
  }

  /// ½ ln 2π.
  package static let halfLogTwoPi = 0.91893853320467274178

  /// What Stirling's formula (x − ½) ln x − x + ½ ln 2π and its first two derivatives lack of ln Γ, ψ and ψ′,
  /// for x > 0: about 1 / 12x, −1 / 12x² and 1 / 6x³.
  ///
  /// For differences of ln Γ of large arguments, whose leading parts cancel on paper. Absolute errors as
  /// `gammaFamily` has them for x < 12, relative errors below 1e-12 from there on.
  package static func stirlingRemainder(_ x: Double) -> GammaFamily {
    precondition(x > 0, "gamma functions are wanted of positive numbers")
    if x >= 12 { return stirlingTail(x) }
    let family = gammaFamily(x)
    let (logX, inverse) = (naturalLog(x), 1 / x)
    return GammaFamily(
      logGamma: family.logGamma - (x - 0.5) * logX + x - halfLogTwoPi,
      digamma: family.digamma - logX + 0.5 * inverse,
      trigamma: family.trigamma - inverse - 0.5 * inverse * inverse)
  }

  /// Stirling's series to B16, of z ≥ 12.
  private static func stirlingTail(_ z: Double) -> GammaFamily {
    let inverse = 1 / z
    let w = inverse * inverse
    // Bernoulli numbers B2…B16 over 2n(2n − 1), over 2n, and as they are.
    let tail =
      inverse
      * (1.0 / 12 + w
        * (-1.0 / 360 + w
          * (1.0 / 1260 + w
            * (-1.0 / 1680 + w
              * (1.0 / 1188 + w * (-691.0 / 360360 + w * (1.0 / 156 + w * (-3617.0 / 122400))))))))
    let digammaTail =
      w
      * (1.0 / 12 + w
        * (-1.0 / 120 + w
          * (1.0 / 252 + w
            * (-1.0 / 240 + w
              * (1.0 / 132 + w * (-691.0 / 32760 + w * (1.0 / 12 + w * (-3617.0 / 8160))))))))
    let trigammaTail =
      w * inverse
      * (1.0 / 6 + w
        * (-1.0 / 30 + w
          * (1.0 / 42 + w
            * (-1.0 / 30 + w
              * (5.0 / 66 + w * (-691.0 / 2730 + w * (7.0 / 6 + w * (-3617.0 / 510))))))))
    return GammaFamily(logGamma: tail, digamma: -digammaTail, trigamma: trigammaTail)
  }

  /// ln Γ(x) for x > 0.
  package static func logGamma(_ x: Double) -> Double { gammaFamily(x).logGamma }

  /// ln B(a, b) for a, b > 0.
  package static func logBeta(_ a: Double, _ b: Double) -> Double {
    logGamma(a) + logGamma(b) - logGamma(a + b)
  }

  /// ln x of one number.
  package static func naturalLog(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.log(x)
    #elseif canImport(Musl)
      Musl.log(x)
    #else
      Darwin.log(x)
    #endif
  }
}
