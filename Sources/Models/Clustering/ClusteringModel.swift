/// A fitted clustering: enough to read, to draw, to match the next night's with, and to assign new customers.
package struct ClusteringModel: Sendable, Equatable {
  /// One line of the table that `auto` chose from.
  package struct Candidate: Sendable, Equatable {
    package let clusterCount: Int
    package let measures: ClusterMeasures

    package init(clusterCount: Int, measures: ClusterMeasures) {
      self.clusterCount = clusterCount
      self.measures = measures
    }
  }

  package let scale: ClusterScale
  package let transforms: [FeatureTransform]
  /// Distances between coordinates times this are in scaled units.
  package let unit: Double
  /// By rising number.
  package let clusters: [ClusterProfile]
  /// Customers clustered, and those left out because a feature had no value.
  package let customerCount: Int
  package let leftOutCount: Int
  package let measures: ClusterMeasures
  /// "lloyd" or "mini-batch".
  package let method: String
  package let iterationCount: Int
  /// "converged", "tolerance", "iteration-limit" or "batch-limit".
  package let stop: String
  /// Times that an empty cluster was started again.
  package let reseedCount: Int
  package let seed: UInt64
  package let restartCount: Int
  /// The counts that were tried, when the count was left to choose; else empty.
  package let candidates: [Candidate]
  /// Customers of the sample that the counts were tried on; nil when that was all of them.
  package let triedCount: Int?
  /// Whether and how clusters were matched to a previous model's: "none", "matched" or "incomparable".
  package let matching: String

  package init(
    scale: ClusterScale, transforms: [FeatureTransform], unit: Double, clusters: [ClusterProfile],
    customerCount: Int, leftOutCount: Int, measures: ClusterMeasures, method: String,
    iterationCount: Int, stop: String, reseedCount: Int, seed: UInt64, restartCount: Int,
    candidates: [Candidate], triedCount: Int?, matching: String
  ) {
    self.scale = scale
    self.transforms = transforms
    self.unit = unit
    self.clusters = clusters
    self.customerCount = customerCount
    self.leftOutCount = leftOutCount
    self.measures = measures
    self.method = method
    self.iterationCount = iterationCount
    self.stop = stop
    self.reseedCount = reseedCount
    self.seed = seed
    self.restartCount = restartCount
    self.candidates = candidates
    self.triedCount = triedCount
    self.matching = matching
  }

  /// The measure that `auto` chooses by, in words.
  static let criterion = "highest silhouette, then fewest clusters"
}
