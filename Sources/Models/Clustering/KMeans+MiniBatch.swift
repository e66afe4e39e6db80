package import Kernels

extension KMeans {
  /// Batches of a mini-batch fit.
  static let batchCount = 100

  /// Mini-batch k-means (Sculley, WWW 2010): each of 100 batches of rows, drawn with replacement, moves each
  /// centroid towards the mean of its share of the batch by that share's part of all it has had so far. All
  /// points are assigned once, at the end.
  ///
  /// For a first look: it reads 100 batches, not all rows, and its inertia is some percent above Lloyd's.
  package static func runMiniBatch(
    _ points: PointMatrix, from initial: [Double], batchRowCount: Int, seed: UInt64
  ) -> Run {
    let d = points.dimensionCount
    let k = initial.count / d
    var random = RandomStream(seed: seed)
    var centroids = initial
    var weights = [Double](repeating: 0, count: k)
    for _ in 0..<batchCount {
      let rows = (0..<min(batchRowCount, points.rowCount)).map { _ in
        random.nextIndex(below: points.rowCount)
      }
      let batch = PointMatrix(
        rowCount: rows.count, dimensionCount: d, isWeighted: points.isWeighted,
        fillWeights: { out in for i in rows.indices { out[i] = points.weight(rows[i]) } },
        fill: { f, column in for i in rows.indices { column[i] = points[rows[i], f] } })
      let state = KMeansState(points: batch, centroidCount: k, isPruning: false)
      state.assign(to: centroids)
      for cluster in 0..<k {
        guard let mean = state.mean(of: cluster) else { continue }
        weights[cluster] += state.weight(of: cluster)
        let rate = state.weight(of: cluster) / weights[cluster]
        for f in 0..<d {
          centroids[cluster * d + f] += rate * (mean[f] - centroids[cluster * d + f])
        }
      }
    }
    let state = KMeansState(points: points, centroidCount: k, isPruning: false)
    let step = state.assign(to: centroids)
    return Run(
      state: state, centroids: centroids, iterationCount: batchCount, stop: .batchLimit,
      evaluatedCount: step.evaluated, reseedCount: 0)
  }
}
