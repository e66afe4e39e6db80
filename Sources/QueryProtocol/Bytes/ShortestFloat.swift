import JSONText

/// The shortest decimal that reads back as the same Float: `digits` × 10^`exponent`.
///
/// Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles", 2020, sections 9 and 10, for 32-bit
/// floats as in Alexander Bolz' Drachennest): one table look-up and three multiplications, no loop. Profiles
/// carry several Floats, and writing each by way of `description` would be half the cost of a reply.
struct ShortestFloat {
  let digits: UInt32
  let exponent: Int

  /// Of a finite, positive value.
  init(_ value: Float) {
    let bits = value.bitPattern
    let fraction = bits & 0x7F_FFFF
    let biased = Int((bits >> 23) & 0xFF)
    let c = biased == 0 ? fraction : fraction | 0x80_0000
    let q = biased == 0 ? -149 : biased - 150
    if q <= 0 && q > -24 && c & ((1 << UInt32(-q)) - 1) == 0 {
      (digits, exponent) = (c >> UInt32(-q), 0)
      return
    }
    let isOdd: UInt32 = c & 1
    // Just above a power of two the neighbour below is half as far away.
    let closerBelow = fraction == 0 && biased > 1
    let k = (q * 1_262_611 - (closerBelow ? 524_031 : 0)) >> 22
    let shift = UInt32(q + ((-k * 1_741_647) >> 19) + 1)
    let power = ShortestFloat.powers[-k + 31]
    let low = roundToOdd(power, (4 * c - 2 + (closerBelow ? 1 : 0)) << shift) + isOdd
    let mid = roundToOdd(power, (4 * c) << shift)
    let high = roundToOdd(power, (4 * c + 2) << shift) - isOdd

    let s = mid / 4
    if s >= 10 {
      let tens = s / 10
      let below = low <= 40 * tens
      let above = 40 * tens + 40 <= high
      if below != above {
        (digits, exponent) = (tens + (above ? 1 : 0), k + 1)
        return
      }
    }
    let below = low <= 4 * s
    let above = 4 * s + 4 <= high
    if below != above {
      (digits, exponent) = (s + (above ? 1 : 0), k)
      return
    }
    let half = 4 * s + 2
    let roundsUp = mid > half || (mid == half && s & 1 == 1)
    (digits, exponent) = (s + (roundsUp ? 1 : 0), k)
  }

  /// ⌈10^k · 2^(63 − ⌊log₂ 10^k⌋)⌉ for k = −31…46.
  private static let powers: [UInt64] = [
    0x81ceb32c4b43fcf5, 0xa2425ff75e14fc32, 0xcad2f7f5359a3b3f, 0xfd87b5f28300ca0e,
    0x9e74d1b791e07e49, 0xc612062576589ddb, 0xf79687aed3eec552, 0x9abe14cd44753b53,
    0xc16d9a0095928a28, 0xf1c90080baf72cb2, 0x971da05074da7bef, 0xbce5086492111aeb,
    0xec1e4a7db69561a6, 0x9392ee8e921d5d08, 0xb877aa3236a4b44a, 0xe69594bec44de15c,
    0x901d7cf73ab0acda, 0xb424dc35095cd810, 0xe12e13424bb40e14, 0x8cbccc096f5088cc,
    0xafebff0bcb24aaff, 0xdbe6fecebdedd5bf, 0x89705f4136b4a598, 0xabcc77118461cefd,
    0xd6bf94d5e57a42bd, 0x8637bd05af6c69b6, 0xa7c5ac471b478424, 0xd1b71758e219652c,
    0x83126e978d4fdf3c, 0xa3d70a3d70a3d70b, 0xcccccccccccccccd, 0x8000000000000000,
    0xa000000000000000, 0xc800000000000000, 0xfa00000000000000, 0x9c40000000000000,
    0xc350000000000000, 0xf424000000000000, 0x9896800000000000, 0xbebc200000000000,
    0xee6b280000000000, 0x9502f90000000000, 0xba43b74000000000, 0xe8d4a51000000000,
    0x9184e72a00000000, 0xb5e620f480000000, 0xe35fa931a0000000, 0x8e1bc9bf04000000,
    0xb1a2bc2ec5000000, 0xde0b6b3a76400000, 0x8ac7230489e80000, 0xad78ebc5ac620000,
    0xd8d726b7177a8000, 0x878678326eac9000, 0xa968163f0a57b400, 0xd3c21bcecceda100,
    0x84595161401484a0, 0xa56fa5b99019a5c8, 0xcecb8f27f4200f3a, 0x813f3978f8940985,
    0xa18f07d736b90be6, 0xc9f2c9cd04674edf, 0xfc6f7c4045812297, 0x9dc5ada82b70b59e,
    0xc5371912364ce306, 0xf684df56c3e01bc7, 0x9a130b963a6c115d, 0xc097ce7bc90715b4,
    0xf0bdc21abb48db21, 0x96769950b50d88f5, 0xbc143fa4e250eb32, 0xeb194f8e1ae525fe,
    0x92efd1b8d0cf37bf, 0xb7abc627050305ae, 0xe596b7b0c643c71a, 0x8f7e32ce7bea5c70,
    0xb35dbf821ae4f38c, 0xe0352f62a19e306f,
  ]
}

