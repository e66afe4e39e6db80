import Kernels

/// The text of one file in waves: read, cut into rows on one thread, parsed by many.
///
/// Cutting rows costs a quarter of a nanosecond a byte, so that one thread is enough, and no task has to guess
/// where its first row begins.
final class AttributeScan {
  let source: InputSource
  let head: FileHead
  private let tuning: AttributeTuning
  private var hasher = ContentHasher()
  private var memory: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var positions: UnsafeMutablePointer<UInt32>
  private var rowEnds: UnsafeMutablePointer<UInt32>
  /// Offset in the file, and line, of the first row that is not parsed.
  private var cursor: Int
  private var line: Int

  /// Bytes before the text and after it that may be read.
  private static let margin = 128

  /// Opens a file and reads its header.
  init(path: String, options: AttributeOptions) throws(IngestError) {
    source = try InputSource(path: path)
    head = try AttributeScan.head(source, options)
    tuning = options.tuning
    cursor = head.dataStart
    line = head.dataLine
    capacity = max(64, tuning.waveByteCount)
    memory = .allocate(capacity: capacity + 2 * AttributeScan.margin)
    memory.initialize(repeating: 0x0A, count: capacity + 2 * AttributeScan.margin)
    positions = .allocate(capacity: capacity + 192)
    rowEnds = .allocate(capacity: capacity + 192)
  }

  deinit {
    memory.deallocate()
    positions.deallocate()
    rowEnds.deallocate()
  }

  private static func head(
    _ source: InputSource, _ options: AttributeOptions
  ) throws(IngestError) -> FileHead {
    var wanted = 1 << 16
    while true {
      try source.advance(to: 0, byteCount: wanted)
      let bytes = try IngestRun.headBytes(source, wanted)
      let isComplete = source.isComplete && bytes.count == source.knownEnd
      do throws(IngestError) {
        return try FileHead(
          bytes: bytes, isComplete: isComplete, delimiter: options.delimiter, path: source.path)
      } catch {
        // The header may just be longer than what was read.
        if isComplete || wanted >= IngestLimits.headByteCount || !error.isUnfinishedHeader {
          throw error
        }
        wanted *= 8
      }
    }
  }

  /// The chunks of the next wave, in order; nil at the end of the file.
  func nextWave(
    plan: AttributePlan, columns: AttributeColumns, options: AttributeOptions
  ) throws(IngestError) -> [AttributeChunk]? {
    try hashHead()
    while true {
      try source.advance(to: cursor, byteCount: capacity)
      let count = try source.read(
        at: cursor, into: memory + AttributeScan.margin, byteCount: capacity)
      if count == 0 { return nil }
      let isLast = source.isComplete && cursor + count == source.knownEnd
      var end = count
      let last = memory[AttributeScan.margin + count - 1]
      if isLast, last != plan.syntax.newline, last != 0x0A {
        memory[AttributeScan.margin + count] = plan.syntax.newline
        end += 1
      }
      // What stands after the text is read by the scan and must not be NUL.
      (memory + AttributeScan.margin + end).update(repeating: 0x0A, count: 64)
      let scan = Kernels.scanRows(
        memory, from: AttributeScan.margin, to: AttributeScan.margin + end, syntax: plan.syntax,
        positions: positions, rowEnds: rowEnds)
      if scan.rowCount > 0 {
        return try parse(scan, textByteCount: count, plan, columns, options)
      }
      if isLast { return [try unclosedRow(count, plan, columns)] }
      try grow()
    }
  }

  /// The header's bytes count for the content too.
  private func hashHead() throws(IngestError) {
    guard hasher.byteCount == 0, source.fileByteCount != nil else { return }
    let bytes = try IngestRun.headBytes(source, head.dataStart)
    bytes.withUnsafeBytes { hasher.append($0) }
  }

