/// Sums over the points of one cluster, from which inertia and the measures of a clustering follow.
package struct ClusterSums: Equatable, Sendable {
  /// Σ w.
  package var weight = 0.0
  /// Σ w · squared distance to the own centroid.
  package var squaredDistance = 0.0
  /// Σ w · distance to the own centroid.
  package var distance = 0.0
  /// Σ w · (b − a) / max(a, b), where a and b are the distances to the own and to the nearest other centroid.
  package var silhouette = 0.0

  package init() {}

  mutating func add(_ other: ClusterSums) {
    weight += other.weight
    squaredDistance += other.squaredDistance
    distance += other.distance
    silhouette += other.silhouette
  }
}

extension KMeansState {
  /// Sums over each cluster's points, as they are assigned now, of distances from these centroids.
  ///
  /// Own distances are in Double; those to other centroids, which only the silhouette needs, in Float.
  /// Costs one step without pruning and some 10 ns a point.
  package func clusterSums(centroids: [Double]) -> [ClusterSums] {
    precondition(centroids.count == centroidCount * points.dimensionCount, "k × d coordinates")
    let chunkCount = Parallel.chunkCount(of: points.rowCount)
    let k = centroidCount
    return withUnsafeTemporaryAllocation(of: ClusterSums.self, capacity: chunkCount * k) { parts in
      let parts = parts.baseAddress!
      parts.initialize(repeating: ClusterSums(), count: chunkCount * k)
      centroids.withUnsafeBufferPointer { centroids in
        Parallel.forEachChunk(of: points.rowCount) { chunk, rows in
          self.addSums(of: rows, centroids.baseAddress!, parts + chunk * k)
        }
      }
      var totals = [ClusterSums](repeating: ClusterSums(), count: k)
      for chunk in 0..<chunkCount {
        for cluster in 0..<k { totals[cluster].add(parts[chunk * k + cluster]) }
      }
      return totals
    }
  }

  private func addSums(
    of rows: Range<Int>, _ centroids: UnsafePointer<Double>,
    _ parts: UnsafeMutablePointer<ClusterSums>
  ) {
    let d = points.dimensionCount
    withBlockScratch(dimensionCount: d) { scratch in
      var start = rows.lowerBound
      while start < rows.upperBound {
        let count = min(KMeansState.blockRowCount, rows.upperBound - start)
        nearestTwoCentroids(
          points.base + start, stride: points.stride, count: (count + 15) & ~15,
          dimensionCount: d, table: table, centroidCount: centroidCount, output: scratch.output)
        for i in 0..<count {
          let own = Int(labels[start + i])
          let squared = squaredDistance(start + i, centroids + own * d)
          let near = squared.squareRoot()
          // Where rounding has another centroid as the nearest, that one is the nearest other.
          let isNearest = Int(scratch.output.labels[i]) == own
          let other = isNearest ? scratch.output.second[i] : scratch.output.nearest[i]
          let far = Double(other).squareRoot()
          let weight = points.weightBase.map { $0[start + i] } ?? 1
          parts[own].weight += weight
          parts[own].squaredDistance += weight * squared
          parts[own].distance += weight * near
          if far.isFinite && max(near, far) > 0 {
            parts[own].silhouette += weight * (far - near) / max(near, far)
          }
        }
        start += count
      }
    }
  }

  /// |x − c|² in Double.
  @inline(__always)
  func squaredDistance(_ row: Int, _ centroid: UnsafePointer<Double>) -> Double {
    var sum = 0.0
    for f in 0..<points.dimensionCount {
      let difference = Double(points.base[f &* points.stride &+ row]) - centroid[f]
      sum += difference * difference
    }
    return sum
  }

  /// Up to `count` points that lie farthest from their cluster's centroid, the farthest first, equally far
  /// ones in row order. Points without weight or at distance 0 are left out.
  package func farthestRows(_ count: Int, from centroids: [Double]) -> [Int] {
    precondition(centroids.count == centroidCount * points.dimensionCount, "k × d coordinates")
    var found: [(row: Int, squared: Double)] = []
    centroids.withUnsafeBufferPointer { centroids in
      for row in 0..<points.rowCount {
        let own = centroids.baseAddress! + Int(labels[row]) * points.dimensionCount
        let squared = squaredDistance(row, own)
        let isFull = found.count == count
        if squared == 0 || points.weight(row) == 0 { continue }
        if isFull && squared <= found[count - 1].squared { continue }
        if isFull { found.removeLast() }
        let at = found.firstIndex { $0.squared < squared } ?? found.count
        found.insert((row, squared), at: at)
      }
    }
    return found.map(\.row)
  }

  /// Moves one point to another cluster, whatever the distances say; the next step looks at it again.
  package func move(row: Int, to cluster: Int) {
    precondition(row >= 0 && row < points.rowCount, "row out of range")
    precondition(cluster >= 0 && cluster < centroidCount, "cluster out of range")
    let d = points.dimensionCount
    let weight = points.weight(row)
    let gains = sums + cluster * sumStride
    let losses = sums + Int(labels[row]) * sumStride
    for f in 0..<d {
      let value = weight * Double(points[row, f])
      gains[f] += value
      losses[f] -= value
    }
    gains[d] += weight
    losses[d] -= weight
    labels[row] = UInt16(cluster)
    expiries?[row] = -.infinity
  }
}
