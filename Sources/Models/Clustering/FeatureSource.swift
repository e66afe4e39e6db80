import Columns
import Kernels

/// One feature over the rows used, with its moments: what a transform is made from.
struct FeatureSource: Sendable {
  private let reader: FeatureReader
  private let rows: AlignedBuffer<UInt32>?
  private let count: Int
  /// The values' logarithms, where the scale takes them: kept, because they are dear.
  private let logarithms: AlignedBuffer<Double>?
  /// Of the values, and of what is scaled.
  private let moments: FeatureMoments
  private let transformed: FeatureMoments
  private let center: Double
  private let scale: Double

  init(
    _ reader: FeatureReader, _ rows: AlignedBuffer<UInt32>?, _ count: Int, _ kind: ClusterScale,
    _ known: FeatureMoments?
  ) {
    self.reader = reader
    self.rows = rows
    self.count = count
    moments = known ?? FeatureMoments(reader, rows, rowCount: count)
    let isConstant = moments.least == moments.largest
    if kind == .logZ && !isConstant {
      let logarithms = FeatureSource.logarithms(reader, rows, count)
      transformed = FeatureMoments.parallel(rowCount: count) { chunk in
        let values = UnsafeMutableBufferPointer(
          mutating: UnsafeBufferPointer(rebasing: logarithms.pointer[chunk]))
        return FeatureMoments(of: values)
      }
      self.logarithms = logarithms
    } else {
      logarithms = nil
      transformed = moments
    }
    var center = transformed.mean
    var scale = kind == .none ? 1 : transformed.deviation
    if kind == .robust && !isConstant {
      let quartiles = FeatureSource.quartiles(reader, rows, count)
      center = quartiles.median
      if quartiles.upper > quartiles.lower { scale = (quartiles.upper - quartiles.lower) / 1.349 }
    }
    // Values that differ by less than a mean can tell have no deviation.
    self.center = center
    self.scale = scale > 0 ? scale : 1
  }

  /// The largest magnitude after centring and scaling.
  var largestCoordinate: Double {
    max(transformed.largest - center, center - transformed.least, 0) / scale
  }

  func transform(unit: Double, nullCount: Int, rowCount: Int) -> FeatureTransform {
    let grid = SummationGrid(largestMagnitude: largestCoordinate / unit, rowCount: rowCount)
    return FeatureTransform(
      name: reader.name, isLogarithmic: logarithms != nil, center: center,
      divisor: scale * unit, step: grid.step, isConstant: moments.least == moments.largest,
      nullCount: nullCount, mean: moments.mean, transformedMean: transformed.mean,
      transformedDeviation: transformed.deviation)
  }

  /// Writes the coordinates of all rows used.
  func fill(_ column: UnsafeMutableBufferPointer<Float>, _ transform: FeatureTransform) {
    // SAFETY: each task writes the elements of its own rows.
    nonisolated(unsafe) let column = column
    Parallel.forEachChunk(of: count) { _, chunk in
      if let logarithms {
        for i in chunk { column[i] = transform.scaled(logarithms[i]) }
      } else {
        reader.forEachBlock(in: chunk, of: rows) { start, values in
          FeatureKernel.scale(
            values, center: transform.center, divisor: transform.divisor, step: transform.step,
            into: column.baseAddress! + start)
        }
      }
    }
  }

  private static func logarithms(
    _ reader: FeatureReader, _ rows: AlignedBuffer<UInt32>?, _ count: Int
  ) -> AlignedBuffer<Double> {
    AlignedBuffer(count: count) { out in
      // SAFETY: each task writes the elements of its own rows.
      nonisolated(unsafe) let out = out
      Parallel.forEachChunk(of: count) { _, chunk in
        reader.forEachBlock(in: chunk, of: rows) { start, values in
          for i in values.indices {
            out[start + i] = FeatureTransform.signedLogarithm(values[i])
          }
        }
      }
    }
  }

  /// Quartiles by linear interpolation between order statistics (Hyndman and Fan's type 7, as NumPy's).
  private static func quartiles(
    _ reader: FeatureReader, _ rows: AlignedBuffer<UInt32>?, _ count: Int
  ) -> (lower: Double, median: Double, upper: Double) {
    let values = AlignedBuffer<Double>(count: count) { out in
      reader.read(from: 0, of: rows, into: out)
      var sorted = out
      sorted.sort()
    }
    func quantile(_ share: Double) -> Double {
      let position = share * Double(count - 1)
      let below = Int(position)
      let above = min(below + 1, count - 1)
      return values[below] + (values[above] - values[below]) * (position - Double(below))
    }
    return (quantile(0.25), quantile(0.5), quantile(0.75))
  }
}
