/// Values scored at a time: a block's scores and values stay in the first-level cache for all thresholds.
private let blockCount = 2_048

/// Writes 1 + the number of thresholds below each value: equal values get equal scores.
///
/// `scores` is as long as `values`; at most 254 thresholds, in any order. One plain loop a threshold over a
/// block, which the compiler turns into vector compares.
package func scoreValues(
  _ values: UnsafeBufferPointer<Int32>, thresholds: [Int32],
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

/// As for 32-bit integers.
package func scoreValues(
  _ values: UnsafeBufferPointer<Int64>, thresholds: [Int64],
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

/// As for integers; the values are finite.
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
