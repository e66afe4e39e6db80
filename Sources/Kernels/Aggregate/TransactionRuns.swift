/// One batch of transactions as kernels see it: customer k has the rows `starts[k]..<starts[k + 1]`.
package struct TransactionRuns {
  /// Codes of the customers, strictly rising.
  package let codes: UnsafeBufferPointer<UInt32>
  /// First row of each customer, then the row count.
  package let starts: UnsafeBufferPointer<UInt32>
  /// Days, rising within a customer.
  package let days: UnsafeBufferPointer<Int32>
  /// Amounts in units of 10⁻⁴.
  package let amounts: UnsafeBufferPointer<Int64>
  /// Hashes of order ids, 0 where a row has none; nil when no row has one.
  package let orders: UnsafeBufferPointer<UInt64>?

  /// Takes columns whose lengths fit: as many days and amounts (and orders) as rows, one start more than codes.
  package init(
    codes: UnsafeBufferPointer<UInt32>, starts: UnsafeBufferPointer<UInt32>,
    days: UnsafeBufferPointer<Int32>, amounts: UnsafeBufferPointer<Int64>,
    orders: UnsafeBufferPointer<UInt64>?
  ) {
    precondition(starts.count == codes.count + 1, "one more row start than customers")
    precondition(amounts.count == days.count && (orders?.count ?? days.count) == days.count)
    self.codes = codes
    self.starts = starts
    self.days = days
    self.amounts = amounts
    self.orders = orders
  }

  /// Index of the first customer whose code is at least `code`: by bisection.
  package func firstCustomer(withCodeFrom code: Int) -> Int {
    var low = 0
    var high = codes.count
    while low < high {
      let middle = (low + high) / 2
      if Int(codes[middle]) < code { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Which days count: `after < day <= through`.
package struct DayBounds: Sendable {
  /// Rows of this day and before are left out; Int64, because "no bound" is below every day.
  package let after: Int64
  /// Rows after this day are left out.
  package let through: Int32

  package init(after: Int64, through: Int32) {
    self.after = after
    self.through = through
  }
}

/// The columns of a summary while it is being written, one row a customer.
///
/// Tasks that write different rows may write at the same time.
package struct SummaryColumns: @unchecked Sendable {
  // SAFETY: only pointers are shared, and every task writes rows of its own.
  package let firstDays: UnsafeMutableBufferPointer<Int32>
  package let lastDays: UnsafeMutableBufferPointer<Int32>
  package let orders: UnsafeMutableBufferPointer<Int32>
  package let purchaseDays: UnsafeMutableBufferPointer<Int32>
  package let totals: UnsafeMutableBufferPointer<Int64>
  package let firstDayTotals: UnsafeMutableBufferPointer<Int64>

  package init(
    firstDays: UnsafeMutableBufferPointer<Int32>, lastDays: UnsafeMutableBufferPointer<Int32>,
    orders: UnsafeMutableBufferPointer<Int32>, purchaseDays: UnsafeMutableBufferPointer<Int32>,
    totals: UnsafeMutableBufferPointer<Int64>, firstDayTotals: UnsafeMutableBufferPointer<Int64>
  ) {
    let counts = [
      lastDays.count, orders.count, purchaseDays.count, totals.count, firstDayTotals.count,
    ]
    precondition(counts.allSatisfy { $0 == firstDays.count }, "columns of one length")
    self.firstDays = firstDays
    self.lastDays = lastDays
    self.orders = orders
    self.purchaseDays = purchaseDays
    self.totals = totals
    self.firstDayTotals = firstDayTotals
  }

  package var count: Int { firstDays.count }

  /// Writes rows without transactions; `noDay` stands for their days.
  package func clear(_ rows: Range<Int>) {
    for row in rows { set(row, RunTotals()) }
  }

  @inline(__always)
  func set(_ row: Int, _ totals: RunTotals) {
    firstDays[row] = totals.firstDay
    lastDays[row] = totals.lastDay
    orders[row] = Int32(clamping: totals.orders)
    purchaseDays[row] = Int32(clamping: totals.purchaseDays)
    self.totals[row] = totals.sum
    firstDayTotals[row] = totals.firstDaySum
  }
}

/// Why a batch could not be aggregated.
package enum AggregateFault: Error, Equatable {
  /// The runs of customer number `customer` of the batch do not fit its columns, its code does not rise or is
  /// not below the number of customers, or its days fall.
  case malformedRun(customer: Int)
  /// A customer's amounts add up to more than 64 bits hold.
  case overflow(row: Int)
}
