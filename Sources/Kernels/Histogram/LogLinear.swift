/// Buckets whose width grows with the value, 128 to every doubling: for values of any scale, money above all.
///
/// For v ≥ 0 the bucket is made of the exponent and the first 7 bits of the mantissa of v + 1; negative values
/// mirror that below. Larger values never fall into lower buckets, which is all that selection needs. Integers from
/// 2⁵¹ on share one bucket on either side.
package enum LogLinear {
  /// Number of buckets.
  package static let bucketCount = 16_384
  static let half = 8_192

  /// Eight at a time: a whole number below 2⁵² is the mantissa of itself and 2⁵².
  @inline(__always)
  static func buckets(_ values: SIMD8<Int64>) -> SIMD8<Int64> {
    let zero = SIMD8<Int64>(repeating: 0)
    let signs = unsafeBitCast(values .< zero, to: SIMD8<Int64>.self)
    // −v − 1 for negative v, which fits whatever v is.
    var folded = values ^ signs
    let limit = SIMD8<Int64>(repeating: magnitudeLimit)
    let isBeyond = unsafeBitCast(limit .< folded, to: SIMD8<Int64>.self)
    folded = (folded & ~isBeyond) | (limit & isBeyond)
    let two52 = SIMD8<Double>(repeating: 0x1p52)
    let magnitudes =
      unsafeBitCast(
        (folded &- signs) | unsafeBitCast(two52, to: SIMD8<Int64>.self), to: SIMD8<Double>.self)
      - two52
    let bits = unsafeBitCast(magnitudes + 1, to: SIMD8<Int64>.self)
    let steps = (bits &- Int64(bitPattern: (1.0).bitPattern)) &>> 45
    // half + steps, or half − 1 − steps.
    return (steps ^ signs) &+ Int64(half)
  }

  /// Of the number below the magnitude, see there.
  private static let magnitudeLimit: Int64 = 1 << 51 - 2

  /// The buckets of up to 2,048 values.
  @inline(__always)
  static func fillBuckets(
    _ values: UnsafeBufferPointer<Int64>, into buckets: UnsafeMutableBufferPointer<Int64>
  ) {
    let raw = UnsafeRawBufferPointer(values)
    let out = UnsafeMutableRawBufferPointer(buckets)
    let vectorCount = values.count / 8
    for vector in 0..<vectorCount {
      let found = LogLinear.buckets(
        raw.loadUnaligned(fromByteOffset: 64 &* vector, as: SIMD8<Int64>.self))
      out.storeBytes(of: found, toByteOffset: 64 &* vector, as: SIMD8<Int64>.self)
    }
    for i in 8 &* vectorCount..<values.count {
      buckets[i] = Int64(bucket(values[i]))
    }
  }

  @inline(__always)
  static func bucket(_ value: Int64) -> Int {
    Int(truncatingIfNeeded: buckets(SIMD8(repeating: value))[0])
  }

  /// The value is scaled by 2¹⁴, so that fractions spread too.
  @inline(__always)
  static func bucket(_ value: Double) -> Int {
    let steps = magnitudeSteps(value.magnitude * 16_384)
    return value < 0 ? half - 1 - steps : half + steps
  }

  @inline(__always)
  private static func magnitudeSteps(_ magnitude: Double) -> Int {
    let bits = (magnitude + 1).bitPattern &- (1.0).bitPattern
    return min(Int(truncatingIfNeeded: bits >> 45), half - 1)
  }
}

/// Values whose buckets are found at a time: they and their buckets stay in the first-level cache.
let bucketBlockCount = 2_048

/// Adds the counts of each log-linear bucket to `counts` (`LogLinear.bucketCount` of them).
package func countLogLinear(
  _ values: UnsafeBufferPointer<Int64>, into counts: UnsafeMutableBufferPointer<UInt32>
) {
  precondition(counts.count == LogLinear.bucketCount)
  withUnsafeTemporaryAllocation(of: Int64.self, capacity: bucketBlockCount) { buckets in
    for start in stride(from: 0, to: values.count, by: bucketBlockCount) {
      let count = min(bucketBlockCount, values.count &- start)
      LogLinear.fillBuckets(
        UnsafeBufferPointer(rebasing: values[start..<start &+ count]), into: buckets)
      for i in 0..<count { counts[Int(buckets[i])] &+= 1 }
    }
  }
}

/// As for integers; the values are finite.
package func countLogLinear(
  _ values: UnsafeBufferPointer<Double>, into counts: UnsafeMutableBufferPointer<UInt32>
) {
  precondition(counts.count == LogLinear.bucketCount)
  for value in values { counts[LogLinear.bucket(value)] &+= 1 }
}
