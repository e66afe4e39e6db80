import Aggregation
import Columns
import Ingest
import JSONText
import Kernels
import Models
package import Storage
import Synchronization

/// The work of `ingest`, `score` and `run`: one store, one writer, one publication.
///
///     var job = try Job(store: "shop.strata", creating: true)
///     let report = try job.ingest(request)
///     let base = try job.score(ScoreRequest(rfm: RFMOptions(), preset: preset))
///     let published = try job.publish()       // nothing is in force before this
package struct Job: ~Copyable {
  private(set) var writer: StoreWriter
  var publication = Publication()
  var order: CustomerOrder
  /// The rows of the batch that is about to be published.
  var newRows: NewRows?
  /// First and last day of the new rows.
  var newDays: (first: Int32, last: Int32)?
  /// All batches, when several dates are to be scored from them.
  var keptBatches: [BatchRanges.Batch]?
  /// Attributes of customers, once they are read; those about to be published included.
  var attributes: AttributeHistory?
  /// What they come to, once it is asked for.
  private var customerAttributes: CustomerAttributes?
  /// Codes of the customers that are about to be published with their attributes.
  var newProspects: [Range<Int>] = []
  package internal(set) var clock = StageClock()
  /// What a customer's rows may come to: lower in tests only.
  var customerLimit = CustomerMost.limit

  /// Takes the store's lock; throws `StorageError.locked` when another process has it.
  package init(store path: String, creating: Bool = false) throws {
    var clock = StageClock()
    let store = try creating ? Store.openOrCreate(at: path) : Store.open(at: path)
    let locked = try store.lockForWriting()
    let current = locked.store
    let order = try clock.measure("open") { try Job.loadOrder(current) }
    writer = locked
    self.order = order
    self.clock = clock
  }

  private static func loadOrder(_ store: Store) throws(StorageError) -> CustomerOrder {
    if store.customerCount == 0 { return CustomerOrder(ids: StringTable([])) }
    return CustomerOrder(ids: try store.loadCustomerIDs())
  }

  /// What the user should be told of the store's state.
  package var notes: [String] { writer.notes }

  /// The store as this job last left it.
  package var store: Store { writer.store }

  /// Scores all customers, as a snapshot that `publish` will put in force.
  package mutating func score(_ request: ScoreRequest) throws -> ScoredBase {
    let store = writer.store
    let bounds = dayBounds()
    guard let bounds else { throw PipelineError.emptyStore(path: store.path) }
    let asOf = request.asOf ?? bounds.last
    guard asOf >= bounds.first else {
      throw PipelineError.noTransactions(asOf: asOf, firstDay: bounds.first)
    }
    let summary: CustomerSummary
    do { summary = try summarise(asOf: asOf, request) } catch {
      throw store.naming(error, ids: order.ids)
    }
    var numbers = store.manifest.batches.map(\.number)
    if newRows != nil { numbers.append(writer.nextBatchNumber) }
    let attributes = try currentAttributes()
    let rows = rowReader(limit: request.memoryLimitByteCount)
    let scoring = Scoring(
      request: request, order: order, batchNumbers: numbers, attributes: attributes,
      prospectCodes: prospectCodes(),
      previousClusters: try request.clustering.flatMap { _ in
        try store.currentSnapshot.flatMap { try store.snapshotRecord($0)["models"]?["clusters"] }
      },
      group: try request.groupColumn.map { name in
        if let column = attributes?.column(named: name) { return CustomerAttribute(column) }
        return try CustomerAttribute(
          name, rows: rows.ranges(.all(through: asOf), mayHold: false), asOf: asOf,
          others: attributes?.frame.names ?? [])
      },
      transactions: { try rows.repeatedly() })
    let base = try scoring.score(summary, clock: &clock)
    publication.snapshots = [base.draft]
    return base
  }

  /// The attributes of all customers, those about to be published included; nil where there are none.
  private mutating func currentAttributes() throws -> CustomerAttributes? {
    let history = try loadedAttributes()
    if history.isEmpty { return nil }
    let known = (generations: history.generations.count, customers: order.count)
    if let customerAttributes, customerAttributes.generationCount == known.generations,
      customerAttributes.frame.rowCount == known.customers
    {
      return customerAttributes
    }
    let merged = clock.measure("merge attributes") {
      CustomerAttributes(history, customerCount: known.customers)
    }
    customerAttributes = merged
    return merged
  }

  /// First and last day of all batches, the new one included.
  func dayBounds() -> (first: Int32, last: Int32)? {
    var days: [Int32] = []
    for batch in writer.store.manifest.batches { days += [batch.firstDay, batch.lastDay] }
    if let newDays { days += [newDays.first, newDays.last] }
    guard let first = days.min(), let last = days.max() else { return nil }
    return (first, last)
  }

  private mutating func summarise(
    asOf: Int32, _ request: ScoreRequest
  ) throws -> CustomerSummary {
    let store = writer.store
    let customerCount = order.count
    let new = newRows
    let isFirst = store.manifest.batches.isEmpty
    if isFirst || !request.isFull, let ready = new?.summary(asOf: asOf, window: request.window) {
      // Attributes may have brought customers since.
      return ready.count == customerCount ? ready : ready.copied(customerCount: customerCount)
    }
    let rows = rowReader(limit: request.memoryLimitByteCount)
    if !request.isFull, request.window == nil, !isFirst {
      let folded = try clock.measure("fold") {
        try StoreFold(
          store, customerCount: customerCount, asOf: asOf, hasNewOrders: new?.hasOrders ?? false,
          limit: request.memoryLimitByteCount)?.summary(adding: new, allRows: rows)
      }
      if let folded { return folded }
    }
    let windowDays = request.window.map { Int($0.wholeDays) }
    return try clock.measure("aggregate") {
      try CustomerSummary.aggregate(
        rows.ranges(BatchDays(through: asOf, windowDays: windowDays)),
        customerCount: customerCount, asOf: asOf, windowDays: windowDays)
    }
  }

  /// Puts everything in force in one step, or nothing.
  package mutating func publish() throws -> Published { try publish { true } }

  private mutating func publish(when mayComeIntoForce: () -> Bool) throws -> Published {
    let start = ContinuousClock().now
    let published = try writer.commit(publication, when: mayComeIntoForce)
    clock.add("publish", since: start)
    publication = Publication()
    newRows = nil
    newDays = nil
    newProspects = []
    return published
  }

  /// As `publish()`, while `work` runs on a thread of its own: a publication waits for the disk much of its time.
  ///
  /// Nothing comes into force when `work` fails. What it gives is dropped when the publication fails: it must not
  /// be final before.
  package mutating func publish<Output: Sendable>(
    beside work: @escaping @Sendable () throws -> Output
  ) throws -> (published: Published, output: Output) {
    let result = WorkResult<Output>()
    let published = try Parallel.beside({ result.store(Result { try work() }) }) {
      (wait) throws(any Error) in
      var failure: (any Error)?
      do {
        return try publish {
          wait()
          failure = result.failure
          return failure == nil
        }
      } catch {
        throw failure ?? error
      }
    }
    return (published, try result.take().get())
  }

  /// Adds a stage that the caller did to the clock.
  package mutating func note(_ stage: String, since start: ContinuousClock.Instant) {
    clock.add(stage, since: start)
  }
}

/// What a thread made, for the one that waits for it.
private final class WorkResult<Output: Sendable>: Sendable {
  private let result = Mutex<Result<Output, any Error>?>(nil)

  func store(_ value: Result<Output, any Error>) { result.withLock { $0 = value } }

  /// The result; the work has ended.
  func take() -> Result<Output, any Error> {
    guard let value = result.withLock({ $0 }) else {
      preconditionFailure("the work has ended before its result is taken")
    }
    return value
  }

  /// What the work threw; it has ended.
  var failure: (any Error)? {
    if case .failure(let error) = take() { error } else { nil }
  }
}
