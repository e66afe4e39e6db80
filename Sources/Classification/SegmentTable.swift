package import Columns
import Kernels
import Models

/// What the segments of a customer base amount to: one row a segment, in the taxonomy's order.
package struct SegmentTable: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package let name: String
    package let label: String
    package let customers: Int
    /// Of all customers, 0…1; 0 when there are none at all.
    package let share: Double
    /// Net amount in units of 10⁻⁴; held at the ends of Int64 should it lie beyond.
    package let revenue: Int64
    /// Of the revenue of all segments; nil when that is not positive, for then no share means anything.
    package let revenueShare: Double?
    /// Medians over the segment's customers that have transactions, nil where there are none; with an even
    /// count the mean of the middle two. Days, orders, and currency.
    package let medianRecencyDays: Double?
    package let medianOrders: Double?
    package let medianSpend: Double?
  }

  package let taxonomy: String
  package let rows: [Row]
  package let customers: Int
  package let revenue: Int64

  /// Adds up and finds the medians, in parallel; exact, without sorting.
  package init(_ assignment: SegmentAssignment, summary: CustomerSummary) {
    precondition(assignment.codes.count == summary.count, "segments of this summary")
    let groupCount = assignment.names.count
    let codes = assignment.codes.pointer
    let purchaseDays = summary.purchaseDays.pointer
    let keys = AlignedBuffer<UInt32>(count: summary.count) { keys in
      // SAFETY: every chunk writes its own rows.
      nonisolated(unsafe) let keys = keys
      Parallel.forEachChunk(of: summary.count) { _, rows in
        for row in rows {
          keys[row] = purchaseDays[row] == 0 ? keyOfNoGroup : UInt32(codes[row])
        }
      }
    }
    let customers = SegmentTable.counts(codes, groupCount: groupCount)
    let groups = RowGroups(keys: keys, groupCount: groupCount)
    let lastDays = groups.gather(summary.lastDays)
    let orders = groups.gather(summary.orders)
    let totals = groups.gather(summary.monetaryTotals)
    let revenues = (0..<groupCount).map { group in
      totals.pointer[groups.range(of: group)].reduce(Int128(0)) { $0 + Int128($1) }
    }
    let revenue = revenues.reduce(0, +)
    let asOf = Double(summary.asOf)
    rows = (0..<groupCount).map { group in
      let range = groups.range(of: group)
      let ranks = range.isEmpty ? [] : [(range.count - 1) / 2, range.count / 2]
      let days = OrderStatistics.values(
        of: UnsafeBufferPointer(rebasing: lastDays.pointer[range]), ranks: ranks)
      let counts = OrderStatistics.values(
        of: UnsafeBufferPointer(rebasing: orders.pointer[range]), ranks: ranks)
      let spend = OrderStatistics.values(
        of: UnsafeBufferPointer(rebasing: totals.pointer[range]), ranks: ranks)
      return Row(
        name: assignment.names[group], label: assignment.labels[group],
        customers: customers[group],
        share: summary.count == 0 ? 0 : Double(customers[group]) / Double(summary.count),
        revenue: Int64(clamping: revenues[group]),
        revenueShare: revenue > 0 ? Double(revenues[group]) / Double(revenue) : nil,
        medianRecencyDays: SegmentTable.middle(days.map(Int64.init)).map { asOf - $0 },
        medianOrders: SegmentTable.middle(counts.map(Int64.init)),
        medianSpend: SegmentTable.middle(spend).map { $0 / Double(Money.unitsPerOne) })
    }
    taxonomy = assignment.taxonomy
    self.customers = summary.count
    self.revenue = Int64(clamping: revenue)
  }

  private static func middle(_ pair: [Int64]) -> Double? {
    pair.isEmpty ? nil : Double(Int128(pair[0]) + Int128(pair[1])) / 2
  }

  private static func counts(_ codes: UnsafeBufferPointer<UInt8>, groupCount: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    counts.withUnsafeMutableBufferPointer { countBytes(codes, into: $0) }
    precondition(counts[groupCount...].allSatisfy { $0 == 0 }, "a code without a segment")
    return Array(counts[..<groupCount])
  }
}
