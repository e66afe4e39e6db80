/// Values scored at a time: a block's scores and values stay in the first-level cache.
private let blockCount = 2_048

/// Writes 1 + the number of thresholds below each value: equal values get equal scores.
///
/// `scores` is as long as `values`; at most 254 thresholds, in any order. One plain loop a threshold over a block,
/// which the compiler turns into vector compares; scores are as wide as values until they are made bytes, for
/// making masks narrower costs more than comparing.
package func scoreValues(
  _ values: UnsafeBufferPointer<Int32>, thresholds: [Int32],
  into scores: UnsafeMutableBufferPointer<UInt8>
) {
  scoreIntegers(values, thresholds, into: scores)
}

/// As for 32-bit integers.
package func scoreValues(
  _ values: UnsafeBufferPointer<Int64>, thresholds: [Int64],
  into scores: UnsafeMutableBufferPointer<UInt8>
) {
  scoreIntegers(values, thresholds, into: scores)
}

@inline(__always)
private func scoreIntegers<Value: FixedWidthInteger>(
  _ values: UnsafeBufferPointer<Value>, _ thresholds: [Value],
  into scores: UnsafeMutableBufferPointer<UInt8>
) {
  precondition(scores.count == values.count && thresholds.count < 255)
  withUnsafeTemporaryAllocation(of: Value.self, capacity: blockCount) { wide in
    for start in stride(from: 0, to: values.count, by: blockCount) {
      let count = min(blockCount, values.count &- start)
      let own = UnsafeBufferPointer(rebasing: values[start..<start &+ count])
      for i in 0..<count { wide[i] = 1 }
      for threshold in thresholds {
        for i in 0..<count { wide[i] &+= own[i] > threshold ? 1 : 0 }
      }
      for i in 0..<count { scores[start &+ i] = UInt8(truncatingIfNeeded: wide[i]) }
    }
  }
}

/// As for integers; the values are finite. One plain loop a threshold over a block, which the compiler turns into
/// vector compares.
package func scoreValues(
  _ values: UnsafeBufferPointer<Double>, thresholds: [Double],
  into scores: UnsafeMutableBufferPointer<UInt8>
) {
  precondition(scores.count == values.count && thresholds.count < 255)
  var start = 0
  while start < values.count {
    let block = start..<min(start + blockCount, values.count)
    for i in block { scores[i] = 1 }
    for threshold in thresholds {
      for i in block { scores[i] &+= values[i] > threshold ? 1 : 0 }
    }
    start = block.upperBound
  }
}
