import Kernels

/// Finds out whether a file's dates have the day or the month first.
struct DayMonthSearch {
  let source: InputSource
  let head: FileHead
  let dateColumn: Int

  /// The order that the dates prove; nil when they need none. A file that proves both, or none, is refused.
  ///
  /// Streams are looked at in their first 8 MiB, files until there is proof.
  func order(for format: DateFormat) throws(IngestError) -> DayMonthOrder? {
    guard format == .auto else { return nil }
    var byteCount = 1 << 16
    var evidence = Evidence()
    while true {
      try source.advance(to: 0, byteCount: byteCount)
      let bytes = try IngestRun.headBytes(source, byteCount)
      let isComplete = source.isComplete && bytes.count == source.knownEnd
      evidence = look(at: bytes, isComplete)
      if !evidence.needsOrder { return nil }
      if evidence.isDayFirst && evidence.isMonthFirst { break }
      let isLast =
        isComplete || (source.fileByteCount == nil && byteCount >= IngestLimits.headByteCount)
      if isLast || (evidence.isProof && byteCount >= 1 << 19) { break }
      byteCount *= 8
    }
    if evidence.isDayFirst != evidence.isMonthFirst {
      return evidence.isDayFirst ? .dayFirst : .monthFirst
    }
    throw IngestError(
      .badData,
      evidence.isDayFirst
        ? "some dates have the day first and some the month"
        : "day and month cannot be told apart in any date", file: source.path,
      line: evidence.line, column: head.header[dateColumn], found: evidence.example,
      advice: "Say --date-format DD/MM/YYYY or MM/DD/YYYY")
  }

  private struct Evidence {
    var needsOrder = false
    var isDayFirst = false
    var isMonthFirst = false
    var line: Int?
    var example: String?
    var isProof: Bool { isDayFirst || isMonthFirst }
  }

  private func look(at bytes: [UInt8], _ isComplete: Bool) -> Evidence {
    var evidence = Evidence()
    var rows = HeadRows(
      bytes: bytes, isComplete: isComplete, delimiter: head.syntax.delimiter,
      newline: head.syntax.newline, position: head.dataStart)
    var line = head.dataLine
    var hasSeenDate = false
    while let fields = rows.next() {
      let here = line
      line = head.dataLine + rows.lineCount
      guard dateColumn < fields.count else { continue }
      fields[dateColumn].withUnsafeBufferPointer { field in
        switch DateParser(.auto).parse(field) {
        case .day: hasSeenDate = true
        case .ambiguous:
          hasSeenDate = true
          evidence.needsOrder = true
          let proved = DateParser.orderProved(by: field)
          if proved == .dayFirst { evidence.isDayFirst = true }
          if proved == .monthFirst { evidence.isMonthFirst = true }
          if evidence.example == nil {
            evidence.example = quoted(field)
            evidence.line = here
          }
        case .empty, .notADate: break
        }
      }
      // Dates with the year first need no order: a look at some rows is enough.
      if hasSeenDate && !evidence.needsOrder { return evidence }
    }
    return evidence
  }
}
