import Kernels

/// What the caller of an ingest can choose.
package struct IngestOptions: Sendable {
  /// Column names; nil takes the first known name that the header has. Case does not matter.
  package var customerColumn: String?
  package var dateColumn: String?
  package var amountColumn: String?
  /// The order id's column; without one, rows have no order. Never guessed.
  package var orderColumn: String?
  /// Columns kept besides.
  package var keptColumns: [String] = []
  /// nil detects `,`, `;`, tab or `|`.
  package var delimiter: UInt8?
  package var dateFormat = DateFormat.auto
  package var amountFormat = AmountFormat()
  package var returns = Returns.net
  /// Rows are taken where every one of these columns has exactly this value.
  package var filters: [ColumnFilter] = []
  package var rejectLimit = RejectLimit.share(0.001)
  /// Bytes that an ingest may take, besides what it takes for each customer: half of them for rows that wait to be
  /// sorted, before they go to a temporary file; the rest for what is being scanned and sorted.
  package var memoryLimitByteCount = Int.max
  /// Where that temporary file is made (it has no name for longer than a moment).
  package var temporaryDirectory = "/tmp"
  package var tuning = IngestTuning()

  package init() {}
}

/// What becomes of negative amounts.
package enum Returns: Sendable, Equatable {
  /// They are rows like others and lower their day's total.
  case net
  /// They are left out and counted as filtered.
  case drop
}

/// A condition on a column: the value as written, quotes taken off.
package struct ColumnFilter: Sendable, Equatable {
  package var column: String
  package var value: String

  package init(column: String, value: String) {
    self.column = column
    self.value = value
  }

  /// `Name=Value`; the name ends at the first `=`.
  package init(_ text: String) throws(IngestError) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw IngestError(
        .usage, "a row filter has no column name", found: quoted(text.utf8),
        expected: "Column=Value", advice: "Write for example \"Order Status=Completed\"")
    }
    column = String(text[..<equals])
    value = String(text[text.index(after: equals)...])
  }
}

/// How many rows may be rejected before the ingest is given up.
package enum RejectLimit: Sendable, Equatable {
  case count(Int)
  /// A share of the rows read, 0…1; judged at the end.
  case share(Double)

  /// `25` or `0.5%`.
  package init(_ text: String) throws(IngestError) {
    let isShare = text.hasSuffix("%")
    let number = isShare ? String(text.dropLast()) : text
    if isShare, let percent = Double(number), percent >= 0, percent <= 100 {
      self = .share(percent / 100)
    } else if !isShare, let count = Int(number), count >= 0 {
      self = .count(count)
    } else {
      throw IngestError(
        .usage, "the limit on rejects is not a number of rows or a percentage",
        found: quoted(text.utf8), expected: "for example 100 or 0.5%")
    }
  }
}

/// Sizes that change how fast an ingest is, never what it gives. Tests make them tiny.
package struct IngestTuning: Sendable {
  /// Bytes of the file that one task scans; a multiple of `ContentHash.blockByteCount` unless in a test.
  package var taskByteCount = 4 << 20
  /// Tasks between two hand-overs to the partitions.
  package var tasksPerWave = 24
  /// Bytes read at a time.
  package var pieceByteCount = 1 << 20
  /// Bytes scanned before their rows are parsed: text and positions should fit the first-level cache.
  package var windowByteCount = 16 << 10
  /// nil chooses by the size of the input.
  package var partitionCount: Int?
  /// False sends every row through the general parser, to test one against the other.
  package var usesPlainKernel = true
  /// False lets no id name its own code, likewise.
  package var usesDirectCodes = true

  package init() {}

  /// Lowers what is scanned at a time until it takes no more than a quarter of a limit on memory, as far as every
  /// thread still has a task: what a task makes of its text takes up to about twice the text's bytes.
  mutating func fit(memoryLimitByteCount limit: Int) {
    func waveByteCount() -> Int { 2 * taskByteCount * tasksPerWave }
    while waveByteCount() > limit / 4, tasksPerWave > Parallel.threadCount { tasksPerWave -= 1 }
    while waveByteCount() > limit / 4, taskByteCount >= 2 * ContentHash.blockByteCount {
      taskByteCount -= ContentHash.blockByteCount
    }
  }
}
