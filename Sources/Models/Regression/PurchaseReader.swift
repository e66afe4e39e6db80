package import Columns

/// Reads customers' purchase days out of several batches, for customers in rising order of code.
///
///     var reader = PurchaseReader(batches, firstCustomer: 0)
///     reader.read(0, into: &days)
///     reader.read(7, into: &days)    // 1…6 are passed over; going back reads nothing
package struct PurchaseReader {
  private struct Row {
    var day: Int32
    var order: UInt64
    var amount: Int64
  }

  private let batches: [TransactionTable]
  /// Next customer entry of each batch.
  private var positions: [Int]
  private var rows: [Row] = []

  package init(_ batches: [TransactionTable], firstCustomer: Int) {
    self.batches = batches
    positions = batches.map { PurchaseReader.position(of: firstCustomer, in: $0) }
  }

  /// First entry whose customer code is not below `customer`.
  private static func position(of customer: Int, in table: TransactionTable) -> Int {
    let codes = table.customerCodes.span
    var (low, high) = (0, codes.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(codes[middle]) < customer { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Replaces `days` by the purchase days of `customer`, of all batches together.
  ///
  /// Rows of one day with the same order id count as one order; a row without an id is an order of its own.
  package mutating func read(_ customer: Int, into days: inout PurchaseDays) {
    days.removeAll()
    rows.removeAll(keepingCapacity: true)
    var sourceCount = 0
    for b in batches.indices {
      let table = batches[b]
      let codes = table.customerCodes.span
      var at = positions[b]
      while at < codes.count && Int(codes[at]) < customer { at += 1 }
      positions[b] = at
      guard at < codes.count, Int(codes[at]) == customer else { continue }
      positions[b] = at + 1
      append(table, Int(table.rowStarts[at])..<Int(table.rowStarts[at + 1]))
      sourceCount += 1
    }
    if sourceCount > 1 { rows.sort { ($0.day, $0.order) < ($1.day, $1.order) } }
    for at in rows.indices {
      let row = rows[at]
      let repeated =
        at > 0 && row.order != 0 && rows[at - 1].order == row.order && rows[at - 1].day == row.day
      days.append(day: row.day, orderCount: repeated ? 0 : 1, amount: row.amount)
    }
  }

  private mutating func append(_ table: TransactionTable, _ range: Range<Int>) {
    let dayOf = table.days.span
    let amountOf = table.amounts.span
    if let orders = table.orders {
      let orderOf = orders.span
      for r in range { rows.append(Row(day: dayOf[r], order: orderOf[r], amount: amountOf[r])) }
    } else {
      for r in range { rows.append(Row(day: dayOf[r], order: 0, amount: amountOf[r])) }
    }
  }
}
