import Kernels

/// Scans parts of one file: rows found, parsed and appended to their partitions. One a worker and file.
///
/// A task has the rows that start in its range. Where the first of them starts is known for the first task of a
/// wave; the others assume that their range does not begin inside quotes and take the first row after that. The
/// caller checks that each task began where the one before it ended, and has it scanned again if not.
final class FileScan {
  private let plan: FilePlan
  private let compactFormat: CompactRowFormat?
  private let direct: DirectCodes?
  private let source: InputSource
  private let finder: PartitionFinder
  private let parser: RowParser
  private let tuning: IngestTuning
  /// Hash of each block of the file; nil for streams and odd task sizes.
  private let blockHashes: UnsafeMutableBufferPointer<UInt64>?

  // The text in memory: file offsets `offset..<offset + count`, at `memory + margin`.
  private var memory: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var offset = 0
  private var count = 0
  private var positions: UnsafeMutablePointer<UInt32>
  private var rowEnds: UnsafeMutablePointer<UInt32>
  private var positionCapacity: Int

  /// Bytes that may be read before the text and after it.
  private static let margin = 128

  init(
    plan: FilePlan, compactFormat: CompactRowFormat?, direct: DirectCodes?, source: InputSource,
    finder: PartitionFinder, kept: KeptValues,
    tuning: IngestTuning, blockHashes: UnsafeMutableBufferPointer<UInt64>?
  ) {
    self.plan = plan
    self.compactFormat = compactFormat
    self.direct = direct
    self.source = source
    self.finder = finder
    self.tuning = tuning
    self.blockHashes = blockHashes
    parser = RowParser(plan: plan, finder: finder, kept: kept)
    capacity = 2 * tuning.pieceByteCount + 4096
    memory = .allocate(capacity: capacity + 2 * FileScan.margin)
    memory.initialize(repeating: 0x0A, count: FileScan.margin)
    positionCapacity = tuning.windowByteCount + 192
    positions = .allocate(capacity: positionCapacity)
    rowEnds = .allocate(capacity: positionCapacity)
  }

  deinit {
    memory.deallocate()
    positions.deallocate()
    rowEnds.deallocate()
  }

  /// Scans the rows that start in `range`; `firstRow` nil looks for the first.
  func scan(_ range: Range<Int>, firstRow: Int?, into output: TaskOutput) {
    do throws(IngestError) {
      // A byte more, to see whether a row starts at the range's first.
      let looksBack = firstRow == nil
      offset = looksBack ? range.lowerBound - 1 : range.lowerBound
      count = 0
      if looksBack { try fill(1) }
      try fillPiece(range)
      var cursor = firstRow ?? range.lowerBound
      if looksBack {
        cursor = try findRow(range) ?? source.knownEnd
      }
      output.firstRow = cursor
      output.nextRow = cursor
      try scanRows(from: cursor, range, into: output)
      // A row that reached past the range may have left pieces unread: they count for the content's hash.
      while blockHashes != nil, offset + count < range.upperBound {
        discard(before: offset + count)
        try fillPiece(range)
      }
    } catch {
      output.error = error
    }
  }

  private func scanRows(
    from start: Int, _ range: Range<Int>, into output: TaskOutput
  ) throws(IngestError) {
    var cursor = start
    var windowByteCount = tuning.windowByteCount
    defer { output.nextRow = cursor }
    while cursor < range.upperBound {
      while offset + count <= cursor {  // a row reached past all of this piece
        if atEnd { return }
        discard(before: min(cursor, offset + count))
        try fillPiece(range)
        if offset + count <= cursor && atEnd { return }
      }
      let first = cursor - offset
      var end = min(count, first + windowByteCount)
      let seesEnd = end == count && atEnd
      if seesEnd, source.isComplete, memory[FileScan.margin + end - 1] != plan.syntax.newline,
        memory[FileScan.margin + end - 1] != 0x0A
      {
        memory[FileScan.margin + end] = plan.syntax.newline
        end += 1
      }
      let scan = scanWindow(first, end)
      if scan.rowCount == 0 {
        if end < count {
          windowByteCount *= 2
          continue
        }
        if seesEnd {
          if source.isComplete {
            rejectUnclosedRow(at: cursor, output)
            cursor = source.knownEnd
          }
          return
        }
        try limitRow(from: cursor, output)
        discard(before: cursor)
        try fillPiece(range)
        windowByteCount = max(windowByteCount, count)
        continue
      }
      windowByteCount = tuning.windowByteCount
      cursor = takeRows(scan, first, range, output)
      if cursor > source.knownEnd { cursor = source.knownEnd }
    }
  }

