#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Squared distances of all points to the nearest of the seeds chosen so far: what k-means++ draws from.
///
/// Distances are Σ (x − y)² in Float, so that equal points are at distance 0 exactly; sums are in Double, chunk
/// by chunk. Takes 4 bytes a point.
package final class SeedingState {
  package let points: PointMatrix
  /// Infinite before the first seed; 0 past the last point.
  private let closest: UnsafeMutablePointer<Float>
  /// Per chunk: Σ w · closest.
  private var chunkPotentials: [Double]

  /// No seed yet.
  package init(points: PointMatrix) {
    self.points = points
    closest = allocateAligned(Float.self, count: points.stride)
    closest.initialize(repeating: .infinity, count: points.rowCount)
    (closest + points.rowCount)
      .initialize(repeating: 0, count: points.stride - points.rowCount)
    chunkPotentials = Array(repeating: 0, count: Parallel.chunkCount(of: points.rowCount))
  }

  deinit { free(closest) }

  /// Σ w · squared distance to the nearest seed, after the first seed.
  package var potential: Double { chunkPotentials.reduce(0, +) }

  /// A point's squared distance to the nearest seed.
  package func squaredDistance(_ row: Int) -> Float {
    precondition(row >= 0 && row < points.rowCount, "row out of range")
    return closest[row]
  }

  /// What the potential would be with each of the seeds (coordinates, one seed after the other) alone added.
  package func potentials(adding seeds: [Float]) -> [Double] {
    let d = points.dimensionCount
    let count = seeds.count / d
    let chunkCount = chunkPotentials.count
    var parts = [Double](repeating: 0, count: chunkCount * count)
    parts.withUnsafeMutableBufferPointer { parts in
      seeds.withUnsafeBufferPointer { seeds in
        // SAFETY: each task writes its own `count` elements.
        nonisolated(unsafe) let parts = parts
        Parallel.forEachChunk(of: points.rowCount) { chunk, rows in
          var start = rows.lowerBound
          while start < rows.upperBound {
            let end = min(start + KMeansState.blockRowCount, rows.upperBound)
            for seed in 0..<count {
              parts[chunk * count + seed] += sumOfLesser(
                start..<end, seeds.baseAddress! + seed * d, isKept: false)
            }
            start = end
          }
        }
      }
    }
    return (0..<count).map { seed in
      (0..<chunkCount).reduce(0) { $0 + parts[$1 * count + seed] }
    }
  }

  /// Takes seeds: every point's distance becomes that to the nearest of them, if that is less.
  package func add(seeds: [Float]) {
    let d = points.dimensionCount
    chunkPotentials.withUnsafeMutableBufferPointer { potentials in
      seeds.withUnsafeBufferPointer { seeds in
        // SAFETY: each task writes its own element.
        nonisolated(unsafe) let potentials = potentials
        Parallel.forEachChunk(of: points.rowCount) { chunk, rows in
          var total = 0.0
          var start = rows.lowerBound
          while start < rows.upperBound {
            let end = min(start + KMeansState.blockRowCount, rows.upperBound)
            var sum = 0.0
            for seed in 0..<seeds.count / d {
              sum = sumOfLesser(start..<end, seeds.baseAddress! + seed * d, isKept: true)
            }
            total += sum
            start = end
          }
          potentials[chunk] = total
        }
      }
    }
  }

  /// The point at which the running sum of w · squared distance passes `target`, 0 ≤ target < potential: a
  /// draw in proportion to it when the target is uniform. Never a point at distance 0, unless all are.
  package func row(at target: Double) -> Int {
    var rest = target
    var last = 0
    for chunk in chunkPotentials.indices where chunkPotentials[chunk] > 0 {
      let rows = Parallel.rows(ofChunk: chunk, of: points.rowCount)
      if rest < chunkPotentials[chunk] {
        for row in rows {
          let share = Double(closest[row]) * points.weight(row)
          if share > 0 { last = row }
          rest -= share
          if rest < 0 { return row }
        }
        return last
      }
      rest -= chunkPotentials[chunk]
      last = rows.last { Double(closest[$0]) * points.weight($0) > 0 } ?? last
    }
    return last
  }

  /// Σ w · min(closest, |x − y|²) over rows that start a block; kept, it becomes what is closest.
  private func sumOfLesser(
    _ rows: Range<Int>, _ seed: UnsafePointer<Float>, isKept: Bool
  ) -> Double {
    var sum = SIMD8<Double>.zero
    var i = rows.lowerBound
    while i < rows.upperBound {
      var squared = SIMD8<Float>.zero
      for f in 0..<points.dimensionCount {
        let difference =
          load8(points.base + (f &* points.stride &+ i)) - SIMD8<Float>(repeating: seed[f])
        squared.addProduct(difference, difference)
      }
      let least = lesser(load8(closest + i), squared)
      if isKept { store8(closest + i, least) }
      var shares = SIMD8<Double>(least)
      if let weights = points.weightBase {
        for lane in 0..<8 { shares[lane] *= i + lane < rows.upperBound ? weights[i + lane] : 0 }
      }
      sum += shares
      i &+= 8
    }
    return sum.sum()
  }
}
