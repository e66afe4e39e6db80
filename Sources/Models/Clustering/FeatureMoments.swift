import Columns
import Kernels

/// Count, mean, sum of squared deviations and range of some values; two of them merge into that of both.
struct FeatureMoments: Equatable {
  var count = 0.0
  var mean = 0.0
  var squares = 0.0
  var least = Double.infinity
  var largest = -Double.infinity

  /// Population standard deviation.
  var deviation: Double { count > 0 ? (squares / count).squareRoot() : 0 }

  /// Of the values of one block, two passes over cached memory, four sums at a time: one sum would wait for
  /// itself.
  init(of values: UnsafeMutableBufferPointer<Double>) {
    let wide = values.count / 4 * 4
    var sums = SIMD4<Double>.zero
    var low = SIMD4<Double>(repeating: .infinity)
    var high = -low
    for i in stride(from: 0, to: wide, by: 4) {
      let part = FeatureMoments.four(values, i)
      sums += part
      low.replace(with: part, where: part .< low)
      high.replace(with: part, where: part .> high)
    }
    var sum = sums.sum()
    least = low.min()
    largest = high.max()
    for i in wide..<values.count {
      sum += values[i]
      least = min(least, values[i])
      largest = max(largest, values[i])
    }
    count = Double(values.count)
    mean = sum / count
    var wideSquares = SIMD4<Double>.zero
    for i in stride(from: 0, to: wide, by: 4) {
      let difference = FeatureMoments.four(values, i) - mean
      wideSquares += difference * difference
    }
    squares = wideSquares.sum()
    for i in wide..<values.count { squares += (values[i] - mean) * (values[i] - mean) }
  }

  @inline(__always)
  private static func four(
    _ values: UnsafeMutableBufferPointer<Double>, _ i: Int
  ) -> SIMD4<Double> {
    SIMD4(values[i], values[i + 1], values[i + 2], values[i + 3])
  }

  init() {}

  /// Chan, Golub and LeVeque (1979).
  mutating func merge(_ other: FeatureMoments) {
    if other.count == 0 { return }
    let total = count + other.count
    let difference = other.mean - mean
    squares += other.squares + difference * difference * (count * other.count / total)
    mean += difference * (other.count / total)
    count = total
    least = min(least, other.least)
    largest = max(largest, other.largest)
  }

  /// Of all chunks, merged in their order.
  static func parallel(
    rowCount: Int, _ chunkMoments: (Range<Int>) -> FeatureMoments
  ) -> FeatureMoments {
    var parts = [FeatureMoments](
      repeating: FeatureMoments(), count: Parallel.chunkCount(of: rowCount))
    parts.withUnsafeMutableBufferPointer { parts in
      // SAFETY: each task writes its own element.
      nonisolated(unsafe) let parts = parts
      Parallel.forEachChunk(of: rowCount) { chunk, rows in parts[chunk] = chunkMoments(rows) }
    }
    var total = FeatureMoments()
    for part in parts { total.merge(part) }
    return total
  }
}
