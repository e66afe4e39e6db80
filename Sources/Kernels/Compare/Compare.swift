import CPlatform

/// Compares of a column with constants, full SIMD width at a time, into bitmaps.
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

  /// A scalar loop over 64 lanes into bytes of 0 and −1, which the compiler turns into compares and packs of
  /// full width for every type; SIMD types in generic code run lane by lane, about 30 times slower.
  @inline(__always)
  private static func wholeRange<T: FixedWidthInteger>(
    _ values: UnsafeBufferPointer<T>, _ low: Int64, _ high: Int64, _ isNegated: Bool,
    _ words: UnsafeMutableBufferPointer<UInt64>
  ) {
    precondition(words.count == (values.count + 63) / 64, "one word for 64 rows")
    let least = T(clamping: low)
    let most = T(clamping: high)
    guard low <= high, Int64(least) <= high, Int64(most) >= low, let value = values.baseAddress
    else {
      fill(words, isNegated, values.count)
      return
    }
    let base = T.Magnitude(truncatingIfNeeded: least)
    let span = T.Magnitude(truncatingIfNeeded: most) &- base
    let flip: UInt64 = isNegated ? .max : 0
    withUnsafeTemporaryAllocation(of: Int8.self, capacity: 64) { lanes in
      let lane = lanes.baseAddress!
      for w in 0..<values.count / 64 {
        let at = value + w &* 64
        for i in 0..<64 {
          lane[i] = T.Magnitude(truncatingIfNeeded: at[i]) &- base <= span ? -1 : 0
        }
        words[w] = signBits(lane) ^ flip
      }
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
  private static func floatRange<T: BinaryFloatingPoint>(
    _ values: UnsafeBufferPointer<T>, _ low: T, _ high: T, _ isNegated: Bool,
    _ words: UnsafeMutableBufferPointer<UInt64>
  ) {
    precondition(words.count == (values.count + 63) / 64, "one word for 64 rows")
    guard let value = values.baseAddress else { return }
    let flip: UInt64 = isNegated ? .max : 0
    withUnsafeTemporaryAllocation(of: Int8.self, capacity: 64) { lanes in
      let lane = lanes.baseAddress!
      for w in 0..<values.count / 64 {
        let at = value + w &* 64
        for i in 0..<64 { lane[i] = (at[i] >= low ? -1 : 0) & (at[i] <= high ? -1 : 0) }
        words[w] = signBits(lane) ^ flip
      }
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

  /// Bit i is the sign of lane i; the 64 lanes are 0 or −1.
  @inline(__always)
  static func signBits(_ lanes: UnsafeMutablePointer<Int8>) -> UInt64 {
    let pointer = UnsafeRawPointer(lanes)
    #if STRATA_X86_64_V3
      let low = strata_sign_bits(pointer.loadUnaligned(as: SIMD32<Int8>.self))
      let high = strata_sign_bits(
        pointer.loadUnaligned(fromByteOffset: 32, as: SIMD32<Int8>.self))
      return UInt64(low) | UInt64(high) << 32
    #else
      // Eight bytes of 0 or 1 times this constant: their sum of shifts puts byte i's bit at bit 56 + i.
      var word: UInt64 = 0
      for i in 0..<8 {
        let bytes = UInt64(
          littleEndian: pointer.loadUnaligned(fromByteOffset: i &* 8, as: UInt64.self))
        let ones = bytes & 0x0101_0101_0101_0101
        word |= ((ones &* 0x0102_0408_1020_4080) &>> 56) &<< UInt64(i &* 8)
      }
      return word
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

  /// Smallest and largest value; nil of no values. One pass.
  package static func bounds(_ values: UnsafeBufferPointer<UInt8>) -> ClosedRange<Int64>? {
    leastAndMost(values)
  }

  package static func bounds(_ values: UnsafeBufferPointer<Int8>) -> ClosedRange<Int64>? {
    leastAndMost(values)
  }

  package static func bounds(_ values: UnsafeBufferPointer<UInt16>) -> ClosedRange<Int64>? {
    leastAndMost(values)
  }

  package static func bounds(_ values: UnsafeBufferPointer<Int16>) -> ClosedRange<Int64>? {
    leastAndMost(values)
  }

  package static func bounds(_ values: UnsafeBufferPointer<Int32>) -> ClosedRange<Int64>? {
    leastAndMost(values)
  }

  @inline(__always)
  private static func leastAndMost<T: FixedWidthInteger>(
    _ values: UnsafeBufferPointer<T>
  ) -> ClosedRange<Int64>? {
    guard var least = values.first else { return nil }
    var most = least
    for value in values {
      least = value < least ? value : least
      most = value > most ? value : most
    }
    return Int64(least)...Int64(most)
  }
}
