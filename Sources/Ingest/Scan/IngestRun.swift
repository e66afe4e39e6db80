import Columns
import Kernels

/// One ingest from opening the files to partitions full of rows.
final class IngestRun {
  let options: IngestOptions
  let partitions: PartitionSet
  let kept: KeptValues
  private(set) var report = IngestReport()
  private(set) var counts = RowCounts()
  private let inputs: [Input]
  private let ranges: IDRanges
  /// Decimals of the sampled amounts.
  private let decimalCount: Int
  private var rejects: RejectJudge
  private var outputs: [TaskOutput] = []

  struct Input {
    var source: InputSource
    var head: FileHead
    var plan: FilePlan
  }

  init(
    _ paths: [String], options: IngestOptions,
    onReject: ((RejectedRow) throws(IngestError) -> Void)?
  ) throws(IngestError) {
    try IngestRun.check(paths, options)
    var options = options
    options.tuning.fit(memoryLimitByteCount: options.memoryLimitByteCount)
    self.options = options
    rejects = RejectJudge(limit: options.rejectLimit, onReject: onReject)
    var inputs: [Input] = []
    var sample = FileSample()
    var byteCount = 0
    for path in paths {
      let input = try IngestRun.open(path, options)
      try sample.add(input.source, plan: input.plan, from: input.head.dataStart)
      byteCount += input.source.isComplete ? input.source.knownEnd : 1 << 30
      inputs.append(input)
    }
    self.inputs = inputs
    ranges = IDRanges(
      sample: sample.ids,
      wantedCount: min(
        IngestLimits.partitionCount,
        options.tuning.partitionCount ?? IngestRun.partitionCount(for: byteCount)),
      byteCount: options.tuning.partitionCount == nil ? byteCount : nil)
    kept = KeptValues(columnCount: options.keptColumns.count)
    let fixedWordCount = inputs[0].plan.fixedWordCount
    let scales: [Int64] = [10_000, 1_000, 100, 10, 1]
    let isPacked = options.keptColumns.isEmpty
    let hasOrder = options.orderColumn != nil
    let layout = RowLayout(
      kind: isPacked ? .packed(scale: scales[sample.decimalCount]) : .wide, hasOrder: hasOrder,
      fixedWordCount: fixedWordCount, keptCount: options.keptColumns.count)
    partitions = PartitionSet(
      layout: layout, partitionCount: ranges.partitionCount,
      compactPrefix: isPacked && options.tuning.usesPlainKernel ? ranges.compactPrefix : nil,
      direct: isPacked && options.tuning.usesDirectCodes ? ranges.direct : nil,
      options: options)
    decimalCount = sample.decimalCount
  }

  private static func check(_ paths: [String], _ options: IngestOptions) throws(IngestError) {
    try InputSource.check(
      paths, delimiter: options.delimiter, decimal: options.amountFormat.decimal,
      thousands: options.amountFormat.thousands)
    func refuse(_ problem: String, _ advice: String) throws(IngestError) {
      throw IngestError(.usage, problem, advice: advice)
    }
    if options.keptColumns.count > IngestLimits.keptColumnCount {
      try refuse(
        "\(options.keptColumns.count) columns are kept",
        "Keep at most \(IngestLimits.keptColumnCount)")
    }
    if Set(options.keptColumns.map { $0.lowercased() }).count < options.keptColumns.count {
      try refuse("a column is kept twice", "Name it once")
    }
  }

  /// About a MiB of text a partition: its hash table and rows then stay in the second-level cache.
  private static func partitionCount(for byteCount: Int) -> Int {
    min(IngestLimits.partitionCount, max(1, byteCount >> 20))
  }

