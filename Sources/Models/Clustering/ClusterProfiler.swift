import Columns
import Kernels

/// Counts, spend and feature means of each cluster of a run, and the profiles made of them.
struct ClusterProfiler {
  private let features: FeatureMatrix
  private let run: KMeans.Run
  private let customerCounts: [Int]
  /// Per cluster; nil without spend.
  private let spends: [Double]?
  /// Per feature and cluster: sums of the values.
  private let valueSums: [[Double]]

  init(_ features: FeatureMatrix, _ run: KMeans.Run, spend: AlignedBuffer<Int64>?) {
    self.features = features
    self.run = run
    let k = run.state.centroidCount
    var counts = [Int](repeating: 0, count: k)
    run.state.withLabels { for label in $0 { counts[Int(label)] += 1 } }
    customerCounts = counts
    spends = spend.map { spend in
      ClusterProfiler.sums(features, run) { start, values in
        for i in values.indices {
          values[i] = Money.double(spend[features.frameRow(start + i)])
        }
      }
    }
    valueSums = features.readers.map { reader in
      ClusterProfiler.sums(features, run) { start, values in
        reader.read(from: start, of: features.rows, into: values)
      }
    }
  }

  /// Sums over each cluster's points of what `read` gives for points from a start on; chunk by chunk.
  private static func sums(
    _ features: FeatureMatrix, _ run: KMeans.Run,
    _ read: (Int, UnsafeMutableBufferPointer<Double>) -> Void
  ) -> [Double] {
    let k = run.state.centroidCount
    let rowCount = features.points.rowCount
    let chunkCount = Parallel.chunkCount(of: rowCount)
    var parts = [Double](repeating: 0, count: chunkCount * k)
    parts.withUnsafeMutableBufferPointer { parts in
      // SAFETY: each task writes its own k elements.
      nonisolated(unsafe) let parts = parts
      run.state.withLabels { labels in
        Parallel.forEachChunk(of: rowCount) { chunk, rows in
          withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.count) { values in
            read(rows.lowerBound, values)
            for i in values.indices {
              parts[chunk * k + Int(labels[rows.lowerBound + i])] += values[i]
            }
          }
        }
      }
    }
    return (0..<k).map { cluster in
      (0..<chunkCount).reduce(0) { $0 + parts[$1 * k + cluster] }
    }
  }

  /// One profile a cluster, in the order of the run's clusters.
  func profiles(
    matchedTo previous: ClusteringModel?
  ) -> (clusters: [ClusterProfile], matching: String) {
    let d = features.points.dimensionCount
    let k = run.state.centroidCount
    let coordinates = (0..<k).map { Array(run.centroids[$0 * d..<($0 + 1) * d]) }
    let meanSpends = spends.map { spends in
      spends.indices.map { spends[$0] / Double(max(1, customerCounts[$0])) }
    }
    var numbering = ClusterNumbering(
      meanSpends: meanSpends, weights: (0..<k).map(run.state.weight(of:)),
      coordinates: coordinates)
    if let previous {
      numbering.match(previous, transforms: features.transforms, coordinates: coordinates)
    }
    let total = spends?.reduce(0, +) ?? 0
    let clusters = (0..<k).map { c in
      ClusterProfile(
        number: numbering.numbers[c], isNew: numbering.isNew[c],
        customerCount: customerCounts[c],
        customerShare: Double(customerCounts[c]) / Double(features.points.rowCount),
        revenueShare: total > 0 ? spends.map { $0[c] / total } : nil,
        meanSpend: meanSpends.map { $0[c] }, centroid: centroid(coordinates[c]),
        coordinates: coordinates[c],
        means: valueSums.map { $0[c] / Double(max(1, customerCounts[c])) },
        summary: ClusterProfile.summary(
          coordinates: coordinates[c], transforms: features.transforms))
    }
    return (clusters, numbering.matching)
  }

  /// A centroid in the features' units; constant features have their constant.
  private func centroid(_ coordinates: [Double]) -> [Double] {
    var values = features.transforms.map(\.mean)
    for (c, f) in features.coordinateFeatures.enumerated() {
      values[f] = features.transforms[f].value(ofCoordinate: coordinates[c])
    }
    return values
  }
}
