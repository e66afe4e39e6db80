/// What an ingest read and chose. Always: `rowsRead == rowsAccepted + rowsRejected + rowsFiltered`.
package struct IngestReport: Sendable, Equatable {
  package var files: [FileReport] = []
  package var rowsRead = 0
  package var rowsAccepted = 0
  package var rowsRejected = 0
  /// Left out by `--where-column` or `--returns drop`.
  package var rowsFiltered = 0
  /// Of those, negative amounts under `--returns drop`.
  package var returnsDropped = 0
  /// Amounts that had more than four decimals and lost some of their value to rounding.
  package var amountsRounded = 0
  package var blankLines = 0
  package var customers = 0
  package var newCustomers = 0
  /// First and last day among the accepted rows; nil without any.
  package var firstDay: Int32?
  package var lastDay: Int32?
  /// Bytes of temporary file written because of the memory limit.
  package var spilledByteCount = 0

  package init() {}
}

/// One file of an ingest.
package struct FileReport: Sendable, Equatable {
  package var path: String
  /// Bytes of text, decompressed if the file is compressed.
  package var byteCount = 0
  /// Of the text; the same file has the same, however it was cut into pieces.
  package var contentHash: UInt64 = 0
  package var delimiter: UInt8 = 0x2C
  package var header: [String] = []
  package var customerColumn = ""
  package var dateColumn = ""
  package var amountColumn = ""
  package var orderColumn: String?
  /// How day and month were told apart, when the dates are like 03/04/2024.
  package var dayMonthOrder: DayMonthOrder?
  package var rowsRead = 0
  package var rowsAccepted = 0
  package var rowsRejected = 0
  package var rowsFiltered = 0

  package init(path: String) { self.path = path }
}
