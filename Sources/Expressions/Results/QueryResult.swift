package import Columns

/// The rows that a query gives.
package struct QueryResult: Sendable {
  package struct Column: Sendable, Equatable {
    package let name: String
    package let type: ValueType

    package init(name: String, type: ValueType) {
      self.name = name
      self.type = type
    }
  }

  package let columns: [Column]
  /// One column for each of `columns`, by the same names. A decimal is money, or, where money does not hold its
  /// values, whole numbers (int64) in units of 10^−scale of its type.
  package let rows: Frame

  package init(columns: [Column], rows: Frame) {
    self.columns = columns
    self.rows = rows
  }

  package var rowCount: Int { rows.rowCount }
}
