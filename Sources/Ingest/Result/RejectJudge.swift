/// Passes rejected rows on, and gives the ingest up when they are more than the options allow.
struct RejectJudge {
  private let limit: RejectLimit
  private let onReject: ((RejectedRow) throws(IngestError) -> Void)?
  private var first: RejectedRow?

  /// - Parameter onReject: called for each rejected row, in file order.
  init(limit: RejectLimit, onReject: ((RejectedRow) throws(IngestError) -> Void)?) {
    self.limit = limit
    self.onReject = onReject
  }

  /// Takes the rejects of a part of a file that starts at a line; `before` counts the rows of the parts before it.
  mutating func take(
    _ rejects: [RejectedRow], firstLine: Int, before: RowCounts
  ) throws(IngestError) {
    var counts = before
    for var row in rejects {
      row.line += firstLine
      if first == nil { first = row }
      try onReject?(row)
      counts.rejected += 1
      if case .count(let most) = limit, counts.rejected > most {
        throw tooManyRejects(counts, limit: "\(most)")
      }
    }
  }

  /// Judges the share of the rows, when all are read.
  func judge(_ counts: RowCounts) throws(IngestError) {
    if case .share(let share) = limit, Double(counts.rejected) > share * Double(counts.read) {
      throw tooManyRejects(counts, limit: "\(share * 100)% of the rows read")
    }
  }

  private func tooManyRejects(_ counts: RowCounts, limit: String) -> IngestError {
    IngestError(
      .badData, "too many rows are rejected", file: first?.file, line: first?.line,
      column: first?.column,
      found: "\(counts.rejected) rejected of \(counts.read) rows read; this is the first: "
        + (first?.reason ?? ""),
      expected: "at most \(limit)",
      advice: "See them all with --rejects FILE; allow more with --max-rejects")
  }
}
