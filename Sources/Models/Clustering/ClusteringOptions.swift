import Kernels

/// How many clusters to make.
package enum ClusterCount: Sendable, Equatable {
  case fixed(Int)
  /// Every count in `ClusteringOptions.autoRange` is tried; the best by silhouette is taken.
  case auto
}

/// What to cluster customers by, and how.
package struct ClusteringOptions: Sendable, Equatable {
  package var clusterCount: ClusterCount
  /// Names of numeric columns, 1…16.
  package var features: [String]
  package var scale: ClusterScale
  package var seed: UInt64
  /// Fits from different seedings, of which the one of least inertia is taken.
  package var restartCount: Int
  package var iterationLimit: Int
  /// Stop when the centroids' squared shifts sum to at most this, in squared scaled units; 0: only when no
  /// customer changes cluster.
  package var tolerance: Double
  /// Skip distances that cannot matter; the result is the same either way.
  package var isPruning: Bool
  /// Rows of a batch for a mini-batch fit, a first look that reads a sample only; nil fits on all rows.
  package var batchRowCount: Int?
  /// Customers that `auto` tries its counts on, at most: a seeded sample of them where there are more.
  package var autoRowCount: Int

  /// Counts that `auto` tries.
  package static let autoRange = 2...12
  /// Clusters that can be asked for.
  package static let clusterCountLimit = 1_024
  package static let standardFeatures = ["recency_days", "orders", "monetary_total"]

  package init(
    k clusterCount: ClusterCount, features: [String] = ClusteringOptions.standardFeatures,
    scale: ClusterScale = .logZ, seed: UInt64 = 1, restarts: Int = 4, iterationLimit: Int = 500,
    tolerance: Double = 0, isPruning: Bool = true, batchRowCount: Int? = nil,
    autoRowCount: Int = 131_072
  ) {
    self.clusterCount = clusterCount
    self.features = features
    self.scale = scale
    self.seed = seed
    restartCount = restarts
    self.iterationLimit = iterationLimit
    self.tolerance = tolerance
    self.isPruning = isPruning
    self.batchRowCount = batchRowCount
    self.autoRowCount = autoRowCount
  }

  func validate() throws(ClusteringError) {
    if case .fixed(let count) = clusterCount {
      guard (1...ClusteringOptions.clusterCountLimit).contains(count) else {
        throw .clusterCount(count, limit: ClusteringOptions.clusterCountLimit)
      }
    }
    guard seed <= UInt64(Int64.max) else {
      throw .setting(name: "seed", requirement: "a whole number below 2^63")
    }
    guard (1...1_000).contains(restartCount) else {
      throw .setting(name: "restarts", requirement: "1…1000")
    }
    guard (1...100_000).contains(iterationLimit) else {
      throw .setting(name: "iteration limit", requirement: "1…100000")
    }
    guard tolerance >= 0, tolerance.isFinite else {
      throw .setting(name: "tolerance", requirement: "a number from 0 up")
    }
    guard autoRowCount >= 2 else {
      throw .setting(name: "auto rows", requirement: "2 or more")
    }
    guard batchRowCount.map({ (1...10_000_000).contains($0) }) ?? true else {
      throw .setting(name: "batch rows", requirement: "1…10000000")
    }
  }
}
