package import Columns
import Kernels

extension CustomerSummary {
  /// What is known of the transactions that a summary was made from; with it, new batches can be folded in.
  package struct FoldBasis: Sendable {
    /// The last day of any earlier batch, `noDay` when there is none: rows after the old as-of date were left
    /// out of the summary and may now belong in.
    package let lastDay: Int32
    /// Whether any earlier batch has order ids: then a new row may carry an order id that was already counted.
    package let hasOrderIds: Bool

    package init(lastDay: Int32, hasOrderIds: Bool) {
      self.lastDay = lastDay
      self.hasOrderIds = hasOrderIds
    }
  }

  /// Folds new batches into the summary of the earlier ones; nil when only a full aggregation gives the answer.
  ///
  /// The result is exactly what `aggregate` gives for all batches together, without a window. A customer whose
  /// new rows all lie on or after their last day is folded; the rows of the others (late rows, or order ids
  /// that may already be counted) are asked for by `loadRows`, which gets their codes, rising, and returns
  /// tables that hold all rows, earlier and new, of at least these customers. It is not called when there is
  /// nobody to ask for.
  ///
  /// Nil when `asOf` is before the summary's, when earlier batches hold rows after the summary's as-of date, or
  /// when `customerCount` is below the summary's.
  ///
  /// Cost: the summary is copied (32 bytes a customer, read and written), plus the new rows.
  package static func fold(
    _ previous: CustomerSummary, basis: FoldBasis, newBatches: [TransactionTable],
    customerCount: Int, asOf: Int32,
    loadRows: (_ customerCodes: [UInt32]) throws -> [TransactionTable]
  ) throws -> CustomerSummary? {
    guard asOf >= previous.asOf, customerCount >= previous.count,
      basis.lastDay <= previous.asOf
    else { return nil }
    let added = try aggregate(newBatches, customerCount: customerCount, asOf: asOf)
    let carriers =
      basis.hasOrderIds ? orderIdCarriers(newBatches, customerCount: customerCount) : nil
    return try build(customerCount: customerCount, asOf: asOf) { columns in
      let codes = foldRows(of: previous, added, mayRepeatOrders: carriers, into: columns)
      if codes.isEmpty { return }
      try replace(codes, from: loadRows(codes), asOf: asOf, in: columns)
    }
  }

  /// Folds all rows in parallel; the codes of the customers that cannot be folded.
  private static func foldRows(
    of previous: CustomerSummary, _ added: CustomerSummary,
    mayRepeatOrders: AlignedBuffer<UInt8>?, into columns: SummaryColumns
  ) -> [UInt32] {
    var concerned = [[UInt32]](repeating: [], count: Parallel.chunkCount(of: columns.count))
    concerned.withUnsafeMutableBufferPointer { concerned in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let concerned = concerned
      Parallel.forEachChunk(of: columns.count) { chunk, rows in
        concerned[chunk] = Kernels.foldRows(
          rows, previous.source, added.source, mayRepeatOrders: mayRepeatOrders?.pointer,
          into: columns)
      }
    }
    return concerned.flatMap { $0 }
  }

  /// Aggregates some customers from tables that hold all their rows.
  private static func replace(
    _ codes: [UInt32], from tables: [TransactionTable], asOf: Int32, in columns: SummaryColumns
  ) throws(AggregationError) {
    try checkCodes(of: tables, customerCount: columns.count)
    let bounds = try DayBounds(asOf: asOf, windowDays: nil)
    let runs = tables.map(\.runs)
    let faults = FaultList(taskCount: Parallel.chunkCount(of: codes.count))
    Parallel.forEachChunk(of: codes.count) { chunk, range in
      var scratch = AggregateScratch()
      for code in codes[range] {
        let found = aggregateCustomer(
          runs, code: Int(code), row: Int(code), bounds: bounds, into: columns, scratch: &scratch)
        if found != nil {
          faults.record(found, task: chunk)
          break
        }
      }
    }
    try faults.throwFirst()
  }

  /// 1 for every customer code that has rows with an order id in these batches.
  private static func orderIdCarriers(
    _ batches: [TransactionTable], customerCount: Int
  ) -> AlignedBuffer<UInt8>? {
    guard batches.contains(where: { $0.orders != nil }) else { return nil }
    return AlignedBuffer<UInt8>(count: customerCount) { carriers in
      carriers.initialize(repeating: 0)
      for batch in batches {
        guard let orders = batch.orders?.pointer else { continue }
        for k in 0..<batch.customerCount {
          let rows = Int(batch.rowStarts[k])..<Int(batch.rowStarts[k + 1])
          if orders[rows].contains(where: { $0 != 0 }) { carriers[Int(batch.customerCodes[k])] = 1 }
        }
      }
    }
  }

  /// The columns as kernels see them; valid while the summary is held.
  private var source: SummarySource {
    SummarySource(
      firstDays: firstDays.pointer, lastDays: lastDays.pointer, orders: orders.pointer,
      purchaseDays: purchaseDays.pointer, totals: monetaryTotals.pointer,
      firstDayTotals: firstDayTotals.pointer)
  }
}
