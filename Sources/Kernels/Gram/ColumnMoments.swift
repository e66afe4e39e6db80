/// Mean and variance (about the mean, divided by the count) of floats; both 0 for no elements.
///
/// Two passes in float64, lanes added in a fixed order: the same bytes wherever it runs.
package func columnMoments(_ column: UnsafeBufferPointer<Float>) -> (mean: Double, variance: Double)
{
  if column.isEmpty { return (0, 0) }
  let mean = laneSum(column) { $0 } / Double(column.count)
  let variance = laneSum(column) { value in
    let distance = value - SIMD4(repeating: mean)
    return distance * distance
  }
  return (mean, variance / Double(column.count))
}

/// Replaces each x by (x - mean) · inverseScale.
package func standardise(
  _ column: UnsafeMutableBufferPointer<Float>, mean: Double, inverseScale: Double
) {
  for i in column.indices {
    column[i] = Float((Double(column[i]) - mean) * inverseScale)
  }
}

@inline(__always)
private func laneSum(
  _ column: UnsafeBufferPointer<Float>, _ term: (SIMD4<Double>) -> SIMD4<Double>
) -> Double {
  let raw = UnsafeRawPointer(column.baseAddress!)
  let whole = column.count & ~7
  var (low, high) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
  var at = 0
  while at < whole {
    let lanes = raw.loadUnaligned(fromByteOffset: at * 4, as: SIMD8<Float>.self)
    low += term(SIMD4<Double>(lanes.lowHalf))
    high += term(SIMD4<Double>(lanes.highHalf))
    at += 8
  }
  var sum = (low + high).sum()
  while at < column.count {
    sum += term(SIMD4(repeating: Double(column[at])))[0]
    at += 1
  }
  return sum
}
