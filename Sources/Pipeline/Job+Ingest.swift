import Aggregation
import Columns
package import Ingest
import JSONText
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
    let storePath = store.path
    let rejects = try request.rejectsPath.map {
      try RejectsFile($0, inputs: request.paths, store: storePath)
    }
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
    let limit = request.options.memoryLimitByteCount
    let newOrder = order.adding(batch.newCustomers)
    if batch.isInCodeOrder || Job.tableByteCount(of: batch) > limit / 2 {
      let stream = try writer.streamBatch(rowCount: batch.rowCount, sources: sources)
      let rows = NewRows.stream(stream, try stored(batch, stream, limit, scoring))
      let record = try record(of: batch, rows, newOrder, limit)
      newRows = rows
      publication.batches = [BatchDraft(stream, ingest: record)]
    } else {
      let table = try clock.measure("sort") { try batch.table() }
      let record = try record(of: batch, .table(table), newOrder, limit)
      newRows = .table(table)
      publication.batches = [BatchDraft(table, sources: sources, ingest: record)]
    }
    if let first = batch.report.firstDay, let last = batch.report.lastDay {
      newDays = (first, last)
    }
    keptBatches = nil
    order = newOrder
    if batch.newCustomers.count > 0 {
      publication.customers.append(CustomersDraft(newIDs: batch.newCustomers))
    }
    return batch.report
  }

  /// How a batch was read, as its record says it; refuses rows that would make a customer too large.
  private mutating func record(
    of batch: IngestBatch, _ rows: NewRows, _ order: CustomerOrder, _ limit: Int
  ) throws -> JSON {
    let most = try customerMost(with: batch, rows, order, memoryLimit: limit)
    return .object(
      (batch.report.json.objectValue ?? []) + [JSON.Member(CustomerMost.memberName, most.json)])
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

  /// Memory of the rows as one table, and of another while they are brought into the order of codes.
  private static func tableByteCount(of batch: IngestBatch) -> Int {
    batch.rowCount * (12 + (batch.hasOrders ? 8 : 0) + 4 * batch.keptColumnCount) * 2
  }

  /// Writes the rows of a batch and sums its customers up meanwhile, where it is known as of when they will be
  /// scored: from nothing, or from what the last snapshot knows of them.
  private mutating func stored(
    _ batch: IngestBatch, _ stream: BatchStream, _ limit: Int, _ scoring: ScoreRequest?
  ) throws -> NewSummary? {
    let store = store
    let last = [batch.report.lastDay, store.manifest.batches.map(\.lastDay).max()]
      .compactMap(\.self).max()
    guard let scoring, let asOf = scoring.asOf ?? last else {
      try clock.measure("sort") { try Job.write(batch, to: stream, limit: limit) { _ in } }
      return nil
    }
    let windowDays = scoring.window.map { Int($0.wholeDays) }
    if store.manifest.batches.isEmpty, store.customerCount == 0 {
      return try clock.measure("sort") {
        try Job.summary(
          of: batch, writtenTo: stream, limit: limit, asOf: asOf, windowDays: windowDays)
      }
    }
    var fold: StoreFold?
    if windowDays == nil, !scoring.isFull, !store.manifest.batches.isEmpty {
      let customerCount = batch.firstNewCode + batch.newCustomers.count
      fold = try clock.measure("fold") {
        try StoreFold(
          store, customerCount: customerCount, asOf: asOf, hasNewOrders: batch.hasOrders,
          limit: limit)
      }
    }
    return try clock.measure("sort") {
      let failure = Mutex<AggregationError?>(nil)
      try Job.write(batch, to: stream, limit: limit) { rows in
        do throws(AggregationError) {
          try fold?.fold.add(TransactionRuns(rows))
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
      let all = RowReader(
        store: store, new: .stream(stream, nil), kept: nil,
        customerCount: batch.firstNewCode + batch.newCustomers.count, limit: limit)
      do {
        if let error = failure.withLock({ $0 }) { throw error }
        return try fold.map { NewSummary(summary: try $0.finish(all), windowDays: nil) }
      } catch AggregationError.totalOverflow {
        // Left to the check of the batch's totals, and to the scoring, which name the customer.
        return nil
      }
    }
  }

  /// The summary of a store's first customers, whose codes are its rows.
  private static func summary(
    of batch: IngestBatch, writtenTo stream: BatchStream, limit: Int, asOf: Int32,
    windowDays: Int?
  ) throws -> NewSummary? {
    let failure = Mutex<AggregationError?>(nil)
    let summary = try CustomerSummary.build(customerCount: batch.customerCount, asOf: asOf) {
      columns throws(any Error) in
      try write(batch, to: stream, limit: limit) { rows in
        do throws(AggregationError) {
          try columns.aggregate(
            TransactionRuns(rows), firstRow: rows.part.customers.lowerBound, asOf: asOf,
            windowDays: windowDays)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    // An error is left to the scoring, which meets it again and says it in its own order.
    if failure.withLock({ $0 }) != nil { return nil }
    return NewSummary(summary: summary, windowDays: windowDays)
  }

  /// Sorts the rows and writes them; `part` gets each part's while they are warm.
  private static func write(
    _ batch: IngestBatch, to stream: BatchStream, limit: Int, part: (IngestPartRows) -> Void
  ) throws {
    let windowRowCount = min(windowRowCount, max(StorageLimits.blockRowCount, limit / 256))
    do {
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
    } catch let error as StorageError {
      throw error.advising("nothing was published: the store is as it was")
    }
  }
}

/// What all customers come to, the new rows included.
struct NewSummary: Sendable {
  let summary: CustomerSummary
  let windowDays: Int?
}

/// The rows of a batch that is about to be published.
enum NewRows: Sendable {
  case table(TransactionTable)
  /// On the disk, and what they come to where that is known.
  case stream(BatchStream, NewSummary?)

  /// The rows, for being read range by range.
  func batch() throws(StorageError) -> BatchRanges.Batch {
    switch self {
    case .table(let table): .table(table)
    case .stream(let stream, _): .stored(try stream.storedBatch())
    }
  }

  var hasOrders: Bool {
    switch self {
    case .table(let table): table.orders != nil
    case .stream(let stream, _): stream.hasOrders
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
