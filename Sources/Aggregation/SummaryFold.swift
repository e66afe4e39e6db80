package import Columns
package import Kernels
import Synchronization

/// The fold of new batches into the summary of the earlier ones, table by table or part by part.
///
///     let fold = SummaryFold(previous, isGivenUp: true, basis: basis, customerCount: n, asOf: day)
///     try fold?.add(table)                       // or parts of one, from any thread
///     let summary = try fold?.finish { codes in tables(of: codes) }
///
/// See `CustomerSummary.fold` for when it can be done and what comes out.
package final class SummaryFold: @unchecked Sendable {
  // SAFETY: the summary's memory is written by `add` (each call its own customers) and `finish` only, and nobody
  // reads it before: it is a copy, or its owner has given it up.
  private let summary: CustomerSummary
  private let columns: SummaryColumns
  private let bounds: DayBounds
  private let state: Mutex<State>

  private struct State {
    /// Whether any rows before have order ids.
    var hasOrderIds: Bool
    /// Codes of the customers that cannot be folded.
    var concerned: [UInt32] = []
  }

  /// Nil when only a full aggregation gives the answer.
  ///
  /// - Parameter isGivenUp: whether nobody reads `previous` any more: its memory then becomes the result's, where
  ///   no customers are added.
  package init?(
    _ previous: CustomerSummary, isGivenUp: Bool, basis: CustomerSummary.FoldBasis,
    customerCount: Int, asOf: Int32
  ) {
    guard asOf >= previous.asOf, customerCount >= previous.count,
      basis.lastDay <= previous.asOf,
      let bounds = try? DayBounds(asOf: asOf, windowDays: nil)
    else { return nil }
    let own = isGivenUp && customerCount == previous.count
    summary = (own ? previous : previous.copied(customerCount: customerCount)).dated(asOf)
    columns = SummaryColumns(overwriting: summary)
    self.bounds = bounds
    state = Mutex(State(hasOrderIds: basis.hasOrderIds))
  }

  /// Folds a batch, in parallel. Batches are folded one after the other.
  package func add(_ table: TransactionTable) throws(AggregationError) {
    try CustomerSummary.checkCodes(of: [table], customerCount: columns.count)
    let first = FirstFault()
    Parallel.forEachChunk(of: table.customerCount) { _, customers in
      if let fault = fold(table.runs, customers) {
        first.record((0, fault), code: customers.lowerBound)
      }
    }
    try first.rethrow()
    if table.orders != nil { noteOrderIds() }
  }

  /// Folds one batch that is brought range by range. Batches are folded one after the other.
  package func add(_ batch: any TransactionSource) throws {
    let first = FirstFault()
    try batch.forEachRange { codes, rows in
      for runs in rows {
        let low = runs.firstCustomer(withCodeFrom: codes.lowerBound)
        let high = max(low, runs.firstCustomer(withCodeFrom: codes.upperBound))
        if let fault = fold(runs, low..<high) { first.record((0, fault), code: codes.lowerBound) }
      }
    }
    try first.rethrow()
    if batch.hasOrders { noteOrderIds() }
  }

  /// Folds a part of a batch; parts of different customers may be folded at the same time. `noteOrderIds` belongs
  /// after the last part where rows have order ids.
  package func add(_ runs: TransactionRuns) throws(AggregationError) {
    if let fault = fold(runs, runs.codes.indices) { throw AggregationError(fault, batch: 0) }
  }

  package func noteOrderIds() { state.withLock { $0.hasOrderIds = true } }

  private func fold(_ runs: TransactionRuns, _ customers: Range<Int>) -> AggregateFault? {
    var scratch = AggregateScratch()
    let found = foldRuns(
      runs, customers: customers, bounds: bounds,
      mayRepeatOrders: state.withLock { $0.hasOrderIds }, into: columns, scratch: &scratch)
    if !found.concerned.isEmpty { state.withLock { $0.concerned += found.concerned } }
    return found.fault
  }

  /// The summary of all batches. The fold is over.
  ///
  /// - Parameter rows: brings all rows, earlier and new, of at least these customers.
  package func finish(
    rows: (_ customerCodes: [UInt32]) throws -> any TransactionSource
  ) throws -> CustomerSummary {
    let codes = Set(state.withLock { $0.concerned }).sorted()
    if !codes.isEmpty { try replace(codes, from: rows(codes)) }
    return summary
  }

  /// Aggregates some customers from all their rows.
  private func replace(_ codes: [UInt32], from source: any TransactionSource) throws {
    let first = FirstFault()
    try source.forEachRange(holding: codes) { range, rows in
      var scratch = AggregateScratch()
      for place in codes.places(of: range) {
        let code = Int(codes[place])
        let found = aggregateCustomer(
          rows, code: code, row: code, bounds: bounds, into: columns, scratch: &scratch)
        if let found {
          first.record(found, code: code)
          return
        }
      }
    }
    try first.rethrow()
  }
}

extension CustomerSummary {
  /// A copy with more customers at its end, who have no transactions.
  package func copied(customerCount: Int) -> CustomerSummary {
    precondition(customerCount >= count, "customers are added")
    return CustomerSummary.build(customerCount: customerCount, asOf: asOf) { columns in
      _ = columns.firstDays.update(fromContentsOf: firstDays.pointer)
      _ = columns.lastDays.update(fromContentsOf: lastDays.pointer)
      _ = columns.orders.update(fromContentsOf: orders.pointer)
      _ = columns.purchaseDays.update(fromContentsOf: purchaseDays.pointer)
      _ = columns.totals.update(fromContentsOf: monetaryTotals.pointer)
      _ = columns.firstDayTotals.update(fromContentsOf: firstDayTotals.pointer)
      columns.clear(count..<customerCount)
    }
  }

  fileprivate func dated(_ asOf: Int32) -> CustomerSummary {
    CustomerSummary(
      asOf: asOf, firstDays: firstDays, lastDays: lastDays, orders: orders,
      purchaseDays: purchaseDays, monetaryTotals: monetaryTotals, firstDayTotals: firstDayTotals)
  }
}

extension SummaryColumns {
  /// The columns of a summary that nobody reads while they are written.
  fileprivate init(overwriting summary: CustomerSummary) {
    func mutable<Element>(
      _ buffer: AlignedBuffer<Element>
    ) -> UnsafeMutableBufferPointer<Element> {
      UnsafeMutableBufferPointer(mutating: buffer.pointer)
    }
    self.init(
      firstDays: mutable(summary.firstDays), lastDays: mutable(summary.lastDays),
      orders: mutable(summary.orders), purchaseDays: mutable(summary.purchaseDays),
      totals: mutable(summary.monetaryTotals), firstDayTotals: mutable(summary.firstDayTotals))
  }
}
