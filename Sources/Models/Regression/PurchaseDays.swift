import Columns

/// One customer's purchase days, rising: day, orders and net amount of each. A view into a `PurchaseStretch`,
/// valid while that is held.
package struct PurchaseDays {
  package let days: UnsafeBufferPointer<Int32>
  package let orders: UnsafeBufferPointer<Int32>
  /// In units of 10⁻⁴.
  package let spend: UnsafeBufferPointer<Int64>

  /// Number of purchase days on or before `day`.
  package func count(upTo day: Int32) -> Int {
    var count = days.count
    while count > 0 && days[count - 1] > day { count -= 1 }
    return count
  }

  /// Orders and net amount after `from` up to and including `to`; sums saturate at Int64's ends.
  package func total(after from: Int64, upTo to: Int64) -> (orders: Int, spend: Int64) {
    var total = (orders: 0, spend: Int64(0))
    var at = days.count - 1
    while at >= 0 && Int64(days[at]) > from {
      if Int64(days[at]) <= to {
        total.orders += Int(orders[at])
        total.spend = saturatingSum(total.spend, spend[at])
      }
      at -= 1
    }
    return total
  }
}

/// a + b, or the end of Int64 that it lies beyond.
@inline(__always)
func saturatingSum(_ a: Int64, _ b: Int64) -> Int64 {
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow ? (b < 0 ? .min : .max) : sum
}
