/// Bit packing of unsigned integers: value i stands in bits i·width ..< (i + 1)·width of the packed bytes,
/// least significant bit first.
///
/// Packed is the residual of a value, (value − base) / divisor, so that money in whole cents and days of one
/// year take 16 and 9 bits instead of 64 and 32. Signed columns pass their bit patterns: all arithmetic wraps.
///
///     values 7 9 13, base 7, divisor 2  →  residuals 0 1 3, width 2  →  byte 0b00_11_01_00
package enum BitPacking {
  /// Bytes that `pack` may write past the packed ones.
  package static let slackByteCount = 8

  /// Bytes that `count` values of `width` bits fill.
  package static func packedByteCount(count: Int, width: Int) -> Int {
    // Blocks hold at most a few million values, so count · 64 is far from overflow.
    (count * width + 7) / 8
  }

  /// Bits that a residual up to `maximum` needs; 0 for 0.
  package static func width(of maximum: UInt64) -> Int { 64 - maximum.leadingZeroBitCount }
}

/// A divisor known to divide what it is applied to: an odd part divided by multiplication with its inverse
/// modulo 2⁶⁴, and a power of two divided by a shift.
package struct ExactDivisor: Sendable {
  package let value: UInt64
  /// The inverse of the odd part modulo 2⁶⁴ (and so, truncated, modulo every smaller power of two).
  package let inverse: UInt64
  package let shift: Int

  /// `value` is at least 1.
  package init(_ value: UInt64) {
    precondition(value > 0, "a divisor is not zero")
    self.value = value
    shift = value.trailingZeroBitCount
    let odd = value >> UInt64(shift)
    // Newton: odd·odd ≡ 1 mod 8 gives 3 right bits, each step doubles them: 3, 6, 12, 24, 48, 96.
    var inverse = odd
    for _ in 0..<5 { inverse &*= 2 &- odd &* inverse }
    self.inverse = inverse
  }

  package static let one = ExactDivisor(1)
}
