import Kernels

/// How good a clustering is, by the usual measures, all in scaled units.
package struct ClusterMeasures: Sendable, Equatable {
  /// Σ w · squared distance to the own centroid.
  package let inertia: Double
  /// Mean silhouette (Rousseeuw 1987) within a seeded sample, distances between customers; nil when fewer
  /// than two clusters have customers in it.
  package let silhouette: Double?
  /// Customers in that sample.
  package let silhouetteSampleCount: Int
  /// Mean over all customers with distances to centroids in the place of mean distances to customers; nil
  /// for one cluster.
  package let simplifiedSilhouette: Double?
  /// Mean over clusters of the worst (spread + spread) / distance to another; lower is better.
  package let daviesBouldin: Double?
  /// Variance between over variance within clusters, each over its degrees of freedom; higher is better.
  package let calinskiHarabasz: Double?

  /// Customers of the sample, at most: the silhouette takes the distances of all pairs.
  static let sampleRowLimit = 2_048

  package init(
    inertia: Double, silhouette: Double?, silhouetteSampleCount: Int,
    simplifiedSilhouette: Double?, daviesBouldin: Double?, calinskiHarabasz: Double?
  ) {
    self.inertia = inertia
    self.silhouette = silhouette
    self.silhouetteSampleCount = silhouetteSampleCount
    self.simplifiedSilhouette = simplifiedSilhouette
    self.daviesBouldin = daviesBouldin
    self.calinskiHarabasz = calinskiHarabasz
  }

  /// Measures a run; its points' distances times `unit` are in scaled units.
  init(_ run: KMeans.Run, unit: Double, seed: UInt64) {
    let sums = run.state.clusterSums(centroids: run.centroids)
    let used = sums.indices.filter { sums[$0].weight > 0 }
    let weight = sums.reduce(0) { $0 + $1.weight }
    let within = sums.reduce(0) { $0 + $1.squaredDistance }
    let sample = SilhouetteSample(run.state.points, seed: seed)
    inertia = within * unit * unit
    silhouette = sample.meanSilhouette { run.state.label($0) }
    silhouetteSampleCount = sample.rows.count
    if used.count < 2 {
      simplifiedSilhouette = nil
      daviesBouldin = nil
      calinskiHarabasz = nil
      return
    }
    simplifiedSilhouette = sums.reduce(0) { $0 + $1.silhouette } / weight
    let geometry = CentroidGeometry(run.centroids, used.count, sums, used)
    daviesBouldin = geometry.daviesBouldin
    let freedom = weight - Double(used.count)
    calinskiHarabasz =
      within > 0 && freedom > 0
      ? geometry.between / Double(used.count - 1) / (within / freedom) : nil
  }
}

/// Centroids that have points, and their distances.
private struct CentroidGeometry {
  private let centroids: [Double]
  private let sums: [ClusterSums]
  private let used: [Int]
  private let d: Int

  init(_ centroids: [Double], _ count: Int, _ sums: [ClusterSums], _ used: [Int]) {
    self.centroids = centroids
    self.sums = sums
    self.used = used
    d = centroids.count / sums.count
  }

  private func squaredDistance(_ a: Int, _ b: [Double]) -> Double {
    (0..<d).reduce(0) {
      let difference = centroids[a * d + $1] - b[$1]
      return $0 + difference * difference
    }
  }

  var daviesBouldin: Double? {
    var total = 0.0
    for a in used {
      var worst = 0.0
      for b in used where b != a {
        let apart = squaredDistance(a, Array(centroids[b * d..<(b + 1) * d])).squareRoot()
        if apart == 0 { return nil }
        let spread = sums[a].distance / sums[a].weight + sums[b].distance / sums[b].weight
        worst = max(worst, spread / apart)
      }
      total += worst
    }
    return total / Double(used.count)
  }

  /// Σ weight · squared distance of the centroid from the mean of all points.
  var between: Double {
    let weight = used.reduce(0) { $0 + sums[$1].weight }
    let mean = (0..<d).map { f in
      used.reduce(0) { $0 + sums[$1].weight * centroids[$1 * d + f] } / weight
    }
    return used.reduce(0) { $0 + sums[$1].weight * squaredDistance($1, mean) }
  }
}
