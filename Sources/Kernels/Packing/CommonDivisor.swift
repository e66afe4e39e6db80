/// The greatest divisor that the differences (value − base) of a block have in common: 100 for amounts in
/// whole cents, 10 000 in whole units. Dividing by it before packing takes 6.6 or 13.3 bits off each value.
package enum CommonDivisor {
  package static func find(
    in values: UnsafeBufferPointer<UInt16>, base: UInt16
  ) -> UInt64 { divisor(values, base) }
  package static func find(
    in values: UnsafeBufferPointer<UInt32>, base: UInt32
  ) -> UInt64 { divisor(values, base) }
  package static func find(
    in values: UnsafeBufferPointer<UInt64>, base: UInt64
  ) -> UInt64 { divisor(values, base) }
}

/// 1 when there is nothing to gain (no common divisor, or all differences are 0).
///
/// Cost: unusual data is left after a few values; the pass over divisible data is a multiplication, a
/// rotation and a comparison a value. n is divisible by d = odd · 2ˢ exactly when n · odd⁻¹ (mod 2⁶⁴), turned
/// right by s, is at most (2⁶⁴ − 1) / d (Granlund and Montgomery 1994, section 9).
@inline(__always)
private func divisor<Element: FixedWidthInteger & UnsignedInteger>(
  _ values: UnsafeBufferPointer<Element>, _ base: Element
) -> UInt64 {
  var common: UInt64 = 0
  var exact = ExactDivisor.one
  var limit = UInt64.max
  for value in values {
    let difference = UInt64(value &- base)
    let product = difference &* exact.inverse
    let turned =
      (product &>> UInt64(truncatingIfNeeded: exact.shift))
      | (product &<< UInt64(truncatingIfNeeded: 64 &- exact.shift))
    if turned <= limit && common != 0 { continue }
    common = greatestCommonDivisor(common, difference)
    if common == 1 { return 1 }
    if common != 0 {
      exact = ExactDivisor(common)
      limit = .max / common
    }
  }
  return max(1, common)
}

/// Of two numbers, by Euclid; of 0 and n it is n.
private func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}
