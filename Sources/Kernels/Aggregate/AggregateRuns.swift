/// Aggregates customers `customers` of one batch into the rows of their codes, and clears the rows of
/// `rows` that have no customer in the batch.
///
/// `rows` must hold all the codes of `customers`. One pass over days, amounts and orders; 12 bytes a row are
/// read (20 with orders), 32 bytes a customer written. Returns the first thing that is wrong with the batch.
package func aggregateByCode(
  _ runs: TransactionRuns, customers: Range<Int>, rows: Range<Int>, bounds: DayBounds,
  into columns: SummaryColumns, scratch: inout AggregateScratch
) -> AggregateFault? {
  precondition(customers.upperBound <= runs.codes.count && rows.upperBound <= columns.count)
  var next = rows.lowerBound
  for customer in customers {
    let row = Int(runs.codes[customer])
    guard row >= next && row < rows.upperBound else { return .malformedRun(customer: customer) }
    while next < row {
      columns.set(next, RunTotals())
      next += 1
    }
    next += 1
    if let fault = aggregateOne(runs, customer, row, bounds, columns, &scratch) { return fault }
  }
  columns.clear(next..<rows.upperBound)
  return nil
}

/// Aggregates all customers of one batch into consecutive rows from `firstRow` on, whatever their codes.
///
/// This is for a caller that brings customers in the order of the summary's rows, part by part: parts may be
/// aggregated at the same time, each into rows of its own.
package func aggregateInOrder(
  _ runs: TransactionRuns, firstRow: Int, bounds: DayBounds, into columns: SummaryColumns,
  scratch: inout AggregateScratch
) -> AggregateFault? {
  precondition(firstRow >= 0 && firstRow + runs.codes.count <= columns.count)
  for customer in runs.codes.indices {
    let row = firstRow + customer
    if let fault = aggregateOne(runs, customer, row, bounds, columns, &scratch) { return fault }
  }
  return nil
}

@inline(__always)
private func aggregateOne(
  _ runs: TransactionRuns, _ customer: Int, _ row: Int, _ bounds: DayBounds,
  _ columns: SummaryColumns, _ scratch: inout AggregateScratch
) -> AggregateFault? {
  let runStart = Int(runs.starts[customer])
  let runEnd = Int(runs.starts[customer + 1])
  guard runStart <= runEnd && runEnd <= runs.days.count else {
    return .malformedRun(customer: customer)
  }
  let (start, end) = runs.trim(runStart, runEnd, bounds)
  var totals = runs.totals(start, end)
  if totals.daysFall { return .malformedRun(customer: customer) }
  if totals.overflows { return .overflow(row: row) }
  if runs.orders == nil || end - start < 2 {
    totals.orders = end - start
  } else {
    scratch.hashes.removeAll(keepingCapacity: true)
    let missing = runs.collectOrders(start, end, &scratch.hashes)
    totals.orders = missing + scratch.distinctHashCount()
  }
  columns.set(row, totals)
  return nil
}
