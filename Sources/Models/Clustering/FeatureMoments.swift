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

  /// Whether all values are finite, and so small that squares of differences are finite too.
  var isUsable: Bool { mean.isFinite && least.isUsable && largest.isUsable }

  /// Of the values of one block, at least one.
  init(of values: UnsafeMutableBufferPointer<Double>) {
    let moments = FeatureKernel.moments(of: values)
    count = Double(values.count)
    mean = moments.mean
    squares = moments.squares
    least = moments.least
    largest = moments.largest
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

  /// Of a feature over the rows used: a chunk at a time, merged in their order.
  init(_ reader: FeatureReader, _ rows: AlignedBuffer<UInt32>?, rowCount: Int) {
    self = FeatureMoments.parallel(rowCount: rowCount) { chunk in
      var sum = FeatureMoments()
      reader.forEachBlock(in: chunk, of: rows) { _, values in
        sum.merge(FeatureMoments(of: values))
      }
      return sum
    }
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
