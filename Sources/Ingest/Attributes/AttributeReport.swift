/// What an ingest of attributes read and chose. Always: `rowsRead == rowsAccepted + rowsRejected + rowsFiltered`.
package struct AttributeReport: Sendable, Equatable {
  package var files: [AttributeFileReport] = []
  package var rowsRead = 0
  package var rowsAccepted = 0
  package var rowsRejected = 0
  /// Left out by `--where-column`.
  package var rowsFiltered = 0
  package var blankLines = 0
  package var customers = 0
  package var newCustomers = 0
  /// Customers with more than one row.
  package var repeatedCustomers = 0
  /// One an attribute, in the order of the files' columns.
  package var columns: [ColumnQuality] = []
  /// Columns that nobody asked to be left out and that are, with why.
  package var notes: [String] = []

  package init() {}
}

/// One file of an ingest of attributes.
package struct AttributeFileReport: Sendable, Equatable {
  package var path: String
  /// Bytes of text, decompressed if the file is compressed.
  package var byteCount = 0
  /// Of the text, as `FileReport`'s.
  package var contentHash: UInt64 = 0
  package var delimiter: UInt8 = 0x2C
  package var idColumn = ""
  package var rowsRead = 0
  package var rowsAccepted = 0
  package var rowsRejected = 0
  package var rowsFiltered = 0

  package init(path: String) { self.path = path }
}

/// How good one attribute of an ingest is. Counts are of customers, but for `rejects`, which are rows.
package struct ColumnQuality: Sendable, Equatable {
  package var name: String
  package var type: AttributeType
  /// Whether the type was asked for, taken from the store, or inferred.
  package var source: Source
  /// Customers of the ingest with a value, and without one.
  package var values = 0
  package var nulls = 0
  package var distinct = 0
  package var range = Range.none
  /// Rows rejected because of this column.
  package var rejects = 0
  /// Customers whose rows have different values; the last one counts.
  package var conflicts = 0
  /// Customers whose value is new to the store or another than the store had; set when it is compared.
  package var changes = 0

  package enum Source: String, Sendable {
    case asked
    case store
    case inferred
  }

  /// Least and greatest, or the most frequent.
  package enum Range: Sendable, Equatable {
    case none
    case ints(Int64, Int64)
    case floats(Double, Double)
    case days(Int32, Int32)
    /// Number of yes.
    case bools(Int)
    /// The most frequent value (of those as frequent the first by bytes) and how many have it.
    case mostFrequent(String, Int)
  }

  package init(name: String, type: AttributeType, source: Source) {
    self.name = name
    self.type = type
    self.source = source
  }
}
