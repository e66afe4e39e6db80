import Kernels

/// Customers drawn without replacement, between whom silhouettes are exact.
struct SilhouetteSample {
  /// Points, rising.
  let rows: [Int]
  /// Their coordinates, one after the other.
  private let coordinates: [Double]
  private let d: Int

  init(_ points: PointMatrix, seed: UInt64) {
    let limit = ClusterMeasures.sampleRowLimit
    var chosen: Set<Int> = []
    if points.rowCount <= limit {
      rows = Array(0..<points.rowCount)
    } else {
      // Floyd's sampling: the last row of a growing range, or one before it.
      var random = RandomStream(seed: seed, stream: 0x51)
      for last in points.rowCount - limit..<points.rowCount {
        let row = random.nextIndex(below: last + 1)
        if !chosen.insert(row).inserted { chosen.insert(last) }
      }
      rows = chosen.sorted()
    }
    coordinates = rows.flatMap(points.point)
    d = points.dimensionCount
  }

  /// Mean of (b − a) / max(a, b): a is the mean distance to the own cluster's others, b the least mean
  /// distance to another cluster. A customer alone in its cluster counts 0. Nil for fewer than two clusters.
  func meanSilhouette(_ label: (Int) -> Int) -> Double? {
    let labels = rows.map(label)
    let clusterCount = (labels.max() ?? 0) + 1
    var sizes = [Int](repeating: 0, count: clusterCount)
    for label in labels { sizes[label] += 1 }
    guard sizes.count(where: { $0 > 0 }) > 1 else { return nil }
    var values = [Double](repeating: 0, count: rows.count)
    values.withUnsafeMutableBufferPointer { values in
      // SAFETY: each task writes the elements of its own block.
      nonisolated(unsafe) let values = values
      let block = 64
      Parallel.perform((rows.count + block - 1) / block) { task in
        var sums = [Double](repeating: 0, count: clusterCount)
        for i in task * block..<min(rows.count, (task + 1) * block) {
          values[i] = silhouette(i, labels, sizes, &sums)
        }
      }
    }
    return values.reduce(0, +) / Double(values.count)
  }

  private func silhouette(
    _ i: Int, _ labels: [Int], _ sizes: [Int], _ sums: inout [Double]
  ) -> Double {
    let own = labels[i]
    if sizes[own] == 1 { return 0 }
    for cluster in sums.indices { sums[cluster] = 0 }
    for j in labels.indices {
      var squared = 0.0
      for f in 0..<d {
        let difference = coordinates[i * d + f] - coordinates[j * d + f]
        squared += difference * difference
      }
      sums[labels[j]] += squared.squareRoot()
    }
    let near = sums[own] / Double(sizes[own] - 1)
    var far = Double.infinity
    for cluster in sums.indices where cluster != own && sizes[cluster] > 0 {
      far = min(far, sums[cluster] / Double(sizes[cluster]))
    }
    return max(near, far) > 0 ? (far - near) / max(near, far) : 0
  }
}
