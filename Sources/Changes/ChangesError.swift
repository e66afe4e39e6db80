/// Why two snapshots cannot be compared, or what is asked of a comparison cannot be had.
package enum ChangesError: Error, Equatable, CustomStringConvertible {
  /// A column that the comparison needs is missing or of another type.
  case noColumn(snapshot: String, column: String)
  /// The snapshot has no taxonomy of that name.
  case unknownTaxonomy(name: String, snapshot: String, known: [String])
  /// The snapshots were classified by different taxonomies.
  case differentTaxonomies(before: String, after: String)
  /// The customers of the two snapshots do not stand in one order.
  case notOneOrder(before: String, after: String)
  /// More segments than a comparison can hold.
  case tooManySegments(Int)
  /// A condition of an alert that does not hold up; `rendered` follows the colon, an excerpt on lines of its own.
  case badCondition(alert: String, rendered: String)
  /// An alert without a usable name or command.
  case badAlert(name: String, reason: String)
  /// A threshold that is no number from 0 on, or of no measure.
  case badThreshold(String)

  package var description: String {
    switch self {
    case .noColumn(let snapshot, let column):
      "snapshot \(snapshot) has no column \(column) of the type that a comparison needs; "
        + "score that date again"
    case .unknownTaxonomy(let name, let snapshot, let known):
      "snapshot \(snapshot) has no taxonomy \(name); it has \(known.joined(separator: ", "))"
    case .differentTaxonomies(let before, let after):
      "the snapshots have different taxonomies, \(before) and \(after): score the earlier date "
        + "again with the taxonomy of the later, or name one that both have with --taxonomy"
    case .notOneOrder(let before, let after):
      "the customers of \(before) and \(after) do not stand in one order: verify the store"
    case .tooManySegments(let count):
      "\(count) segments in the two snapshots; a comparison holds at most "
        + "\(ChangesLimits.segmentCountMax)"
    case .badCondition(let alert, let rendered): "alert \(alert): when:\(rendered)"
    case .badAlert(let name, let reason): "alert \(name): \(reason)"
    case .badThreshold(let reason): reason
    }
  }
}

/// The bounds on what a comparison can be asked to hold.
package enum ChangesLimits {
  /// Segments of both snapshots together: the matrix has a cell for every pair.
  package static let segmentCountMax = 512
  /// Columns whose change can be named as a cause; further ones are not looked at.
  package static let causeColumnCountMax = 56
  /// Bytes of an alert's name.
  package static let alertNameByteCountMax = 64
}
