/// Transactions of one batch, sorted by (customer, day, order, amount), customers as runs of rows.
///
/// Customer k of the table has code `customerCodes[k]` and rows `rowStarts[k]..<rowStarts[k + 1]`. That is
/// both how a batch lies in memory and, as codes and run lengths, how it lies on disk: a column with the
/// customer of every row would hold ten times the values and say the same.
package struct TransactionTable: Sendable {
  /// Codes of the customers that have rows here, strictly rising. k entries.
  package let customerCodes: AlignedBuffer<UInt32>
  /// First row of each customer, then the row count: k + 1 entries, strictly rising.
  package let rowStarts: AlignedBuffer<UInt32>
  /// Days since 1970-01-01, rising within a customer.
  package let days: AlignedBuffer<Int32>
  /// Amounts in units of 10⁻⁴.
  package let amounts: AlignedBuffer<Int64>
  /// XXH3-64 of each row's order id, 0 where the row has none; nil when no order column was given.
  package let orders: AlignedBuffer<UInt64>?
  /// Columns kept besides, one value a row.
  package let extras: [Column]

  package init(
    customerCodes: AlignedBuffer<UInt32>, rowStarts: AlignedBuffer<UInt32>,
    days: AlignedBuffer<Int32>, amounts: AlignedBuffer<Int64>,
    orders: AlignedBuffer<UInt64>? = nil, extras: [Column] = []
  ) {
    precondition(rowStarts.count == customerCodes.count + 1, "one more row start than customers")
    precondition(rowStarts[0] == 0 && Int(rowStarts[customerCodes.count]) == days.count)
    precondition(amounts.count == days.count && (orders?.count ?? days.count) == days.count)
    precondition(extras.allSatisfy { $0.rowCount == days.count })
    self.customerCodes = customerCodes
    self.rowStarts = rowStarts
    self.days = days
    self.amounts = amounts
    self.orders = orders
    self.extras = extras
  }

  package var rowCount: Int { days.count }
  package var customerCount: Int { customerCodes.count }
}