  private static func open(_ path: String, _ options: IngestOptions) throws(IngestError) -> Input {
    let source = try InputSource(path: path)
    var wanted = 1 << 16
    while true {
      try source.advance(to: 0, byteCount: wanted)
      let bytes = try headBytes(source, wanted)
      let isComplete = source.isComplete && bytes.count == source.knownEnd
      do throws(IngestError) {
        let head = try FileHead(
          bytes: bytes, isComplete: isComplete, delimiter: options.delimiter, path: source.path)
        let columns = try ColumnChoice(header: head.header, options: options, path: source.path)
        let order = try DayMonthSearch(source: source, head: head, dateColumn: columns.date)
          .order(for: options.dateFormat)
        if source.fileByteCount == nil {
          try source.advance(to: 0, byteCount: IngestLimits.headByteCount)
        }
        let plan = FilePlan(
          path: source.path, head: head, columns: columns,
          dates: DateParser(options.dateFormat, order: order), options: options)
        return Input(source: source, head: head, plan: plan)
      } catch {
        // The header may just be longer than what was read.
        if isComplete || wanted >= IngestLimits.headByteCount || !error.isUnfinishedHeader {
          throw error
        }
        wanted *= 8
      }
    }
  }

  static func headBytes(_ source: InputSource, _ byteCount: Int) throws(IngestError) -> [UInt8] {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
    defer { memory.deallocate() }
    let count = try source.read(at: 0, into: memory.baseAddress!, byteCount: byteCount)
    return Array(memory.prefix(count))
  }

  // MARK: Scanning

  /// Scans all files into the partitions, and judges the rejects.
  func scanFiles() throws(IngestError) {
    for input in inputs { try scan(input) }
    outputs = []
    try rejects.judge(counts)
    report.rowsRead = counts.read
    report.rowsAccepted = counts.accepted
    report.rowsRejected = counts.rejected
    report.rowsFiltered = counts.filtered
    report.returnsDropped = counts.returnsDropped
    report.amountsRounded = counts.rounded
    report.blankLines = counts.blankLines
    report.spilledByteCount = partitions.spill?.byteCount ?? 0
  }

  private func scan(_ input: Input) throws(IngestError) {
    let source = input.source
    let tuning = options.tuning
    var blockHashes: UnsafeMutableBufferPointer<UInt64>?
    if let byteCount = source.fileByteCount,
      tuning.taskByteCount % ContentHash.blockByteCount == 0,
      tuning.pieceByteCount == ContentHash.blockByteCount
    {
      blockHashes = .allocate(capacity: ContentHash.blockCount(of: byteCount))
    }
    defer { blockHashes?.deallocate() }
    let format = compactFormat(input)
    let scans = WorkerPool { [ranges, kept, partitions] in
      FileScan(
        plan: input.plan, compactFormat: format, direct: partitions.direct?.codes, source: source,
        finder: ranges.finder,
        kept: kept, tuning: tuning, blockHashes: blockHashes)
    }
    let taskByteCount = taskByteCount(for: source)
    let taskCount =
      source.fileByteCount.map { ($0 + taskByteCount - 1) / taskByteCount } ?? tuning.tasksPerWave
    while outputs.count < min(taskCount, tuning.tasksPerWave) {
      outputs.append(
        TaskOutput(
          partitionCount: ranges.partitionCount, directPool: partitions.directPool,
          directRowWordCount: partitions.layout.rowWordCount))
    }
    let before = counts
    var known = input.head.dataStart
    var line = input.head.dataLine
    var lower = 0
    var waveByteCount = taskByteCount * tuning.tasksPerWave
    while true {
      if source.fileByteCount == nil {
        lower = known
        try source.advance(to: known, byteCount: waveByteCount)
      }
      let upper = min(lower + waveByteCount, source.knownEnd)
      if lower >= upper { break }
      let reached = try scanWave(lower..<upper, step: taskByteCount, known, &line, scans)
      if source.fileByteCount == nil {
        if source.isComplete && reached >= source.knownEnd { break }
        // A row that is longer than the wave: look at more of it.
        if reached == known {
          if waveByteCount > 2 * IngestLimits.rowByteCount { throw rowTooLong(source, line) }
          waveByteCount *= 2
        }
      }
      known = reached
      lower = upper
    }
    try note(input, before, blockHashes)
  }

