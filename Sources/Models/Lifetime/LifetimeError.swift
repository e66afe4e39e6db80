/// What is wrong with purchase or spend data, or with a stored model, and where.
package struct LifetimeError: Error, Equatable, CustomStringConvertible {
  /// The row of the arrays that were given, where the fault is in one.
  package let row: Int?
  package let reason: String

  package init(row: Int? = nil, _ reason: String) {
    self.row = row
    self.reason = reason
  }

  package var description: String { row.map { "row \($0): \(reason)" } ?? reason }
}