  /// Structure of `memory[first..<end]` (indices into the text in memory).
  private func scanWindow(_ first: Int, _ end: Int, startsRow: Bool = true) -> RowScan {
    if positionCapacity < end - first + 192 {
      positions.deallocate()
      rowEnds.deallocate()
      positionCapacity = (end - first) * 2 + 192
      positions = .allocate(capacity: positionCapacity)
      rowEnds = .allocate(capacity: positionCapacity)
    }
    return Kernels.scanRows(
      memory, from: FileScan.margin + first, to: FileScan.margin + end, syntax: plan.syntax,
      startsRow: startsRow, positions: positions, rowEnds: rowEnds)
  }

  /// Takes the window's rows that start before the range's end; the offset of the first row not taken.
  private func takeRows(
    _ scan: RowScan, _ first: Int, _ range: Range<Int>, _ output: TaskOutput
  ) -> Int {
    var rowCount = scan.rowCount
    func fileOffset(afterRow row: Int) -> Int {
      offset + Int(positions[Int(rowEnds[row])]) + 1 - FileScan.margin
    }
    while rowCount > 1, fileOffset(afterRow: rowCount - 2) >= range.upperBound { rowCount -= 1 }
    var row = 0
    let lineCount = output.lineCount
    while row < rowCount {
      if !scan.hasNUL, takePlainRows(&row, rowCount, output) { continue }
      if row == rowCount { break }
      let start = row == 0 ? 0 : Int(rowEnds[row - 1])
      let fields = RowParser.Row(
        text: memory, ends: positions + start + 1, fieldCount: Int(rowEnds[row]) - start)
      if let problem = parser.take(fields, into: output) {
        let line =
          scan.quotedNewlineCount == 0
          ? lineCount + row : lineCount + newlineCount(FileScan.margin + first, fields.start)
        reject(fields.start, fields.end, line: line, problem, output)
      }
      row += 1
    }
    let next = fileOffset(afterRow: rowCount - 1)
    output.lineCount +=
      scan.quotedNewlineCount == 0
      ? rowCount : newlineCount(FileScan.margin + first, FileScan.margin + next - offset)
    return next
  }

  /// Lets the kernels take rows from `row` on; whether to come back because a segment was full.
  private func takePlainRows(_ row: inout Int, _ rowCount: Int, _ output: TaskOutput) -> Bool {
    if let compactFormat, let direct {
      let result = parseCompactRows(
        memory, rows: row..<rowCount, positions: positions, rowEnds: rowEnds,
        format: compactFormat, finder: finder, direct: direct, heads: output.directHeads)
      output.counts.accepted += result.row - row
      row = result.row
      if result.fullPartition >= 0 { output.addDirectSegment(to: result.fullPartition) }
      if result.fullPartition >= 0 || row == rowCount { return result.fullPartition >= 0 }
      // A row with an unexpected id, usually: the next kernel sees to it, and then come back.
      return takeGeneralRows(&row, row + 1, compactFormat.plain, output)
    }
    if let compactFormat {
      let result = parseCompactRows(
        memory, rows: row..<rowCount, positions: positions, rowEnds: rowEnds,
        format: compactFormat, finder: finder, heads: output.compactHeads)
      output.counts.accepted += result.row - row
      row = result.row
      if result.fullPartition >= 0 { output.addCompactSegment(to: result.fullPartition) }
      return result.fullPartition >= 0
    }
    guard let format = plan.plainFormat else { return false }
    return takeGeneralRows(&row, rowCount, format, output) && row < rowCount
  }

  /// Lets the general kernel take rows; whether it took any or asks to come back.
  private func takeGeneralRows(
    _ row: inout Int, _ rowCount: Int, _ format: PlainRowFormat, _ output: TaskOutput
  ) -> Bool {
    let first = row
    let result = parsePlainRows(
      memory, rows: row..<rowCount, positions: positions, rowEnds: rowEnds, format: format,
      finder: finder, heads: output.heads)
    output.counts.accepted += result.row - row
    row = result.row
    if result.fullPartition >= 0 { output.addSegment(to: result.fullPartition) }
    return result.fullPartition >= 0 || row > first
  }

