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
    let source = TransactionTables(batches, customerCount: customerCount)
    return try build(customerCount: customerCount, asOf: asOf) { columns throws(AggregationError) in
      let first = FirstFault()
      source.forEachRange(holding: nil) { codes, rows in
        aggregate(rows, codes, bounds: bounds, into: columns, first)
      }
      try first.rethrow()
    }
  }

  /// The same of transactions that are brought range by range.
  package static func aggregate(
    _ source: any TransactionSource, customerCount: Int, asOf: Int32, windowDays: Int? = nil
  ) throws -> CustomerSummary {
    let bounds = try DayBounds(asOf: asOf, windowDays: windowDays)
    return try build(customerCount: customerCount, asOf: asOf) { columns throws(any Error) in
      let first = FirstFault()
      try source.forEachRange { codes, rows in
        aggregate(rows, codes, bounds: bounds, into: columns, first)
      }
      try first.rethrow()
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

  /// Aggregates the customers of a range, a chunk of them at a time.
  private static func aggregate(
    _ batches: [TransactionRuns], _ codes: Range<Int>, bounds: DayBounds,
    into columns: SummaryColumns, _ first: FirstFault
  ) {
    var scratch = AggregateScratch()
    for start in stride(from: codes.lowerBound, to: codes.upperBound, by: Parallel.chunkRowCount) {
      let rows = start..<min(start + Parallel.chunkRowCount, codes.upperBound)
      var found: (batch: Int, fault: AggregateFault)?
      if batches.count == 1 {
        let low = batches[0].firstCustomer(withCodeFrom: rows.lowerBound)
        let high = batches[0].firstCustomer(withCodeFrom: rows.upperBound)
        let fault =
          low > high
          ? .malformedRun(customer: low)
          : aggregateByCode(
            batches[0], customers: low..<high, rows: rows, bounds: bounds, into: columns,
            scratch: &scratch)
        found = fault.map { (0, $0) }
      } else {
        found = aggregateMerged(
          batches, rows: rows, bounds: bounds, into: columns, scratch: &scratch)
      }
      if let found {
        first.record(found, code: rows.lowerBound)
        return
      }
    }
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
