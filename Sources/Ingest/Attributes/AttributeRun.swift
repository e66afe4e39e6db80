import Columns
import Kernels

/// One ingest of attributes from opening the files to chunks of cells.
final class AttributeRun {
  let options: AttributeOptions
  let schema: [AttributeSchema]
  private(set) var columns = AttributeColumns()
  private(set) var chunks: [AttributeChunk] = []
  private(set) var paths: [String] = []
  private(set) var report = AttributeReport()
  /// By column: rows rejected because of it.
  private(set) var rejectCounts: [Int] = []
  private var counts = RowCounts()
  private var rejects: RejectJudge

  /// Reads all files, and judges the rejects.
  init(
    _ paths: [String], options: AttributeOptions, schema: [AttributeSchema],
    onReject: ((RejectedRow) throws(IngestError) -> Void)?
  ) throws(IngestError) {
    try AttributeRun.check(paths, options)
    self.options = options
    self.schema = schema
    rejects = RejectJudge(limit: options.rejectLimit, onReject: onReject)
    // All headers first: a wrong name is then found before anything is read.
    var inputs: [(scan: AttributeScan, plan: AttributePlan)] = []
    for path in paths {
      let scan = try AttributeScan(path: path, options: options)
      let plan = try AttributePlan(
        head: scan.head, path: scan.source.path, options: options, schema: schema,
        columns: &columns)
      inputs.append((scan, plan))
    }
    try checkNames(inputs.map(\.plan))
    rejectCounts = Array(repeating: 0, count: columns.names.count)
    for (file, input) in inputs.enumerated() { try read(file, input.scan, input.plan) }
    try rejects.judge(counts)
    report.rowsRead = counts.read
    report.rowsAccepted = counts.accepted
    report.rowsRejected = counts.rejected
    report.rowsFiltered = counts.filtered
    report.blankLines = counts.blankLines
  }

  private static func check(
    _ paths: [String], _ options: AttributeOptions
  ) throws(IngestError) {
    try InputSource.check(
      paths, delimiter: options.delimiter, decimal: options.numberFormat.decimal,
      thousands: options.numberFormat.thousands)
    if options.renames.values.contains(where: \.isEmpty) {
      throw IngestError(.usage, "a column is given no name", advice: "Write --rename OLD=NEW")
    }
  }

  /// A type or a name given to a column that no file has is a slip that would otherwise go unseen.
  private func checkNames(_ plans: [AttributePlan]) throws(IngestError) {
    let headers = Set(plans.flatMap { $0.header.map { $0.lowercased() } })
    let known = headers.union(columns.names.map { $0.lowercased() })
    func check(
      _ names: some Sequence<String>, _ known: Set<String>, _ flag: String
    )
      throws(IngestError)
    {
      for name in names.sorted() where !known.contains(name.lowercased()) {
        throw IngestError(
          .usage, "\(flag) names a column that no file has", found: quoted(name.utf8),
          expected: "one of " + columns.names.map { "'\($0)'" }.joined(separator: ", "))
      }
    }
    try check(options.types.keys, known, "--type")
    try check(options.renames.keys, headers, "--rename")
  }

  private func read(
    _ file: Int, _ scan: AttributeScan, _ plan: AttributePlan
  ) throws(IngestError) {
    let before = counts
    paths.append(scan.source.path)
    while let wave = try scan.nextWave(plan: plan, columns: columns, options: options) {
      for chunk in wave {
        chunk.file = file
        for column in rejectCounts.indices { rejectCounts[column] += chunk.rejectCounts[column] }
        try rejects.take(chunk.rejects, firstLine: chunk.firstLine, before: counts)
        counts.add(chunk.counts)
        if chunk.rowCount > 0 { chunks.append(chunk) }
      }
      if counts.accepted > IngestLimits.rowCount {
        throw IngestError(
          .badData, "too many rows", file: scan.source.path,
          expected: "at most \(IngestLimits.rowCount)", advice: "Ingest the files one by one")
      }
    }
    var own = AttributeFileReport(path: scan.source.path)
    own.byteCount = scan.source.knownEnd
    own.contentHash = try scan.contentHash()
    own.delimiter = plan.syntax.delimiter
    own.idColumn = plan.header[plan.idField]
    own.rowsRead = counts.read - before.read
    own.rowsAccepted = counts.accepted - before.accepted
    own.rowsRejected = counts.rejected - before.rejected
    own.rowsFiltered = counts.filtered - before.filtered
    report.files.append(own)
    report.notes += plan.notes.map { "\(scan.source.path): \($0)" }
  }
}
