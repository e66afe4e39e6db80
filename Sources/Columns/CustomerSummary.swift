/// One row a customer: what the models need to know of their purchases up to a date.
///
/// Rows are customers; which order they stand in (by code or by id) is up to who made the summary. A customer
/// without transactions has orders 0, purchase days 0, totals 0 and both days `CustomerSummary.noDay`.
package struct CustomerSummary: Sendable {
  /// Stands for the first and last day of a customer without transactions.
  package static let noDay = Int32.min

  /// The date the summary is as of: later transactions are left out.
  package let asOf: Int32
  package let firstDays: AlignedBuffer<Int32>
  package let lastDays: AlignedBuffer<Int32>
  /// Distinct order ids where known, else rows.
  package let orders: AlignedBuffer<Int32>
  /// Distinct days with at least one transaction.
  package let purchaseDays: AlignedBuffer<Int32>
  /// Net amount, in units of 10⁻⁴.
  package let monetaryTotals: AlignedBuffer<Int64>
  /// Net amount on the first purchase day: the spend models leave it out.
  package let firstDayTotals: AlignedBuffer<Int64>

  package init(
    asOf: Int32, firstDays: AlignedBuffer<Int32>, lastDays: AlignedBuffer<Int32>,
    orders: AlignedBuffer<Int32>, purchaseDays: AlignedBuffer<Int32>,
    monetaryTotals: AlignedBuffer<Int64>, firstDayTotals: AlignedBuffer<Int64>
  ) {
    let counts = [
      lastDays.count, orders.count, purchaseDays.count, monetaryTotals.count, firstDayTotals.count,
    ]
    precondition(counts.allSatisfy { $0 == firstDays.count }, "columns of one length")
    self.asOf = asOf
    self.firstDays = firstDays
    self.lastDays = lastDays
    self.orders = orders
    self.purchaseDays = purchaseDays
    self.monetaryTotals = monetaryTotals
    self.firstDayTotals = firstDayTotals
  }

  /// Number of customers.
  package var count: Int { firstDays.count }

  /// Whether customer `row` has any transaction.
  package func isProspect(_ row: Int) -> Bool { purchaseDays[row] == 0 }
}
