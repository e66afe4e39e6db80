import CPlatform

/// Compares of a column with constants, 32 lanes at a time, into bitmaps.
///
/// Every comparison with constants is a range: `x < c` is min ≤ x ≤ c − 1, `x = c` is c ≤ x ≤ c. For whole
/// numbers the range is one unsigned compare of x − low with high − low; a low above the high holds for no row.
package enum Compare {
  /// Bit i of `words` is low ≤ values[i] ≤ high, or its opposite; bits past the end are 0.
  ///
  /// `words` has ⌈values.count / 64⌉ entries. One pass, no allocation.
  package static func inRange(
    _ values: UnsafeBufferPointer<UInt8>, _ low: Int64, _ high: Int64, _ isNegated: Bool,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) { wholeRange(values, low, high, isNegated, words) }

  package static func inRange(
    _ values: UnsafeBufferPointer<UInt16>, _ low: Int64, _ high: Int64, _ isNegated: Bool,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) { wholeRange(values, low, high, isNegated, words) }

  package static func inRange(
    _ values: UnsafeBufferPointer<UInt32>, _ low: Int64, _ high: Int64, _ isNegated: Bool,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) { wholeRange(values, low, high, isNegated, words) }

  package static func inRange(
    _ values: UnsafeBufferPointer<Int8>, _ low: Int64, _ high: Int64, _ isNegated: Bool,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) { wholeRange(values, low, high, isNegated, words) }

  package static func inRange(
    _ values: UnsafeBufferPointer<Int16>, _ low: Int64, _ high: Int64, _ isNegated: Bool,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) { wholeRange(values, low, high, isNegated, words) }

  package static func inRange(
    _ values: UnsafeBufferPointer<Int32>, _ low: Int64, _ high: Int64, _ isNegated: Bool,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) { wholeRange(values, low, high, isNegated, words) }

  package static func inRange(
    _ values: UnsafeBufferPointer<Int64>, _ low: Int64, _ high: Int64, _ isNegated: Bool,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) { wholeRange(values, low, high, isNegated, words) }

  @inline(__always)
  private static func wholeRange<T: FixedWidthInteger & SIMDScalar>(
    _ values: UnsafeBufferPointer<T>, _ low: Int64, _ high: Int64, _ isNegated: Bool,
    _ words: UnsafeMutableBufferPointer<UInt64>
  ) where T.Magnitude: SIMDScalar {
    precondition(words.count == (values.count + 63) / 64, "one word for 64 rows")
    let least = T(clamping: low)
    let most = T(clamping: high)
    if low > high || Int64(least) > high || Int64(most) < low {
      fill(words, isNegated, values.count)
      return
    }
    let base = T.Magnitude(truncatingIfNeeded: least)
    let span = T.Magnitude(truncatingIfNeeded: most) &- base
    let lowest = SIMD32(repeating: base)
    let widest = SIMD32(repeating: span)
    let flip: UInt64 = isNegated ? .max : 0
    let pointer = UnsafeRawPointer(values.baseAddress)
    for w in 0..<values.count / 64 {
      let at = pointer! + w &* 64 &* MemoryLayout<T>.size
      let x = at.loadUnaligned(as: SIMD32<T.Magnitude>.self) &- lowest
      let y =
        (at + 32 &* MemoryLayout<T>.size).loadUnaligned(as: SIMD32<T.Magnitude>.self)
        &- lowest
      words[w] = bits(x .<= widest, y .<= widest) ^ flip
    }
    let whole = values.count / 64 * 64
    if whole == values.count { return }
    var word: UInt64 = 0
    for i in whole..<values.count {
      let isInside = T.Magnitude(truncatingIfNeeded: values[i]) &- base <= span
      word |= (isInside != isNegated ? 1 : 0) << UInt64(i - whole)
    }
    words[words.count - 1] = word
  }

  /// All ones or all zeros, bits past the end 0.
  private static func fill(
    _ words: UnsafeMutableBufferPointer<UInt64>, _ bit: Bool, _ count: Int
  ) {
    words.update(repeating: bit ? .max : 0)
    if bit, count % 64 != 0 { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
  }

  /// The same over floats; NaN is in no range.
  package static func inRange(
    _ values: UnsafeBufferPointer<Double>, _ low: Double, _ high: Double, _ isNegated: Bool,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) { floatRange(values, low, high, isNegated, words) }

  /// The same over single-precision floats, bounds in double precision.
  package static func inRange(
    _ values: UnsafeBufferPointer<Float>, _ low: Double, _ high: Double, _ isNegated: Bool,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) {
    // The nearest single-precision bounds inside the range: they hold for the same single-precision values.
    var least = Float(low)
    if Double(least) < low { least = least.nextUp }
    var most = Float(high)
    if Double(most) > high { most = most.nextDown }
    floatRange(values, least, most, isNegated, words)
  }

  @inline(__always)
  private static func floatRange<T: BinaryFloatingPoint & SIMDScalar>(
    _ values: UnsafeBufferPointer<T>, _ low: T, _ high: T, _ isNegated: Bool,
    _ words: UnsafeMutableBufferPointer<UInt64>
  ) {
    precondition(words.count == (values.count + 63) / 64, "one word for 64 rows")
    let lowest = SIMD32(repeating: low)
    let highest = SIMD32(repeating: high)
    let flip: UInt64 = isNegated ? .max : 0
    let pointer = UnsafeRawPointer(values.baseAddress)
    for w in 0..<values.count / 64 {
      let at = pointer! + w &* 64 &* MemoryLayout<T>.size
      let x = at.loadUnaligned(as: SIMD32<T>.self)
      let y = (at + 32 &* MemoryLayout<T>.size).loadUnaligned(as: SIMD32<T>.self)
      words[w] =
        bits((x .>= lowest) .& (x .<= highest), (y .>= lowest) .& (y .<= highest)) ^ flip
    }
    let whole = values.count / 64 * 64
    if whole == values.count { return }
    var word: UInt64 = 0
    for i in whole..<values.count {
      let isInside = values[i] >= low && values[i] <= high
      word |= (isInside != isNegated ? 1 : 0) << UInt64(i - whole)
    }
    words[words.count - 1] = word
  }

  /// 64 lanes as bits.
  @inline(__always)
  private static func bits<T: FixedWidthInteger & SignedInteger & SIMDScalar>(
    _ a: SIMDMask<SIMD32<T>>, _ b: SIMDMask<SIMD32<T>>
  ) -> UInt64 {
    let x = SIMD32<Int8>(truncatingIfNeeded: unsafeBitCast(a, to: SIMD32<T>.self))
    let y = SIMD32<Int8>(truncatingIfNeeded: unsafeBitCast(b, to: SIMD32<T>.self))
    return UInt64(signBits(x)) | UInt64(signBits(y)) << 32
  }

  /// Bit i is the sign of lane i; lanes are 0 or −1.
  @inline(__always)
  private static func signBits(_ lanes: SIMD32<Int8>) -> UInt32 {
    #if STRATA_X86_64_V3
      return strata_sign_bits(lanes)
    #else
      // Eight bytes of 0 or 1 times this constant: their sum of shifts puts byte i's bit at bit 56 + i.
      let quads = unsafeBitCast(lanes, to: SIMD4<UInt64>.self) & 0x0101_0101_0101_0101
      let bytes = (quads &* 0x0102_0408_1020_4080) &>> 56
      return UInt32(truncatingIfNeeded: bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24)
    #endif
  }

  /// a and b, in place.
  package static func and(
    _ a: UnsafeMutableBufferPointer<UInt64>, _ b: UnsafeBufferPointer<UInt64>
  ) {
    precondition(a.count == b.count, "bitmaps of one length")
    for i in 0..<a.count { a[i] &= b[i] }
  }

  /// Ones in the words.
  package static func oneCount(_ words: UnsafeBufferPointer<UInt64>) -> Int {
    var total = 0
    for word in words { total &+= word.nonzeroBitCount }
    return total
  }
}
