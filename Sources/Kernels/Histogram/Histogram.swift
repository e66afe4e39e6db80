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
package func countBytes(
  _ values: UnsafeBufferPointer<UInt8>, into counts: UnsafeMutableBufferPointer<Int>
) {
  if counts.count <= 16 { countFewBytes(values, counts) } else { countManyBytes(values, counts) }
}

/// Compares 32 bytes at a time with each value that may occur.
private func countFewBytes(
  _ values: UnsafeBufferPointer<UInt8>, _ counts: UnsafeMutableBufferPointer<Int>
) {
  let raw = UnsafeRawBufferPointer(values)
  let vectorCount = values.count / 32
  var found = 0
  // 255 vectors at a time, so that no lane wraps.
  for start in stride(from: 0, to: vectorCount, by: 255) {
    let end = min(start &+ 255, vectorCount)
    for value in counts.indices {
      let wanted = SIMD32<UInt8>(repeating: UInt8(truncatingIfNeeded: value))
      var lanes = SIMD32<UInt8>(repeating: 0)
      for vector in start..<end {
        let bytes = raw.loadUnaligned(fromByteOffset: 32 &* vector, as: SIMD32<UInt8>.self)
        lanes &-= unsafeBitCast(bytes .== wanted, to: SIMD32<UInt8>.self)
      }
      var sum = 0
      for lane in 0..<32 { sum &+= Int(lanes[lane]) }
      counts[value] &+= sum
      found &+= sum
    }
  }
  precondition(found == 32 * vectorCount, "a value without a count")
  for value in values[(32 * vectorCount)...] {
    precondition(value < counts.count, "a value without a count")
    counts[Int(value)] &+= 1
  }
}

/// Four neighbours go to four tables, for the reason given above.
private func countManyBytes(
  _ values: UnsafeBufferPointer<UInt8>, _ counts: UnsafeMutableBufferPointer<Int>
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
