/// What the caller of an ingest of attributes can choose.
package struct AttributeOptions: Sendable {
  /// The customer's column; nil takes the first known name that the header has.
  package var idColumn: String?
  /// Columns to take, by the file's names; empty takes all. A file may lack some of them, not all.
  package var columns: [String] = []
  /// Types by name (as in the file, or as renamed); others are inferred.
  package var types: [String: AttributeType] = [:]
  /// New names by the file's names.
  package var renames: [String: String] = [:]
  /// Values that count as empty.
  package var nullTexts: [String] = []
  package var emptyCells = EmptyCells.keep
  /// nil detects `,`, `;`, tab or `|`.
  package var delimiter: UInt8?
  package var dateFormat = DateFormat.auto
  package var numberFormat = NumberFormat()
  /// Rows are taken where every one of these columns has exactly this value.
  package var filters: [ColumnFilter] = []
  package var rejectLimit = RejectLimit.share(0.001)
  package var tuning = AttributeTuning()

  package init() {}
}

/// Sizes that change how fast an ingest is, never what it gives. Tests make them tiny.
package struct AttributeTuning: Sendable {
  /// Bytes of text in memory at a time; a longer row makes it grow.
  package var waveByteCount = 8 << 20
  /// Rows that one task parses.
  package var chunkRowCount = 4_096

  package init() {}
}
