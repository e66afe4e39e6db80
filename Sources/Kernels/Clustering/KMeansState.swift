#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What Lloyd's iteration keeps from step to step: which centroid each point belongs to, and each cluster's
/// weight and sums.
///
/// A step assigns every point to its nearest centroid and moves the points that changed from the sums of one
/// cluster to those of another; it does not sum all points again. Moves are collected a chunk at a time and
/// merged in chunk order. With values on the grid that `SummationGrid` makes, unweighted sums are exact in
/// Double, so that moving and summing again give the same bits.
///
/// With pruning, a point keeps an expiry: so far can centroids drift before another can become the nearest.
/// Hamerly's bounds (SDM 2010) keep two distances a point and write both at every step. Here their difference,
/// plus the drift at the time, is written once, and a step reads it, compares it with the drift of the
/// point's centroid, and passes on: 6 bytes a point. Rounding is bounded, so that a point is passed only if
/// the kernel would have chosen the same centroid, bit for bit (see `certifyMargins`).
package final class KMeansState {
  package let points: PointMatrix
  /// Centroids, 1…`centroidLimit`.
  package let centroidCount: Int
  /// Whether steps may be pruned; they are from when it pays (see `prunesFromNowOn`).
  package let isPruning: Bool

  /// Labels are 16 bits wide, and one value says "none".
  package static let centroidLimit = 4_096
  /// Rows that are assigned at a time; what belongs to them fits the first-level cache.
  static let blockRowCount = 512

  /// A point's cluster; before the first step k, a cluster that is thrown away.
  let labels: UnsafeMutablePointer<UInt16>
  /// Per point: drift of its centroid at which it must be looked at again.
  let expiries: UnsafeMutablePointer<Float>?
  /// Per centroid −c₀ … −c_{d−1}, |c|²/2, and the bits of its index.
  let table: UnsafeMutablePointer<Float>
  /// Per chunk and cluster, with one more for what had no cluster: change of Σ w·x₀ … Σ w·x_{d−1}, Σ w, and
  /// zeros up to `sumStride`.
  let chunkDeltas: UnsafeMutablePointer<Double>
  /// Per chunk: points that changed cluster in this step, and points whose distances were computed.
  let chunkCounts: UnsafeMutablePointer<(changed: Int, evaluated: Int)>
  /// Elements of a chunk's part of them.
  let deltaCount: Int
  /// Elements of one cluster's sums: d + 1, rounded up to vectors of four.
  let sumStride: Int
  /// As a chunk's part of them: the sums themselves.
  let sums: UnsafeMutablePointer<Double>

  /// Per centroid: how far it and the fastest other one have moved in all.
  var drifts: [Double]
  /// The drifts as an expiry is reckoned from them, and as it is compared with them.
  let driftStarts: UnsafeMutablePointer<Float>
  let driftLimits: UnsafeMutablePointer<Float>
  /// The longest centroid that the expiries allow for.
  var lengthBound = 0.0
  /// Whether there was a step.
  var hasLabels = false
  /// Whether so few points change by now that keeping expiries costs less than the distances they save.
  var prunesFromNowOn = false
  /// Whether no expiry holds, so that all points must be evaluated.
  var mustEvaluateAll = true

  /// No point has a cluster yet. Takes 2 bytes a point, and 4 more with pruning.
  package init(points: PointMatrix, centroidCount: Int, isPruning: Bool) {
    precondition(
      (1...KMeansState.centroidLimit).contains(centroidCount), "1…4,096 centroids are supported")
    self.points = points
    self.centroidCount = centroidCount
    self.isPruning = isPruning
    let chunkCount = Parallel.chunkCount(of: points.rowCount)
    sumStride = (points.dimensionCount + 4) / 4 * 4
    deltaCount = (centroidCount + 1) * sumStride
    // Blocks are compared 64 labels at a time.
    labels = allocateAligned(UInt16.self, count: points.stride + 64)
    labels.initialize(repeating: UInt16(centroidCount), count: points.stride + 64)
    expiries = isPruning ? allocateAligned(Float.self, count: points.stride) : nil
    table = allocateZeroed(Float.self, count: centroidCount * (points.dimensionCount + 2))
    chunkDeltas = allocateZeroed(Double.self, count: chunkCount * deltaCount)
    chunkCounts = allocateAligned((changed: Int, evaluated: Int).self, count: chunkCount)
    sums = allocateZeroed(Double.self, count: deltaCount)
    drifts = Array(repeating: 0, count: centroidCount)
    driftStarts = allocateZeroed(Float.self, count: centroidCount)
    driftLimits = allocateZeroed(Float.self, count: centroidCount + 1)
  }

  deinit {
    free(labels)
    free(expiries)
    free(table)
    free(chunkDeltas)
    free(chunkCounts)
    free(sums)
    free(driftStarts)
    free(driftLimits)
  }

  /// The cluster of a point; the point has been assigned.
  package func label(_ row: Int) -> Int {
    precondition(row >= 0 && row < points.rowCount, "row out of range")
    return Int(labels[row])
  }

  /// The labels of all points, valid inside `body`.
  package func withLabels<Result>(_ body: (UnsafeBufferPointer<UInt16>) -> Result) -> Result {
    body(UnsafeBufferPointer(start: labels, count: points.rowCount))
  }

  /// Total weight of a cluster's points: their number when they have no weights.
  package func weight(of cluster: Int) -> Double {
    precondition(cluster >= 0 && cluster < centroidCount, "cluster out of range")
    return sums[cluster * sumStride + points.dimensionCount]
  }

  /// The weighted mean of a cluster's points; nil when it has none.
  package func mean(of cluster: Int) -> [Double]? {
    let weight = weight(of: cluster)
    guard weight > 0 else { return nil }
    let row = sums + cluster * sumStride
    return (0..<points.dimensionCount).map { row[$0] / weight }
  }
}
