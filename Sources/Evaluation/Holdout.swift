import Columns
import Kernels
package import Models

/// What happened after a cut-off to the customers that were known by then.
package struct Holdout: Sendable {
  package let cutoff: Int32
  package let end: Int32
  /// Codes, rising.
  package let customers: [UInt32]
  /// Net spend in (cutoff, end], in units of currency.
  package let spend: [Double]
  /// Purchase days in (cutoff, end].
  package let purchases: [Double]

  package init(_ base: CustomerBase, customers: [UInt32], cutoff: Int32, end: Int32) throws {
    self.cutoff = cutoff
    self.end = end
    self.customers = customers
    var spend = [Double](repeating: 0, count: customers.count)
    var purchases = spend
    try spend.withUnsafeMutableBufferPointer { spend in
      try purchases.withUnsafeMutableBufferPointer { purchases in
        // SAFETY: a task writes the customers of its own stretch only.
        nonisolated(unsafe) let (spend, purchases) = (spend, purchases)
        try base.forEachStretch(of: customers) { places, stretch in
          stretch.forEach { k, days in
            let i = places.lowerBound + k
            spend[i] = Money.double(days.total(after: Int64(cutoff), upTo: Int64(end)).spend)
            purchases[i] = Double(days.count(upTo: end) - days.count(upTo: cutoff))
          }
        }
      }
    }
    self.spend = spend
    self.purchases = purchases
  }

  package var count: Int { customers.count }

  /// A strategy's values of these customers, in their order.
  func gather(_ values: AlignedBuffer<Float>) -> [Float] {
    let source = values.pointer
    return customers.map { source[Int($0)] }
  }

  func gather(_ values: AlignedBuffer<UInt32>) -> [UInt32] {
    let source = values.pointer
    return customers.map { source[Int($0)] }
  }
}