/// The upper 32 bits of g · c / 2^64, with the lowest bit set when anything was cut off.
@inline(__always)
private func roundToOdd(_ g: UInt64, _ c: UInt32) -> UInt32 {
  let product = g.multipliedFullWidth(by: UInt64(c))
  return UInt32(truncatingIfNeeded: product.high) | (product.low >> 32 > 1 ? 1 : 0)
}

extension NumberText {
  /// The shortest decimal of a Float; `null` when it is not finite.
  static func write(float value: Float, to out: UnsafeMutablePointer<UInt8>) -> Int {
    guard value.isFinite else { return write(text: "null", to: out) }
    if value == 0 { return write(text: value.sign == .minus ? "-0.0" : "0.0", to: out) }
    let shortest = ShortestFloat(value.magnitude)
    let sign = value < 0 ? 1 : 0
    out[0] = UInt8(ascii: "-")
    return sign
      + write(digits: UInt64(shortest.digits), exponent: shortest.exponent, to: out + sign)
  }

  /// The shortest decimal of a Double; `null` when it is not finite.
  ///
  /// A decimal of at most 15 digits is the only one of at most 15 digits that reads as its Double: when the
  /// value times 10⁴ is such an integer and divides back to the value, it is the shortest.
  static func write(double value: Double, to out: UnsafeMutablePointer<UInt8>) -> Int {
    guard value.isFinite else { return write(text: "null", to: out) }
    if value == 0 { return write(text: value.sign == .minus ? "-0.0" : "0.0", to: out) }
    let scaled = (value.magnitude * 10_000).rounded()
    if scaled >= 1 && scaled < 1e15 && scaled / 10_000 == value.magnitude {
      let sign = value < 0 ? 1 : 0
      out[0] = UInt8(ascii: "-")
      return sign + write(digits: UInt64(scaled), exponent: -4, to: out + sign)
    }
    return write(text: JSON.numberText(value), to: out)
  }

  /// `digits` × 10^`exponent` without trailing zeros: plain when it is 10⁻⁶…10¹⁶, else with an exponent.
  private static func write(
    digits: UInt64, exponent: Int, to out: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var digits = digits
    var exponent = exponent
    while digits % 10 == 0 {
      digits /= 10
      exponent += 1
    }
    let digitCount = decimalDigitCount(digits)
    let pointAt = digitCount + exponent
    if exponent >= 0 && pointAt <= 16 {
      writeDecimal(digits, digitCount: digitCount, to: out)
      for i in digitCount..<pointAt { out[i] = UInt8(ascii: "0") }
      out[pointAt] = UInt8(ascii: ".")
      out[pointAt + 1] = UInt8(ascii: "0")
      return pointAt + 2
    }
    if pointAt > 0 && exponent < 0 {
      writeDecimal(digits, digitCount: digitCount, to: out + 1)
      for i in 0..<pointAt { out[i] = out[i + 1] }
      out[pointAt] = UInt8(ascii: ".")
      return digitCount + 1
    }
    if pointAt > -6 && pointAt <= 0 {
      out[0] = UInt8(ascii: "0")
      out[1] = UInt8(ascii: ".")
      for i in 0..<(-pointAt) { out[2 + i] = UInt8(ascii: "0") }
      writeDecimal(digits, digitCount: digitCount, to: out + 2 - pointAt)
      return 2 - pointAt + digitCount
    }
    writeDecimal(digits, digitCount: digitCount, to: out + 1)
    out[0] = out[1]
    out[1] = UInt8(ascii: ".")
    if digitCount == 1 { out[2] = UInt8(ascii: "0") }
    let mantissaCount = max(3, digitCount + 1)
    out[mantissaCount] = UInt8(ascii: "e")
    return mantissaCount + 1 + write(integer: Int64(pointAt - 1), to: out + mantissaCount + 1)
  }
}
