package import Columns
import Kernels

/// What the segments of a customer base amount to: one row a segment, in the taxonomy's order.
package struct SegmentTable: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package let name: String
    package let label: String
    package let customers: Int
    /// Of all customers, 0…1; 0 when there are none at all.
    package let share: Double
    /// Net amount in units of 10⁻⁴, exact: many customers may come to more than 64 bits.
    package let revenue: Int128
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
  package let revenue: Int128

  /// Adds up and finds the medians, in parallel; exact, without sorting.
  package init(_ assignment: SegmentAssignment, summary: CustomerSummary) {
    precondition(assignment.codes.count == summary.count, "segments of this summary")
    let tally = SegmentTally(assignment.codes, summary, segmentCount: assignment.names.count)
    let revenue = tally.sums.reduce(Int128(0)) { $0 + $1.revenue }
    rows = assignment.names.indices.map { segment in
      let sums = tally.sums[segment]
      return Row(
        name: assignment.names[segment], label: assignment.labels[segment],
        customers: sums.customers,
        share: summary.count == 0 ? 0 : Double(sums.customers) / Double(summary.count),
        revenue: sums.revenue,
        revenueShare: revenue > 0 ? Double(sums.revenue) / Double(revenue) : nil,
        medianRecencyDays: tally.recencies[segment]?.mean,
        medianOrders: tally.orders[segment]?.mean,
        medianSpend: tally.totals[segment].map { $0.mean / Double(Money.unitsPerOne) })
    }
    taxonomy = assignment.taxonomy
    customers = summary.count
    self.revenue = revenue
  }
}
