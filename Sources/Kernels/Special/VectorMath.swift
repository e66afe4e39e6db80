/// Four doubles: one AVX2 register. Wider vectors were split by the compiler into halves of halves at every
/// function that it did not inline: measured, four lanes ran the likelihood three times faster than eight.
typealias Vector = SIMD4<Double>
typealias VectorBits = SIMD4<UInt64>

/// Lanes of a `Vector`.
let laneCount = Vector.scalarCount

// The functions here are inlined into the kernels of this module, because a call would cost more than they do.
// Errors are stated in units in the last place (ulp) and tested against correctly rounded values.

private let shifter = 0x1.8p52
private let log2E = 1.4426950408889634
private let ln2High = 0x1.62e42fefa39efp-1
private let ln2Low = 0x1.abc9e3b39803fp-56

/// e^x − 1 as (2^n, e^r − 1) with x = n ln 2 + r, |r| ≤ ½ ln 2; x within ±708.
@inline(__always)
private func splitExponential(_ x: Vector) -> (power: Vector, fraction: Vector) {
  let shifted = Vector(repeating: shifter).addingProduct(x, Vector(repeating: log2E))
  let n = shifted - Vector(repeating: shifter)
  var r = x.addingProduct(n, Vector(repeating: -ln2High))
  r = r.addingProduct(n, Vector(repeating: -ln2Low))
  // The Taylor series to r^13 / 13!: the first term left out is 4e-18 of the sum.
  var p = Vector(repeating: 1.0 / 6_227_020_800)
  p = Vector(repeating: 1.0 / 479_001_600).addingProduct(p, r)
  p = Vector(repeating: 1.0 / 39_916_800).addingProduct(p, r)
  p = Vector(repeating: 1.0 / 3_628_800).addingProduct(p, r)
  p = Vector(repeating: 1.0 / 362_880).addingProduct(p, r)
  p = Vector(repeating: 1.0 / 40_320).addingProduct(p, r)
  p = Vector(repeating: 1.0 / 5_040).addingProduct(p, r)
  p = Vector(repeating: 1.0 / 720).addingProduct(p, r)
  p = Vector(repeating: 1.0 / 120).addingProduct(p, r)
  p = Vector(repeating: 1.0 / 24).addingProduct(p, r)
  p = Vector(repeating: 1.0 / 6).addingProduct(p, r)
  p = Vector(repeating: 0.5).addingProduct(p, r)
  let fraction = r.addingProduct(r * r, p)
  // The low bits of `shifted` are n: moved to the exponent they make 2^n.
  let bits = unsafeBitCast(shifted, to: VectorBits.self)
  let power = unsafeBitCast(
    (bits &<< VectorBits(repeating: 52)) &+ VectorBits(repeating: 1023 << 52), to: Vector.self
  )
  return (power, fraction)
}

/// x within ±708. Two blends: `clamped` would be two calls.
@inline(__always)
private func bounded(_ x: Vector) -> Vector {
  x.replacing(with: Vector(repeating: -708), where: x .< Vector(repeating: -708))
    .replacing(with: Vector(repeating: 708), where: x .> Vector(repeating: 708))
}

/// e^x to 1 ulp for x in −708…708; 0 below, e^708 above, so that nothing overflows.
@inline(__always)
func vectorExp(_ x: Vector) -> Vector {
  let bounded = bounded(x)
  let (power, fraction) = splitExponential(bounded)
  let value = power.addingProduct(power, fraction)
  return value.replacing(with: Vector.zero, where: x .< Vector(repeating: -708))
}

/// e^x − 1, with small relative error near 0 too; −1 below −708, e^708 above 708.
@inline(__always)
func vectorExpMinusOne(_ x: Vector) -> Vector {
  let bounded = bounded(x)
  let (power, fraction) = splitExponential(bounded)
  return (power - 1).addingProduct(power, fraction)
}

/// e^x and e^x − 1, each with small relative error, for x in −708…708; e^±708 and that less 1 beyond.
@inline(__always)
func vectorExpBoth(_ x: Vector) -> (value: Vector, minusOne: Vector) {
  let (power, fraction) = splitExponential(bounded(x))
  return (power.addingProduct(power, fraction), (power - 1).addingProduct(power, fraction))
}

/// The natural logarithm to 1 ulp, of positive normal numbers.
@inline(__always)
func vectorLog(_ x: Vector) -> Vector {
  // x = 2^k m with m in [√½, √2): adding the distance of √½ from 1 to the bits carries into the exponent.
  let bits = unsafeBitCast(x, to: VectorBits.self)
  let offset = VectorBits(repeating: 0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd)
  let moved = bits &+ offset
  // Exponent field − 1023 as a double: the field in the low bits of 2^52, less 2^52 and 1023.
  let exponent = unsafeBitCast(
    (moved &>> VectorBits(repeating: 52)) | VectorBits(repeating: 0x4330_0000_0000_0000),
    to: Vector.self)
  let k = exponent - Vector(repeating: 0x1p52 + 1023)
  let mantissa = unsafeBitCast(
    (moved & VectorBits(repeating: 0x000f_ffff_ffff_ffff))
      &+ VectorBits(repeating: 0x3fe6_a09e_667f_3bcd), to: Vector.self)
  return vectorLog(k: k, fraction: mantissa - 1, divisor: mantissa + 1)
}

/// k ln 2 + ln(1 + f), the divisor being 2 + f; FreeBSD msun's polynomial in s = f / (2 + f).
@inline(__always)
private func vectorLog(k: Vector, fraction f: Vector, divisor: Vector) -> Vector {
  let s = f / divisor
  let z = s * s
  var p = Vector(repeating: 1.479819860511658591e-01)
  p = Vector(repeating: 1.531383769920937332e-01).addingProduct(p, z)
  p = Vector(repeating: 1.818357216161805012e-01).addingProduct(p, z)
  p = Vector(repeating: 2.222219843214978396e-01).addingProduct(p, z)
  p = Vector(repeating: 2.857142874366239149e-01).addingProduct(p, z)
  p = Vector(repeating: 3.999999999940941908e-01).addingProduct(p, z)
  p = Vector(repeating: 6.666666666666735130e-01).addingProduct(p, z)
  let half = 0.5 * f * f
  // k ln2High is exact for the 11 bits of k, since ln2High here has 33 bits.
  let high = k * Vector(repeating: 6.93147180369123816490e-01)
  let low = k * Vector(repeating: 1.90821492927058770002e-10)
  return high - ((half - (s * (half + p * z) + low)) - f)
}

/// ln(1 + x) for x ≥ −½, with small relative error near 0 too.
@inline(__always)
func vectorLogOnePlus(_ x: Vector) -> Vector {
  let w = x + 1
  // What rounding 1 + x lost comes back as a first-order correction.
  return vectorLog(w) + (x - (w - 1)) / w
}

/// The fixed-order sum of the lanes: the same on every machine.
@inline(__always)
func laneSum(_ v: Vector) -> Double {
  let two = v.lowHalf + v.highHalf
  return two.x + two.y
}
