import Columns
import Kernels

/// Transactions row by row, and the summary by the definition: what the engine is checked against.
struct OrderLog {
  struct Row {
    var customer: Int
    var day: Int32
    var amount: Int64
    var order: UInt64 = 0
  }

  var rows: [Row]

  init(_ rows: [Row]) { self.rows = rows }

  /// Random rows; order ids repeat, also across days, and some rows have none.
  init(
    rowCount: Int, customers: Int, days: ClosedRange<Int32>, random: inout RandomStream
  ) {
    rows = (0..<rowCount).map { _ in
      Row(
        customer: random.nextIndex(below: customers),
        day: days.lowerBound + Int32(random.nextIndex(below: days.count)),
        amount: Int64(random.nextIndex(below: 2_000_000)) - 300_000,
        order: UInt64(random.nextIndex(below: 6)))
    }
  }

  /// One batch, sorted as batches are.
  func table(withOrders: Bool = true) -> TransactionTable {
    let sorted = rows.sorted {
      ($0.customer, $0.day, $0.order, $0.amount) < ($1.customer, $1.day, $1.order, $1.amount)
    }
    var codes: [UInt32] = []
    var starts: [UInt32] = []
    for (i, row) in sorted.enumerated() where codes.last != UInt32(row.customer) {
      codes.append(UInt32(row.customer))
      starts.append(UInt32(i))
    }
    return TransactionTable(
      customerCodes: AlignedBuffer(codes), rowStarts: AlignedBuffer(starts + [UInt32(rows.count)]),
      days: AlignedBuffer(sorted.map(\.day)), amounts: AlignedBuffer(sorted.map(\.amount)),
      orders: withOrders ? AlignedBuffer(sorted.map(\.order)) : nil)
  }

  /// The rows dealt at random into batches.
  func split(into count: Int, random: inout RandomStream) -> [OrderLog] {
    var parts = [OrderLog](repeating: OrderLog([]), count: count)
    for row in rows { parts[random.nextIndex(below: count)].rows.append(row) }
    return parts
  }

  func summary(
    customers: Int, asOf: Int32, windowDays: Int? = nil, withOrders: Bool = true
  ) -> [SummaryRow] {
    var groups = [[Row]](repeating: [], count: customers)
    for row in rows where row.day <= asOf {
      if let windowDays, Int(row.day) <= Int(asOf) - windowDays { continue }
      groups[row.customer].append(row)
    }
    return groups.map { rows in
      guard let first = rows.map(\.day).min(), let last = rows.map(\.day).max() else {
        return SummaryRow()
      }
      let known = withOrders ? rows.map(\.order).filter { $0 != 0 } : []
      return SummaryRow(
        firstDay: first, lastDay: last, orders: Set(known).count + rows.count - known.count,
        purchaseDays: Set(rows.map(\.day)).count, total: rows.reduce(0) { $0 + $1.amount },
        firstDayTotal: rows.reduce(0) { $0 + ($1.day == first ? $1.amount : 0) })
    }
  }
}

/// One row of a summary.
struct SummaryRow: Equatable {
  var firstDay = CustomerSummary.noDay
  var lastDay = CustomerSummary.noDay
  var orders = 0
  var purchaseDays = 0
  var total: Int64 = 0
  var firstDayTotal: Int64 = 0
}

extension CustomerSummary {
  var rows: [SummaryRow] {
    (0..<count).map {
      SummaryRow(
        firstDay: firstDays[$0], lastDay: lastDays[$0], orders: Int(orders[$0]),
        purchaseDays: Int(purchaseDays[$0]), total: monetaryTotals[$0],
        firstDayTotal: firstDayTotals[$0])
    }
  }
}

/// Runs a body with 1, 2 and 5 threads. Another suite may change the number meanwhile: that would only make
/// two runs alike, never break a correct one.
func onThreadCounts(_ body: (Int) throws -> Void) rethrows {
  defer { Parallel.setThreadCount(0) }
  for count in [1, 2, 5] {
    Parallel.setThreadCount(count)
    try body(count)
  }
}
