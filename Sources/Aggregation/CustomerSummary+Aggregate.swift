package import Columns
package import Kernels

extension CustomerSummary {
  /// Aggregates transactions to one row a customer, rows by customer code.
  ///
  /// Rows after `asOf` are left out, and with a window of w days those up to `asOf - w` too, so that w days
  /// are left. Orders are the distinct order ids plus the rows without one (without an order column: rows);
  /// a day, and an order id, that stand in several batches count once. The batches may come in any order and
  /// be cut in any way: the result is the same, byte for byte, as it is for any number of threads.
  ///
  /// Cost: one pass over days, amounts and order ids, parallel over ranges of 65,536 customer codes.
  ///
  ///     let summary = try CustomerSummary.aggregate(batches, customerCount: ids.count, asOf: lastDay)
  ///     summary.purchaseDays[7]        // 0 when customer 7 has bought nothing by then
  ///     summary.lastDays[7]            // then noDay, not a date: test isProspect(7) first
  package static func aggregate(
    _ batches: [TransactionTable], customerCount: Int, asOf: Int32, windowDays: Int? = nil
  ) throws(AggregationError) -> CustomerSummary {
    let bounds = try DayBounds(asOf: asOf, windowDays: windowDays)
    try checkCodes(of: batches, customerCount: customerCount)
    let runs = batches.map(\.runs)
    return try build(customerCount: customerCount, asOf: asOf) { columns throws(AggregationError) in
      try aggregate(runs, bounds: bounds, into: columns)
    }
  }

  /// Allocates a summary and lets `fill` write every row of it; the columns must not leave the closure.
  ///
  /// For a caller that brings customers part by part: see `SummaryColumns.aggregate`.
  package static func build<Failure: Error>(
    customerCount: Int, asOf: Int32, _ fill: (SummaryColumns) throws(Failure) -> Void
  ) throws(Failure) -> CustomerSummary {
    var failure: Failure?
    var parts: [AlignedBuffer<Int32>] = []
    var sums: [AlignedBuffer<Int64>] = []
    // Every buffer is filled inside the initialisers of those that enclose it, so all six are open at once.
    func openDays(_ open: [UnsafeMutableBufferPointer<Int32>]) {
      if open.count < 4 {
        parts.append(AlignedBuffer<Int32>(count: customerCount) { openDays(open + [$0]) })
      } else {
        openSums(open, [])
      }
    }
    func openSums(
      _ days: [UnsafeMutableBufferPointer<Int32>], _ open: [UnsafeMutableBufferPointer<Int64>]
    ) {
      if open.count < 2 {
        sums.append(AlignedBuffer<Int64>(count: customerCount) { openSums(days, open + [$0]) })
        return
      }
      let columns = SummaryColumns(
        firstDays: days[0], lastDays: days[1], orders: days[2], purchaseDays: days[3],
        totals: open[0], firstDayTotals: open[1])
      do throws(Failure) { try fill(columns) } catch { failure = error }
    }
    openDays([])
    if let failure { throw failure }
    // Innermost buffers end first.
    return CustomerSummary(
      asOf: asOf, firstDays: parts[3], lastDays: parts[2], orders: parts[1],
      purchaseDays: parts[0], monetaryTotals: sums[1], firstDayTotals: sums[0])
  }

  private static func aggregate(
    _ batches: [TransactionRuns], bounds: DayBounds, into columns: SummaryColumns
  ) throws(AggregationError) {
    let faults = FaultList(taskCount: Parallel.chunkCount(of: columns.count))
    Parallel.forEachChunk(of: columns.count) { chunk, rows in
      var scratch = AggregateScratch()
      if batches.count == 1 {
        let low = batches[0].firstCustomer(withCodeFrom: rows.lowerBound)
        let high = batches[0].firstCustomer(withCodeFrom: rows.upperBound)
        let fault =
          low > high
          ? .malformedRun(customer: low)
          : aggregateByCode(
            batches[0], customers: low..<high, rows: rows, bounds: bounds, into: columns,
            scratch: &scratch)
        faults.record(fault.map { (0, $0) }, task: chunk)
      } else {
        let found = aggregateMerged(
          batches, rows: rows, bounds: bounds, into: columns, scratch: &scratch)
        faults.record(found, task: chunk)
      }
    }
    try faults.throwFirst()
  }

  /// Codes rise, so the last one says whether all are in range; that they rise is checked on the way.
  static func checkCodes(
    of batches: [TransactionTable], customerCount: Int
  ) throws(AggregationError) {
    for (b, batch) in batches.enumerated() where batch.customerCount > 0 {
      let last = batch.customerCount - 1
      if Int(batch.customerCodes[last]) >= customerCount {
        throw .malformedBatch(batch: b, customer: last)
      }
    }
  }
}

extension SummaryColumns {
  /// Aggregates one part of a customer base: `rows` brings customers in the order of the summary's rows, and
  /// its customer k goes to row `firstRow + k`, whatever its code.
  ///
  /// Parts with rows of their own may be aggregated at the same time, from any thread.
  package func aggregate(
    _ rows: TransactionTable, firstRow: Int, asOf: Int32, windowDays: Int? = nil
  ) throws(AggregationError) {
    try aggregate(rows.runs, firstRow: firstRow, asOf: asOf, windowDays: windowDays)
  }

  /// The same of a part whose rows are in memory that somebody else keeps.
  package func aggregate(
    _ runs: TransactionRuns, firstRow: Int, asOf: Int32, windowDays: Int? = nil
  ) throws(AggregationError) {
    let bounds = try DayBounds(asOf: asOf, windowDays: windowDays)
    guard firstRow >= 0 && firstRow + runs.codes.count <= count else {
      throw .malformedBatch(batch: 0, customer: runs.codes.count - 1)
    }
    var scratch = AggregateScratch()
    let fault = aggregateInOrder(
      runs, firstRow: firstRow, bounds: bounds, into: self, scratch: &scratch)
    if let fault { throw AggregationError(fault, batch: 0) }
  }
}

extension TransactionTable {
  /// The table as kernels see it; valid while the table is held.
  var runs: TransactionRuns {
    TransactionRuns(
      codes: customerCodes.pointer, starts: rowStarts.pointer, days: days.pointer,
      amounts: amounts.pointer, orders: orders?.pointer)
  }
}

extension DayBounds {
  init(asOf: Int32, windowDays: Int?) throws(AggregationError) {
    if let windowDays, windowDays < 1 { throw .windowTooShort(days: windowDays) }
    let window = windowDays.map { Int64(clamping: $0) } ?? .max / 2
    self.init(after: Int64(asOf) - min(window, .max / 2), through: asOf)
  }
}

extension AggregationError {
  init(_ fault: AggregateFault, batch: Int) {
    switch fault {
    case .malformedRun(let customer): self = .malformedBatch(batch: batch, customer: customer)
    case .overflow(let row): self = .totalOverflow(customerCode: row)
    }
  }
}

/// What went wrong in parallel tasks: one slot a task, so that the first task's fault is thrown whatever the
/// schedule.
final class FaultList: @unchecked Sendable {
  // SAFETY: every task writes its own slot; the list is read when all tasks have ended.
  private let slots: UnsafeMutableBufferPointer<(batch: Int, fault: AggregateFault)?>

  init(taskCount: Int) {
    slots = .allocate(capacity: taskCount)
    slots.initialize(repeating: nil)
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }

  func record(_ found: (batch: Int, fault: AggregateFault)?, task: Int) { slots[task] = found }

  func throwFirst() throws(AggregationError) {
    for case let found? in slots { throw AggregationError(found.fault, batch: found.batch) }
  }
}
