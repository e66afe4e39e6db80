import Aggregation
package import Columns
package import Models

/// What is known on a day: all transactions up to it, and nothing later.
///
/// Later rows are cut off, not hidden: a strategy that is handed a `Knowledge` cannot see past its day, whatever
/// it does.
package struct Knowledge: Sendable {
  package let day: Int32
  /// Transactions up to the day, and attributes as they are today.
  package let base: CustomerBase
  package let summary: CustomerSummary
  /// Codes of the customers with a transaction by the day, rising.
  package let customers: [UInt32]
  private let past = PastCache()

  package init(_ base: CustomerBase, asOf day: Int32) throws {
    self.day = day
    self.base = try CustomerBase(
      batches: base.batches.map { $0.truncated(after: day) }, customerCount: base.customerCount,
      attributes: base.attributes)
    summary = try CustomerSummary.aggregate(
      self.base.batches, customerCount: base.customerCount, asOf: day)
    customers = self.base.customers(knownBy: day)
  }

  /// What was known on an earlier day. Strategies ask for the same few days: each is worked out once.
  package func earlier(by days: Int) throws -> Knowledge {
    try past.knowledge(on: Int32(clamping: Int64(day) - Int64(days))) {
      try Knowledge(base, asOf: $0)
    }
  }

  /// The stretch before the day that a strategy can learn on, for a horizon as long; nil when the log is too
  /// short for any. It is worked out once.
  package func learningWindow(horizonDays: Int) throws -> LearningWindow? {
    try past.window(horizonDays) { try LearningWindow(self, horizonDays: horizonDays) }
  }
}
