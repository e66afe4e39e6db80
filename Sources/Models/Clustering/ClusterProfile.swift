/// One cluster of a model, as people read it.
package struct ClusterProfile: Sendable, Equatable {
  /// The number in the `cluster` column, from 1: kept from night to night.
  package let number: Int
  /// No cluster of the previous model became this one.
  package let isNew: Bool
  package let customerCount: Int
  /// Of the customers clustered.
  package let customerShare: Double
  /// Of the clustered customers' spend; nil when no spend was given or it sums to nothing.
  package let revenueShare: Double?
  package let meanSpend: Double?
  /// The centroid, a value a feature, in the feature's unit (for `log-z` the mean of logarithms, taken back).
  package let centroid: [Double]
  /// The centroid's coordinates: what new customers are compared with.
  package let coordinates: [Double]
  /// The mean of each feature's values.
  package let means: [Double]
  /// How the cluster differs from the base: "recent, frequent, high spend".
  package let summary: String

  package init(
    number: Int, isNew: Bool, customerCount: Int, customerShare: Double, revenueShare: Double?,
    meanSpend: Double?, centroid: [Double], coordinates: [Double], means: [Double],
    summary: String
  ) {
    self.number = number
    self.isNew = isNew
    self.customerCount = customerCount
    self.customerShare = customerShare
    self.revenueShare = revenueShare
    self.meanSpend = meanSpend
    self.centroid = centroid
    self.coordinates = coordinates
    self.means = means
    self.summary = summary
  }

  /// Deviations from the base mean from which a feature is worth a word, and from which it is "very".
  static let noteworthyDeviation = 0.5
  static let strikingDeviation = 1.5

  /// Words for the features in which a cluster's mean is at least half a standard deviation from the base's.
  static func summary(coordinates: [Double], transforms: [FeatureTransform]) -> String {
    var words: [String] = []
    for (c, f) in FeatureMatrix.coordinateFeatures(transforms).enumerated() {
      let transform = transforms[f]
      guard transform.transformedDeviation > 0 else { continue }
      let deviation =
        (coordinates[c] * transform.divisor + transform.center - transform.transformedMean)
        / transform.transformedDeviation
      if abs(deviation) < noteworthyDeviation { continue }
      let word = word(transform.name, isHigh: deviation > 0)
      words.append(abs(deviation) < strikingDeviation ? word : "very " + word)
    }
    return words.isEmpty ? "average" : words.joined(separator: ", ")
  }

  /// The word for a feature far above or below the base.
  private static func word(_ feature: String, isHigh: Bool) -> String {
    switch feature {
    case "recency_days": isHigh ? "lapsed" : "recent"
    case "orders", "purchase_days": isHigh ? "frequent" : "infrequent"
    case "monetary_total": isHigh ? "high spend" : "low spend"
    case "monetary_mean": isHigh ? "large orders" : "small orders"
    case "first_purchase": isHigh ? "new" : "long-standing"
    default: (isHigh ? "high " : "low ") + feature
    }
  }
}