  /// Bytes that a task scans: a file that is small is cut into some tasks for each thread too, at whole blocks of
  /// its content's hash.
  private func taskByteCount(for source: InputSource) -> Int {
    let most = options.tuning.taskByteCount
    let block = ContentHash.blockByteCount
    guard let byteCount = source.fileByteCount, most % block == 0 else { return most }
    return min(most, max(1, byteCount / (4 * Parallel.threadCount * block)) * block)
  }

  private func compactFormat(_ input: Input) -> CompactRowFormat? {
    guard let plain = input.plan.plainFormat, ranges.compactPrefix != nil else { return nil }
    // Compact records have no orders.
    if plain.orderField != nil && partitions.direct == nil { return nil }
    return CompactRowFormat(
      plain: plain, hasCarriage: input.head.hasCarriage, decimalCount: decimalCount,
      prefix: ranges.prefixBytes)
  }

  /// Scans one wave and hands its rows to the partitions; the offset of the first row that is left.
  private func scanWave(
    _ range: Range<Int>, step: Int, _ firstRow: Int, _ line: inout Int,
    _ scans: WorkerPool<FileScan>
  ) throws(IngestError) -> Int {
    let taskCount = min(outputs.count, (range.count + step - 1) / step)
    func taskRange(_ task: Int) -> Range<Int> {
      let start = range.lowerBound + task * step
      return start..<(task == taskCount - 1 ? range.upperBound : start + step)
    }
    // SAFETY: each task has its own output, each worker its own scan.
    nonisolated(unsafe) let outputs = self.outputs
    Parallel.perform(taskCount) { task in
      outputs[task].reset()
      scans.lend {
        $0.scan(taskRange(task), firstRow: task == 0 ? firstRow : nil, into: outputs[task])
      }
    }
    // Each task must have begun where the one before it ended.
    var expected = firstRow
    var taken = 0
    for task in 0..<taskCount {
      let output = outputs[task]
      if output.firstRow != expected || (output.error != nil && task > 0) {
        output.reset()
        scans.lend { $0.scan(taskRange(task), firstRow: expected, into: output) }
      }
      let firstLine = line
      line += output.lineCount
      try rejects.take(output.rejects, firstLine: firstLine, before: counts)
      if var error = output.error {
        if let local = error.line { error.line = firstLine + local }
        throw error
      }
      counts.add(output.counts)
      expected = output.nextRow
      taken = task + 1
      // A stream's last row may not be all there yet: what follows belongs to the next wave.
      if expected < taskRange(task).upperBound { break }
    }
    try partitions.take(outputs[..<taken])
    try kept.checkLimit(options.keptColumns)
    return expected
  }

  private func rowTooLong(_ source: InputSource, _ line: Int) -> IngestError {
    IngestError(
      .badData, "a row is longer than \(IngestLimits.rowByteCount >> 20) MiB", file: source.path,
      line: line, advice: "Is a quote opened on this line and not closed?")
  }

  private func note(
    _ input: Input, _ before: RowCounts, _ blockHashes: UnsafeMutableBufferPointer<UInt64>?
  ) throws(IngestError) {
    var file = FileReport(path: input.source.path)
    let plan = input.plan
    file.byteCount = input.source.knownEnd
    if let blockHashes {
      file.contentHash = ContentHash.combine(Array(blockHashes), byteCount: file.byteCount)
    } else {
      file.contentHash = try input.source.contentHash()
    }
    file.delimiter = plan.syntax.delimiter
    file.header = plan.header
    file.customerColumn = plan.header[plan.columns.customer]
    file.dateColumn = plan.header[plan.columns.date]
    file.amountColumn = plan.header[plan.columns.amount]
    file.orderColumn = plan.columns.order.map { plan.header[$0] }
    file.dayMonthOrder = plan.dates.order
    file.rowsRead = counts.read - before.read
    file.rowsAccepted = counts.accepted - before.accepted
    file.rowsRejected = counts.rejected - before.rejected
    file.rowsFiltered = counts.filtered - before.filtered
    report.files.append(file)
  }
}

extension IngestError {
  /// Whether more of the file may be all that is missing.
  var isUnfinishedHeader: Bool { problem == "the header row does not end" }
}
