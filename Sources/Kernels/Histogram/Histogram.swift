/// Smallest and largest value; nil when there is none.
package func extremes(_ values: UnsafeBufferPointer<Int32>) -> (minimum: Int32, maximum: Int32)? {
  guard var low = values.first else { return nil }
  var high = low
  for value in values {
    low = min(low, value)
    high = max(high, value)
  }
  return (low, high)
}

/// Adds to `counts[v - minimum]` for every value v, all of which must lie in `minimum ..< minimum + counts.count`.
///
/// Neighbouring values go to two tables in turn and are merged at the end: a run of equal values, the rule
/// for order counts, would otherwise wait for its own store at every step. `spare` is the second table,
/// as long as the first, zero before and after.
package func countValues(
  _ values: UnsafeBufferPointer<Int32>, minimum: Int32,
  into counts: UnsafeMutableBufferPointer<UInt32>, spare: UnsafeMutableBufferPointer<UInt32>
) {
  precondition(spare.count == counts.count)
  let pairEnd = values.count & ~1
  var i = 0
  while i < pairEnd {
    counts[Int(values[i] &- minimum)] &+= 1
    spare[Int(values[i + 1] &- minimum)] &+= 1
    i += 2
  }
  if i < values.count { counts[Int(values[i] &- minimum)] &+= 1 }
  for i in counts.indices {
    counts[i] &+= spare[i]
    spare[i] = 0
  }
}

/// Adds the counts of each of the byte values to `counts`, which has room for every value that occurs.
///
/// Four neighbours go to four tables, for the reason given above.
package func countBytes(
  _ values: UnsafeBufferPointer<UInt8>, into counts: UnsafeMutableBufferPointer<Int>
) {
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1_024) { tables in
    tables.initialize(repeating: 0)
    let end = values.count & ~3
    var i = 0
    while i < end {
      tables[Int(values[i])] &+= 1
      tables[256 &+ Int(values[i + 1])] &+= 1
      tables[512 &+ Int(values[i + 2])] &+= 1
      tables[768 &+ Int(values[i + 3])] &+= 1
      i += 4
    }
    while i < values.count {
      tables[Int(values[i])] &+= 1
      i += 1
    }
    for value in 0..<256 {
      let count = tables[value] + tables[256 + value] + tables[512 + value] + tables[768 + value]
      if count != 0 {
        precondition(value < counts.count, "a value without a count")
        counts[value] += Int(count)
      }
    }
  }
}

/// Buckets whose width grows with the value, 128 to every doubling: for values of any scale, money above all.
///
/// For v ≥ 0 the bucket is made of the exponent and the first 7 bits of the mantissa of v + 1; negative values
/// mirror that below. Larger values never fall into lower buckets, which is all that selection needs.
package enum LogLinear {
  /// Number of buckets.
  package static let bucketCount = 16_384
  static let half = 8_192

  @inline(__always)
  static func bucket(_ value: Int64) -> Int {
    let steps = magnitudeSteps(Double(value.magnitude))
    return value < 0 ? half - 1 - steps : half + steps
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

/// Adds the counts of each log-linear bucket to `counts` (`LogLinear.bucketCount` of them).
package func countLogLinear(
  _ values: UnsafeBufferPointer<Int64>, into counts: UnsafeMutableBufferPointer<UInt32>
) {
  precondition(counts.count == LogLinear.bucketCount)
  for value in values { counts[LogLinear.bucket(value)] &+= 1 }
}

/// As for integers; the values are finite.
package func countLogLinear(
  _ values: UnsafeBufferPointer<Double>, into counts: UnsafeMutableBufferPointer<UInt32>
) {
  precondition(counts.count == LogLinear.bucketCount)
  for value in values { counts[LogLinear.bucket(value)] &+= 1 }
}
