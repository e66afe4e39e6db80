/// Why customers could not be clustered, and what to do.
package enum ClusteringError: Error, Equatable, CustomStringConvertible {
  case noFeatures
  case tooManyFeatures(count: Int, limit: Int)
  case repeatedFeature(String)
  case unknownFeature(String, columns: [String])
  case notNumeric(feature: String, type: String)
  case clusterCount(Int, limit: Int)
  case setting(name: String, requirement: String)
  case noUsableRows(rows: Int)
  case tooFewDistinctRows(clusters: Int, distinct: Int)
  case rowCounts(what: String, found: Int, expected: Int)
  case weight(row: Int)
  case model(path: String, reason: String)

  package var description: String {
    switch self {
    case .noFeatures:
      "clustering needs at least one feature; name some, such as recency_days,orders,monetary_total"
    case .tooManyFeatures(let count, let limit):
      "clustering takes at most \(limit) features, not \(count); leave some out"
    case .repeatedFeature(let name):
      "the feature \(name) is named twice; name it once"
    case .unknownFeature(let name, let columns):
      "there is no column \(name) to cluster by; there are: " + columns.joined(separator: ", ")
    case .notNumeric(let feature, let type):
      "the feature \(feature) is of type \(type); clustering takes numbers, days, money and booleans"
    case .clusterCount(let count, let limit):
      "cannot make \(count) clusters; ask for 1…\(limit)"
    case .setting(let name, let requirement):
      "the clustering setting \(name) must be \(requirement)"
    case .noUsableRows(let rows):
      "none of the \(rows) customers has a value in every feature; choose features that are known"
    case .tooFewDistinctRows(let clusters, let distinct):
      "cannot make \(clusters) clusters: the customers have only \(distinct) distinct combinations of "
        + "feature values; ask for at most \(distinct) clusters or add a feature"
    case .rowCounts(let what, let found, let expected):
      "\(what) has \(found) rows where the features have \(expected)"
    case .weight(let row):
      "the weight of row \(row) is not a number from 0 up, or all weights are 0"
    case .model(let path, let reason):
      "not a clustering model: \(path) \(reason); score again to make a new one"
    }
  }
}
