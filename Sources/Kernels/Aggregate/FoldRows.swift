/// The columns of a finished summary.
package struct SummarySource: @unchecked Sendable {
  // SAFETY: read only.
  let firstDays: UnsafeBufferPointer<Int32>
  let lastDays: UnsafeBufferPointer<Int32>
  let orders: UnsafeBufferPointer<Int32>
  let purchaseDays: UnsafeBufferPointer<Int32>
  let totals: UnsafeBufferPointer<Int64>
  let firstDayTotals: UnsafeBufferPointer<Int64>

  package init(
    firstDays: UnsafeBufferPointer<Int32>, lastDays: UnsafeBufferPointer<Int32>,
    orders: UnsafeBufferPointer<Int32>, purchaseDays: UnsafeBufferPointer<Int32>,
    totals: UnsafeBufferPointer<Int64>, firstDayTotals: UnsafeBufferPointer<Int64>
  ) {
    self.firstDays = firstDays
    self.lastDays = lastDays
    self.orders = orders
    self.purchaseDays = purchaseDays
    self.totals = totals
    self.firstDayTotals = firstDayTotals
  }

  @inline(__always)
  func totals(_ row: Int) -> RunTotals {
    guard row < firstDays.count else { return RunTotals() }
    return RunTotals(
      firstDay: firstDays[row], lastDay: lastDays[row], orders: Int(orders[row]),
      purchaseDays: Int(purchaseDays[row]), sum: totals[row], firstDaySum: firstDayTotals[row])
  }
}

/// Writes rows `rows` of the fold of a summary of new transactions into an earlier one, and returns the rows
/// that cannot be folded, rising; what is written there is unspecified.
///
/// A row can be folded when its new rows start on or after its old last day and, where `mayRepeatOrders` has 1
/// (new rows have order ids that may have been counted already), there was nothing before.
/// `previous` may be shorter than the rows: customers are added at the end.
package func foldRows(
  _ rows: Range<Int>, _ previous: SummarySource, _ added: SummarySource,
  mayRepeatOrders: UnsafeBufferPointer<UInt8>?, into columns: SummaryColumns
) -> [UInt32] {
  precondition(rows.upperBound <= columns.count && rows.upperBound <= added.firstDays.count)
  precondition(mayRepeatOrders.map { rows.upperBound <= $0.count } ?? true)
  var concerned: [UInt32] = []
  for row in rows {
    var totals = previous.totals(row)
    if added.purchaseDays[row] != 0 {
      let new = added.totals(row)
      if totals.purchaseDays == 0 {
        totals = new
      } else if new.firstDay < totals.lastDay || mayRepeatOrders.map({ $0[row] != 0 }) ?? false {
        concerned.append(UInt32(row))
      } else {
        if new.firstDay == totals.firstDay { totals.addFirstDay(new.firstDaySum) }
        totals.purchaseDays += new.purchaseDays - (new.firstDay == totals.lastDay ? 1 : 0)
        totals.orders += new.orders
        totals.lastDay = new.lastDay
        totals.add(new.sum)
        if totals.overflows { concerned.append(UInt32(row)) }
      }
    }
    columns.set(row, totals)
  }
  return concerned
}
