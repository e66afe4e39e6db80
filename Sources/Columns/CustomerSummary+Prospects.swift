import Kernels

extension CustomerSummary {
  /// Whether any customer has no transactions. One parallel pass over the purchase days.
  package var hasProspects: Bool { containsZeroInParallel(purchaseDays.pointer) }
}
