extension IngestError {
  /// More rows were rejected than the options allow.
  static func tooManyRejects(
    _ first: RejectedRow?, _ counts: RowCounts, limit: String
  ) -> IngestError {
    IngestError(
      .badData, "too many rows are rejected", file: first?.file, line: first?.line,
      column: first?.column,
      found: "\(counts.rejected) rejected of \(counts.read) rows read; this is the first: "
        + (first?.reason ?? ""),
      expected: "at most \(limit)",
      advice: "See them all with --rejects FILE; allow more with --max-rejects")
  }
}
