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
  var i = 0
  while i < values.count {
    // Whole runs that the divisor so far divides are passed without a branch a value.
    let end = min(i &+ 256, values.count)
    if common != 0 && isDivisible(values, base, i..<end, by: common) {
      i = end
      continue
    }
    for k in i..<end { common = greatestCommonDivisor(UInt64(values[k] &- base), common) }
    if common == 1 { return 1 }
    i = end
  }
  return max(1, common)
}

/// In 32 bits where the differences and the divisor fit: eight a step.
@inline(__always)
private func isDivisible<Element: FixedWidthInteger & UnsignedInteger>(
  _ values: UnsafeBufferPointer<Element>, _ base: Element, _ run: Range<Int>, by divisor: UInt64
) -> Bool {
  let exact = ExactDivisor(divisor)
  if divisor <= UInt64(UInt32.max) {
    let inverse = UInt32(truncatingIfNeeded: exact.inverse)
    let right = UInt32(truncatingIfNeeded: exact.shift)
    let left = UInt32(truncatingIfNeeded: 32 &- exact.shift) & 31
    let limit = UInt32.max / UInt32(divisor)
    var high: Element = 0
    var greatest: UInt32 = 0
    for k in run {
      let difference = values[k] &- base
      high |= difference
      let product = UInt32(truncatingIfNeeded: difference) &* inverse
      greatest = max(greatest, (product &>> right) | (product &<< left))
    }
    if UInt64(high) <= UInt64(UInt32.max) { return greatest <= limit }
  }
  let inverse = exact.inverse
  let right = UInt64(truncatingIfNeeded: exact.shift)
  let left = UInt64(truncatingIfNeeded: 64 &- exact.shift)
  let limit = UInt64.max / divisor
  var rest: UInt64 = 0
  for k in run {
    let product = UInt64(values[k] &- base) &* inverse
    let turned = (product &>> right) | (product &<< left)
    rest |= turned > limit ? 1 : 0
  }
  return rest == 0
}

/// Of two numbers, by Euclid; of 0 and n it is n.
private func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}
