/// Folds the rows of customers of one batch into the rows of their codes, which hold what is known of them before,
/// and returns the codes of those that cannot be folded, in the order of the batch; what is written to their rows
/// is unspecified.
///
/// A customer can be folded when its new rows start on or after its old last day and, where `mayRepeatOrders`
/// (order ids may have been counted already), there was nothing before or its new rows have none. Customers of
/// other codes are not touched: disjoint ranges may be folded at the same time. Cost: the customers' rows, and
/// 32 bytes read and written for each.
package func foldRuns(
  _ runs: TransactionRuns, customers: Range<Int>, bounds: DayBounds, mayRepeatOrders: Bool,
  into columns: SummaryColumns, scratch: inout AggregateScratch
) -> (concerned: [UInt32], fault: AggregateFault?) {
  precondition(customers.upperBound <= runs.codes.count)
  var concerned: [UInt32] = []
  var previousCode = -1
  for customer in customers {
    let code = runs.codes[customer]
    let row = Int(code)
    let runStart = Int(runs.starts[customer])
    let runEnd = Int(runs.starts[customer + 1])
    guard row > previousCode, row < columns.count, runStart <= runEnd, runEnd <= runs.days.count
    else { return (concerned, .malformedRun(customer: customer)) }
    previousCode = row
    let (start, end) = runs.trim(runStart, runEnd, bounds)
    if start == end { continue }
    var new = runs.totals(start, end)
    if new.daysFall { return (concerned, .malformedRun(customer: customer)) }
    scratch.hashes.removeAll(keepingCapacity: true)
    new.orders = runs.collectOrders(start, end, &scratch.hashes)
    let hasOrders = !scratch.hashes.isEmpty
    new.orders += scratch.distinctHashCount()
    var totals = columns.totals(row)
    if totals.purchaseDays == 0 {
      totals = new
    } else if new.firstDay < totals.lastDay || (mayRepeatOrders && hasOrders) {
      concerned.append(code)
      continue
    } else {
      if new.firstDay == totals.firstDay { totals.addFirstDay(new.firstDaySum) }
      totals.purchaseDays += new.purchaseDays - (new.firstDay == totals.lastDay ? 1 : 0)
      totals.orders += new.orders
      totals.lastDay = new.lastDay
      totals.add(new.sum)
    }
    if new.overflows || totals.overflows {
      concerned.append(code)
    } else {
      columns.set(row, totals)
    }
  }
  return (concerned, nil)
}

extension SummaryColumns {
  @inline(__always)
  fileprivate func totals(_ row: Int) -> RunTotals {
    RunTotals(
      firstDay: firstDays[row], lastDay: lastDays[row], orders: Int(orders[row]),
      purchaseDays: Int(purchaseDays[row]), sum: totals[row], firstDaySum: firstDayTotals[row])
  }
}