  private func newlineCount(_ start: Int, _ end: Int) -> Int {
    var count = 0
    for i in start..<end where memory[i] == plan.syntax.newline || memory[i] == 0x0A { count += 1 }
    return count
  }

  private func reject(
    _ start: Int, _ end: Int, line: Int, _ problem: RowParser.Problem, _ output: TaskOutput
  ) {
    output.rejects.append(
      RejectedRow(
        file: source.path, line: line, byteOffset: offset + start - FileScan.margin,
        column: problem.column.map { plan.header[$0] }, reason: problem.reason,
        row: Array(UnsafeBufferPointer(start: memory + start, count: end - start))))
  }

  /// The text ends inside quotes: what is left is one row, and no good.
  private func rejectUnclosedRow(at cursor: Int, _ output: TaskOutput) {
    let start = FileScan.margin + cursor - offset
    let end = FileScan.margin + source.knownEnd - offset
    output.counts.rejected += 1
    reject(
      start, end, line: output.lineCount,
      RowParser.Problem(column: nil, reason: "a quote is not closed before the end of the file"),
      output)
    output.lineCount += newlineCount(start, end)
  }

  // MARK: Text in memory

  private var atEnd: Bool { offset + count >= source.knownEnd }

  private func discard(before cursor: Int) {
    let dropped = cursor - offset
    guard dropped > 0 else { return }
    (memory + FileScan.margin).update(
      from: memory + FileScan.margin + dropped, count: count - dropped)
    offset = cursor
    count -= dropped
  }

  /// Reads the next piece: of the range in steps that end on whole pieces, past it less.
  private func fillPiece(_ range: Range<Int>) throws(IngestError) {
    let next = offset + count
    let piece = tuning.pieceByteCount
    if next < range.upperBound {
      let step = piece - next % piece
      try fill(min(step, range.upperBound - next))
      hashBlock(from: next)
    } else {
      try fill(min(piece, 1 << 16))
    }
  }

  private func fill(_ byteCount: Int) throws(IngestError) {
    if count + byteCount > capacity {
      capacity = 2 * capacity + byteCount
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + 2 * FileScan.margin)
      larger.update(from: memory, count: FileScan.margin + count)
      memory.deallocate()
      memory = larger
    }
    count += try source.read(
      at: offset + count, into: memory + FileScan.margin + count, byteCount: byteCount)
    // What stands after the text is read by the scan and must not be NUL.
    (memory + FileScan.margin + count).update(repeating: 0x0A, count: FileScan.margin)
  }

  private func hashBlock(from start: Int) {
    guard let blockHashes, start % ContentHash.blockByteCount == 0, offset + count > start else {
      return
    }
    blockHashes[start / ContentHash.blockByteCount] = ContentHash.hash(
      block: memory + FileScan.margin + start - offset, byteCount: offset + count - start)
  }

  /// The first row that starts in the text from the range on; nil when there is none.
  private func findRow(_ range: Range<Int>) throws(IngestError) -> Int? {
    var windowByteCount = 4096
    while true {
      let end = min(count, windowByteCount)
      let scan = scanWindow(0, end, startsRow: false)
      if scan.rowCount > 0 { return offset + Int(positions[Int(rowEnds[0])]) + 1 - FileScan.margin }
      if end < count {
        windowByteCount *= 4
      } else if atEnd {
        return nil
      } else {
        try limitRow(from: offset, nil)
        try fillPiece(range)
        windowByteCount = count
      }
    }
  }

  private func limitRow(from cursor: Int, _ output: TaskOutput?) throws(IngestError) {
    if offset + count - cursor <= IngestLimits.rowByteCount { return }
    throw IngestError(
      .badData, "a row is longer than \(IngestLimits.rowByteCount >> 20) MiB", file: source.path,
      line: output.map { $0.lineCount }, found: "no end of row from byte \(cursor) on",
      advice: "Is a quote opened on this line and not closed?")
  }
}
