import Aggregation
import Columns
package import Ingest
import Kernels
import Storage
import Synchronization

extension Job {
  /// Reads order logs into a batch that `publish` will put in force.
  ///
  /// - Parameter scoring: what the new batch will be scored by, if it will: where it is the store's first, its
  ///   customers are then aggregated while its rows are sorted.
  package mutating func ingest(
    _ request: IngestRequest, scoring: ScoreRequest? = nil
  ) throws -> IngestReport {
    // What an earlier call has written goes first: it may stand where this one's batch will.
    publication.batches = []
    newRows = nil
    let rejects = try request.rejectsPath.map { try RejectsFile($0) }
    let existing = order.count == 0 ? nil : order.existing
    let batch = try clock.measure("read") {
      try Ingest.ingest(request.paths, options: request.options, existing: existing) {
        row throws(IngestError) in
        try rejects?.append(row)
      }
    }
    try rejects?.finish()
    if !request.isAgain { try refuseKnown(batch.report) }
    if batch.rowCount == 0 { return batch.report }
    let sources = batch.report.files.map {
      BatchSource(name: $0.path, byteCount: $0.byteCount, contentHash: $0.contentHash)
    }
    if batch.isStreamable {
      let store = store
      let stream = try writer.streamBatch(rowCount: batch.rowCount, sources: sources)
      let summary = try clock.measure("sort") {
        do {
          return try Job.write(
            batch, to: stream, limit: request.options.memoryLimitByteCount,
            // Codes are rows of the summary only where no customer was there before.
            scoring: store.customerCount == 0 ? scoring : nil)
        } catch let error as StorageError {
          throw error.advising("nothing was published: the store is as it was")
        }
      }
      newRows = .stream(stream, summary)
      publication.batches = [BatchDraft(stream, ingest: batch.report.json)]
    } else {
      let table = try clock.measure("sort") { try batch.table() }
      newRows = .table(table)
      publication.batches = [BatchDraft(table, sources: sources, ingest: batch.report.json)]
    }
    if let first = batch.report.firstDay, let last = batch.report.lastDay {
      newDays = (first, last)
    }
    keptTables = nil
    order = order.adding(batch.newCustomers)
    if batch.newCustomers.count > 0 {
      publication.customers.append(CustomersDraft(newIDs: batch.newCustomers))
    }
    return batch.report
  }

  private func refuseKnown(_ report: IngestReport) throws(PipelineError) {
    for (index, file) in report.files.enumerated() {
      if let batch = writer.store.batch(withSource: file.contentHash) {
        throw .alreadyIngested(file: file.path, batch: batch.name)
      }
      let same = report.files[..<index].first { $0.contentHash == file.contentHash }
      if let same { throw .sameFileTwice(file: file.path, other: same.path) }
    }
  }

  /// Rows sorted between two writes: enough of them that few waits are left at the ends of the loops.
  private static let windowRowCount = 1 << 20

  /// Sorts the rows and writes them, and aggregates the customers meanwhile where it is known as of when.
  private static func write(
    _ batch: IngestBatch, to stream: BatchStream, limit: Int, scoring: ScoreRequest?
  ) throws -> NewSummary? {
    let windowRowCount = min(windowRowCount, max(StorageLimits.blockRowCount, limit / 256))
    func run(_ part: (IngestPartRows) -> Void) throws {
      let customers = try batch.stream(
        windowRowCount: windowRowCount, blockRowCount: StorageLimits.blockRowCount, part: part
      ) { window in
        let blocks = try stream.blocks(
          of: BatchRows(
            firstRow: window.firstRow, count: window.count, days: window.days,
            amounts: window.amounts, orders: window.orders, extras: window.extraColumns()))
        return IngestWindowTasks(
          count: blocks.count, run: { blocks.run($0) }, check: { try blocks.check() })
      }
      try stream.finish(customerCodes: customers.customerCodes, rowStarts: customers.rowStarts)
    }
    guard let scoring, let last = batch.report.lastDay else {
      try run { _ in }
      return nil
    }
    let windowDays = scoring.window.map { Int($0.wholeDays) }
    let failure = Mutex<AggregationError?>(nil)
    let asOf = scoring.asOf ?? last
    let summary = try CustomerSummary.build(customerCount: batch.customerCount, asOf: asOf) {
      columns throws(any Error) in
      try run { rows in
        do throws(AggregationError) {
          try columns.aggregate(
            TransactionRuns(rows), firstRow: rows.part.customers.lowerBound, asOf: asOf,
            windowDays: windowDays)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
      // An error of aggregation is left to the scoring, which meets it again and says it in its own order.
      if failure.withLock({ $0 }) != nil {
        columns.clear(0..<batch.customerCount)
      }
    }
    if failure.withLock({ $0 }) != nil { return nil }
    return NewSummary(summary: summary, windowDays: windowDays)
  }
}

/// The summary of a store's first batch.
struct NewSummary: Sendable {
  let summary: CustomerSummary
  let windowDays: Int?
}

/// The rows of a batch that is about to be published.
enum NewRows: Sendable {
  case table(TransactionTable)
  /// On the disk, and what they come to where that is known.
  case stream(BatchStream, NewSummary?)

  /// The rows in memory.
  func tables(extras: Store.ExtraColumns = .none) throws(StorageError) -> [TransactionTable] {
    switch self {
    case .table(let table): [table]
    case .stream(let stream, _): [try stream.table(extras: extras)]
    }
  }

  /// What the rows come to, if that is known.
  func summary(asOf: Int32, window: TimeSpan?) -> CustomerSummary? {
    guard case .stream(_, let new?) = self, new.summary.asOf == asOf,
      new.windowDays == window.map({ Int($0.wholeDays) })
    else { return nil }
    return new.summary
  }
}

extension TransactionRuns {
  /// The rows of a part; valid while they are.
  fileprivate init(_ rows: IngestPartRows) {
    let count = rows.part.rows.count
    self.init(
      codes: UnsafeBufferPointer(start: rows.codes, count: rows.part.customers.count),
      starts: UnsafeBufferPointer(start: rows.starts, count: rows.part.customers.count + 1),
      days: UnsafeBufferPointer(start: rows.days, count: count),
      amounts: UnsafeBufferPointer(start: rows.amounts, count: count),
      orders: rows.orders.map { UnsafeBufferPointer(start: $0, count: count) })
  }
}
