import Columns
import Kernels

/// Fills design columns for customers as of a day, a stretch of customers a task.
package struct DesignReader {
  /// Where what happened after the day goes: days after it, up to and including `end`.
  struct Outcomes {
    let end: Int32
    let spend: UnsafeMutableBufferPointer<Double>
    let orders: UnsafeMutableBufferPointer<Double>
    let active: UnsafeMutableBufferPointer<Float>
  }

  /// Customers in a task. Every row is a function of its customer alone: the number is for speed only.
  static let stretchCount = 8_192

  private let base: CustomerBase
  private let terms: [BoundTerm]

  package init(_ base: CustomerBase, terms: [DesignTerm]) {
    self.base = base
    self.terms = terms.map { BoundTerm($0, base.attributes) }
  }

  /// Fills column `firstColumn + t` with term t of all `customers`; rising codes.
  func fill(
    _ values: UnsafeMutableBufferPointer<Float>, columnStride: Int, firstColumn: Int,
    customers: [UInt32], asOf day: Int32, outcomes: Outcomes?
  ) throws {
    // SAFETY: a task writes the rows of its own stretch only.
    nonisolated(unsafe) let values = values
    nonisolated(unsafe) let outcomes = outcomes
    try base.forEachStretch(of: customers) { places, stretch in
      let start = places.lowerBound
      _ = self.fill(
        values, columnStride, firstColumn * columnStride + start, customers[places], stretch, day,
        outcomes, outcomeRow: start)
    }
  }

  /// Fills rows `offset…` of the columns, and tells which customers have a purchase by the day.
  func fill(
    _ values: UnsafeMutableBufferPointer<Float>, _ columnStride: Int, _ offset: Int,
    _ customers: ArraySlice<UInt32>, _ stretch: PurchaseStretch, _ day: Int32,
    _ outcomes: Outcomes?, outcomeRow: Int
  ) -> [Bool] {
    let isKnown = fillPurchases(
      values, columnStride, offset, stretch, day, outcomes, outcomeRow: outcomeRow)
    var scratch = [Double](repeating: 0, count: customers.count)
    for (column, term) in terms.enumerated() {
      let start = column * columnStride + offset
      term.fill(
        UnsafeMutableBufferPointer(rebasing: values[start..<start + customers.count]), customers,
        &scratch)
    }
    return isKnown
  }

  private func fillPurchases(
    _ values: UnsafeMutableBufferPointer<Float>, _ columnStride: Int, _ offset: Int,
    _ stretch: PurchaseStretch, _ day: Int32, _ outcomes: Outcomes?, outcomeRow: Int
  ) -> [Bool] {
    let count = stretch.count
    var isKnown = [Bool](repeating: false, count: count)
    var measures = [Double](repeating: 0, count: count * PurchaseDays.measureCount)
    measures.withUnsafeMutableBufferPointer { measures in
      guard let first = measures.baseAddress else { return }
      stretch.forEach { i, days in
        isKnown[i] = days.measure(asOf: day, into: first + i, stride: count)
        if let outcomes {
          let (orders, spend) = days.total(after: Int64(day), upTo: Int64(outcomes.end))
          outcomes.spend[outcomeRow + i] = Money.double(spend)
          outcomes.orders[outcomeRow + i] = Double(orders)
          outcomes.active[outcomeRow + i] = orders > 0 && spend > 0 ? 1 : 0
        }
      }
      for (column, term) in terms.enumerated() {
        guard case .purchases(let feature) = term else { continue }
        let start = column * columnStride + offset
        PurchaseDays.finish(
          feature, measures, count: count,
          into: UnsafeMutableBufferPointer(rebasing: values[start..<start + count]))
      }
    }
    return isKnown
  }
}