  private func parse(
    _ scan: RowScan, textByteCount: Int, _ plan: AttributePlan, _ columns: AttributeColumns,
    _ options: AttributeOptions
  ) throws(IngestError) -> [AttributeChunk] {
    let step = max(1, tuning.chunkRowCount)
    let chunkCount = (scan.rowCount + step - 1) / step
    var chunks: [AttributeChunk] = []
    for chunk in 0..<chunkCount {
      chunks.append(
        AttributeChunk(
          rowCapacity: min(step, scan.rowCount - chunk * step), columnCount: columns.names.count,
          plan: plan))
    }
    // SAFETY: a task fills its own chunk; the text and its structure are only read.
    nonisolated(unsafe) let scanner = self
    let all = chunks
    let types = columns.types
    Parallel.perform(chunkCount) { task in
      let rows = task * step..<min(scan.rowCount, (task + 1) * step)
      scanner.parse(
        rows, AttributeRowParser(plan: plan, types: types, options: options), scan, plan,
        into: all[task])
    }
    for chunk in chunks { chunk.firstLine = line }
    let next = Int(positions[Int(rowEnds[scan.rowCount - 1])]) + 1 - AttributeScan.margin
    line +=
      scan.quotedNewlineCount == 0
      ? scan.rowCount : newlineCount(AttributeScan.margin, AttributeScan.margin + next, plan)
    take(min(next, textByteCount))
    return chunks
  }

  private func parse(
    _ rows: Range<Int>, _ parser: AttributeRowParser, _ scan: RowScan, _ plan: AttributePlan,
    into chunk: AttributeChunk
  ) {
    // Where no quote holds a newline, a row is a line.
    let rowsAreLines = scan.quotedNewlineCount == 0
    var row = rows.lowerBound
    var start = row == 0 ? 0 : Int(rowEnds[row - 1])
    var counted = AttributeScan.margin
    var line = 0
    while row < rows.upperBound {
      let fields = RowParser.Row(
        text: memory, ends: positions + start + 1, fieldCount: Int(rowEnds[row]) - start)
      if rowsAreLines {
        line = row
      } else {
        line += newlineCount(counted, fields.start, plan)
        counted = fields.start
      }
      if let problem = parser.take(fields, line: line, into: chunk) {
        chunk.rejects.append(
          RejectedRow(
            file: source.path, line: line,
            byteOffset: cursor + fields.start - AttributeScan.margin,
            column: problem.field.map { plan.header[$0] }, reason: problem.reason,
            row: Array(
              UnsafeBufferPointer(
                start: memory + fields.start, count: fields.end - fields.start))))
      }
      start = Int(rowEnds[row])
      row += 1
    }
  }

  /// The text ends inside quotes: what is left is one row, and no good.
  private func unclosedRow(
    _ byteCount: Int, _ plan: AttributePlan, _ columns: AttributeColumns
  ) throws(IngestError) -> AttributeChunk {
    let chunk = AttributeChunk(rowCapacity: 0, columnCount: columns.names.count, plan: plan)
    chunk.firstLine = line
    chunk.counts.rejected = 1
    chunk.rejects = [
      RejectedRow(
        file: source.path, line: 0, byteOffset: cursor, column: nil,
        reason: "a quote is not closed before the end of the file",
        row: Array(UnsafeBufferPointer(start: memory + AttributeScan.margin, count: byteCount)))
    ]
    take(byteCount)
    return chunk
  }

  /// Moves on, past bytes that are done with.
  private func take(_ byteCount: Int) {
    if source.fileByteCount != nil {
      hasher.append(
        UnsafeRawBufferPointer(start: memory + AttributeScan.margin, count: byteCount))
    }
    cursor += byteCount
  }

  private func newlineCount(_ start: Int, _ end: Int, _ plan: AttributePlan) -> Int {
    var count = 0
    for i in start..<max(start, end)
    where memory[i] == plan.syntax.newline || memory[i] == 0x0A { count += 1 }
    return count
  }

  /// More room, for a row that is longer than the wave.
  private func grow() throws(IngestError) {
    if capacity > IngestLimits.rowByteCount {
      throw IngestError(
        .badData, "a row is longer than \(IngestLimits.rowByteCount >> 20) MiB", file: source.path,
        line: line, advice: "Is a quote opened on this line and not closed?")
    }
    capacity *= 2
    memory.deallocate()
    positions.deallocate()
    rowEnds.deallocate()
    memory = .allocate(capacity: capacity + 2 * AttributeScan.margin)
    memory.initialize(repeating: 0x0A, count: capacity + 2 * AttributeScan.margin)
    positions = .allocate(capacity: capacity + 192)
    rowEnds = .allocate(capacity: capacity + 192)
  }

  /// The hash of all of the file's bytes, once it is read.
  func contentHash() throws(IngestError) -> UInt64 {
    source.fileByteCount == nil ? try source.contentHash() : hasher.finish()
  }
}
