/// One customer's purchase days, rising: day, orders and net amount of each.
package struct PurchaseDays: Sendable {
  package private(set) var days: [Int32] = []
  package private(set) var orders: [Int32] = []
  /// In units of 10⁻⁴.
  package private(set) var spend: [Int64] = []

  package init() {}

  package mutating func removeAll() {
    days.removeAll(keepingCapacity: true)
    orders.removeAll(keepingCapacity: true)
    spend.removeAll(keepingCapacity: true)
  }

  /// Adds orders and an amount on a day that is not before the last one. Sums saturate at Int64's ends.
  package mutating func append(day: Int32, orderCount: Int32, amount: Int64) {
    if let last = days.last, last == day {
      let at = days.count - 1
      orders[at] &+= orderCount
      spend[at] = PurchaseDays.sum(spend[at], amount)
    } else {
      days.append(day)
      orders.append(orderCount)
      spend.append(amount)
    }
  }

  /// Number of purchase days on or before `day`.
  package func count(upTo day: Int32) -> Int {
    var count = days.count
    while count > 0 && days[count - 1] > day { count -= 1 }
    return count
  }

  /// Orders and net amount after `from` up to and including `to`.
  package func total(after from: Int64, upTo to: Int64) -> (orders: Int, spend: Int64) {
    var total = (orders: 0, spend: Int64(0))
    var at = days.count - 1
    while at >= 0 && Int64(days[at]) > from {
      if Int64(days[at]) <= to {
        total.orders += Int(orders[at])
        total.spend = PurchaseDays.sum(total.spend, spend[at])
      }
      at -= 1
    }
    return total
  }

  static func sum(_ a: Int64, _ b: Int64) -> Int64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? (b < 0 ? .min : .max) : sum
  }
}
