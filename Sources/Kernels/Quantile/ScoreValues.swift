/// Writes 1 + the number of thresholds below each value: equal values get equal scores.
///
/// `scores` is as long as `values`; at most 254 thresholds, in any order. One pass, all thresholds a block.
package func scoreValues(
  _ values: UnsafeBufferPointer<Int32>, thresholds: [Int32],
  into scores: UnsafeMutableBufferPointer<UInt8>
) {
  precondition(scores.count == values.count && thresholds.count < 255)
  let lanes = 16
  var i = 0
  while i + lanes <= values.count {
    let block = UnsafeRawPointer(values.baseAddress! + i)
      .loadUnaligned(as: SIMD16<Int32>.self)
    var score = SIMD16<Int32>(repeating: 1)
    for threshold in thresholds {
      score.replace(with: score &+ 1, where: block .> SIMD16(repeating: threshold))
    }
    UnsafeMutableRawPointer(scores.baseAddress! + i)
      .storeBytes(of: SIMD16<UInt8>(truncatingIfNeeded: score), as: SIMD16<UInt8>.self)
    i += lanes
  }
  while i < values.count {
    var score: UInt8 = 1
    for threshold in thresholds where values[i] > threshold { score += 1 }
    scores[i] = score
    i += 1
  }
}

/// As for 32-bit integers.
package func scoreValues(
  _ values: UnsafeBufferPointer<Int64>, thresholds: [Int64],
  into scores: UnsafeMutableBufferPointer<UInt8>
) {
  precondition(scores.count == values.count && thresholds.count < 255)
  let lanes = 8
  var i = 0
  while i + lanes <= values.count {
    let block = UnsafeRawPointer(values.baseAddress! + i).loadUnaligned(as: SIMD8<Int64>.self)
    var score = SIMD8<Int64>(repeating: 1)
    for threshold in thresholds {
      score.replace(with: score &+ 1, where: block .> SIMD8(repeating: threshold))
    }
    UnsafeMutableRawPointer(scores.baseAddress! + i)
      .storeBytes(of: SIMD8<UInt8>(truncatingIfNeeded: score), as: SIMD8<UInt8>.self)
    i += lanes
  }
  while i < values.count {
    var score: UInt8 = 1
    for threshold in thresholds where values[i] > threshold { score += 1 }
    scores[i] = score
    i += 1
  }
}

/// As for integers; the values are finite.
package func scoreValues(
  _ values: UnsafeBufferPointer<Double>, thresholds: [Double],
  into scores: UnsafeMutableBufferPointer<UInt8>
) {
  precondition(scores.count == values.count && thresholds.count < 255)
  let lanes = 8
  var i = 0
  while i + lanes <= values.count {
    let block = UnsafeRawPointer(values.baseAddress! + i).loadUnaligned(as: SIMD8<Double>.self)
    var score = SIMD8<Int64>(repeating: 1)
    for threshold in thresholds {
      score.replace(with: score &+ 1, where: block .> SIMD8(repeating: threshold))
    }
    UnsafeMutableRawPointer(scores.baseAddress! + i)
      .storeBytes(of: SIMD8<UInt8>(truncatingIfNeeded: score), as: SIMD8<UInt8>.self)
    i += lanes
  }
  while i < values.count {
    var score: UInt8 = 1
    for threshold in thresholds where values[i] > threshold { score += 1 }
    scores[i] = score
    i += 1
  }
}
