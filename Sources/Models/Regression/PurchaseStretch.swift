import Columns
package import Kernels

/// The purchase days of a stretch of customers, of all batches together, read in one go.
///
/// Rows of one day with the same order id count as one order; a row without an id is an order of its own.
package struct PurchaseStretch {
  /// Customer i has the entries `starts[i]..<starts[i + 1]`.
  private let starts: [Int]
  private let days: AlignedBuffer<Int32>
  private let orders: AlignedBuffer<Int32>
  private let spend: AlignedBuffer<Int64>

  /// Reads `customers`, rising codes. Cost: their rows, and a step for each customer between them.
  package init(_ batches: [TransactionRuns], customers: ArraySlice<UInt32>) {
    let spans = batches.map { PurchaseStretch.entries(of: customers, in: $0) }
    var capacity = 0
    for (table, entries) in zip(batches, spans) {
      capacity += Int(table.starts[entries.upperBound] - table.starts[entries.lowerBound])
    }
    // Stretch after stretch asks for memory: a few sizes only, so that it is found again.
    var size = 1_024
    while size < capacity { size *= 2 }
    capacity = size
    var starts: [Int] = []
    var orders: AlignedBuffer<Int32>?
    var spend: AlignedBuffer<Int64>?
    days = AlignedBuffer<Int32>(count: capacity) { days in
      orders = AlignedBuffer<Int32>(count: capacity) { orders in
        spend = AlignedBuffer<Int64>(count: capacity) { spend in
          var writer = Writer(days: days, orders: orders, spend: spend)
          if batches.count == 1 {
            starts = writer.read(batches[0], spans[0], customers)
          } else {
            starts = writer.merge(batches, spans, customers)
          }
        }
      }
    }
    self.starts = starts
    self.orders = orders!
    self.spend = spend!
  }

  /// Number of customers.
  package var count: Int { starts.count - 1 }

  /// Calls `body` with the place and the purchase days of every customer; the days are valid inside only.
  package func forEach(_ body: (_ i: Int, _ days: PurchaseDays) -> Void) {
    withExtendedLifetime(self) {
      for i in 0..<count { body(i, days(of: i)) }
    }
  }

  private func days(of i: Int) -> PurchaseDays {
    let range = starts[i]..<starts[i + 1]
    return PurchaseDays(
      days: UnsafeBufferPointer(rebasing: days.pointer[range]),
      orders: UnsafeBufferPointer(rebasing: orders.pointer[range]),
      spend: UnsafeBufferPointer(rebasing: spend.pointer[range]))
  }

  /// The entries of a batch whose customers lie between the first and the last wanted.
  private static func entries(
    of customers: ArraySlice<UInt32>, in batch: TransactionRuns
  ) -> Range<Int> {
    guard let first = customers.first, let last = customers.last else { return 0..<0 }
    return batch.codes.places(of: Int(first)..<Int(last) + 1)
  }

  /// Writes purchase days one after the other.
  private struct Writer {
    struct Row {
      let day: Int32
      let order: UInt64
      let amount: Int64
    }

    let days: UnsafeMutableBufferPointer<Int32>
    let orders: UnsafeMutableBufferPointer<Int32>
    let spend: UnsafeMutableBufferPointer<Int64>
    var count = 0
    /// First entry of the customer that is being written.
    var start = 0
    var lastOrder: UInt64 = 0

    init(
      days: UnsafeMutableBufferPointer<Int32>, orders: UnsafeMutableBufferPointer<Int32>,
      spend: UnsafeMutableBufferPointer<Int64>
    ) {
      self.days = days
      self.orders = orders
      self.spend = spend
    }

    @inline(__always)
    mutating func add(_ row: Row) {
      if count > start && days[count - 1] == row.day {
        let isSameOrder = row.order != 0 && row.order == lastOrder
        orders[count - 1] &+= isSameOrder ? 0 : 1
        spend[count - 1] = saturatingSum(spend[count - 1], row.amount)
      } else {
        days[count] = row.day
        orders[count] = 1
        spend[count] = row.amount
        count += 1
      }
      lastOrder = row.order
    }

    mutating func read(
      _ table: TransactionRuns, _ entries: Range<Int>, _ customers: ArraySlice<UInt32>
    ) -> [Int] {
      let codes = table.codes
      var at = entries.lowerBound
      var starts = [0]
      starts.reserveCapacity(customers.count + 1)
      for customer in customers {
        start = count
        while at < entries.upperBound && codes[at] < customer { at += 1 }
        if at < entries.upperBound && codes[at] == customer {
          add(table, at)
          at += 1
        }
        starts.append(count)
      }
      return starts
    }

    @inline(__always)
    private mutating func add(_ table: TransactionRuns, _ entry: Int) {
      let (days, amounts) = (table.days, table.amounts)
      let rows = Int(table.starts[entry])..<Int(table.starts[entry + 1])
      if let orders = table.orders {
        for r in rows { add(Row(day: days[r], order: orders[r], amount: amounts[r])) }
      } else {
        for r in rows { add(Row(day: days[r], order: 0, amount: amounts[r])) }
      }
    }

    mutating func merge(
      _ batches: [TransactionRuns], _ spans: [Range<Int>], _ customers: ArraySlice<UInt32>
    ) -> [Int] {
      var positions = spans.map(\.lowerBound)
      var starts = [0]
      var found: [(batch: Int, entry: Int)] = []
      for customer in customers {
        start = count
        found.removeAll(keepingCapacity: true)
        for (b, table) in batches.enumerated() {
          let codes = table.codes
          var at = positions[b]
          while at < spans[b].upperBound && codes[at] < customer { at += 1 }
          if at < spans[b].upperBound && codes[at] == customer {
            found.append((b, at))
            at += 1
          }
          positions[b] = at
        }
        if found.count == 1 {
          add(batches[found[0].batch], found[0].entry)
        } else if found.count > 1 {
          addSorted(batches, found)
        }
        starts.append(count)
      }
      return starts
    }

    private mutating func addSorted(
      _ batches: [TransactionRuns], _ found: [(batch: Int, entry: Int)]
    ) {
      var rows: [Row] = []
      for (b, entry) in found {
        let table = batches[b]
        for r in Int(table.starts[entry])..<Int(table.starts[entry + 1]) {
          rows.append(
            Row(day: table.days[r], order: table.orders?[r] ?? 0, amount: table.amounts[r]))
        }
      }
      rows.sort { ($0.day, $0.order) < ($1.day, $1.order) }
      for row in rows { add(row) }
    }
  }
}
