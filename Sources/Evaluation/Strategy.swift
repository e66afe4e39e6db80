package import Columns

/// A way of classifying customers: the only thing to write for a new one (Documentation/Strategies.md).
package protocol Strategy: Sendable {
  /// The name on the command line and in reports.
  var name: String { get }
  /// Learns what it needs from what is known; `horizonDays` is how far ahead it will be judged.
  func fit(_ knowledge: Knowledge, horizonDays: Int) throws -> any FittedStrategy
}

/// A strategy that has learned, and can be asked on its own day or any other.
package protocol FittedStrategy: Sendable {
  /// What a reader should know of the fit: that something else stands in, or learned on less. Nil is as asked.
  var note: String? { get }
  func score(_ knowledge: Knowledge) throws -> StrategyScores
}

extension FittedStrategy {
  package var note: String? { nil }
}

/// What a strategy says of every customer, by customer code. Customers that are not known count nowhere.
package struct StrategyScores: Sendable {
  /// Higher is better; finite. Equal values are a tie, and are treated as one.
  package var ranking: AlignedBuffer<Float>
  /// Net spend in the horizon, in units of currency.
  package var spend: AlignedBuffer<Float>?
  /// Purchase days in the horizon.
  package var purchases: AlignedBuffer<Float>?
  /// Probability of a purchase in the horizon.
  package var activity: AlignedBuffer<Float>?
  /// Which group each customer is in, 0…; for strategies that make groups.
  package var groups: AlignedBuffer<UInt32>?

  package init(
    ranking: AlignedBuffer<Float>, spend: AlignedBuffer<Float>? = nil,
    purchases: AlignedBuffer<Float>? = nil, activity: AlignedBuffer<Float>? = nil,
    groups: AlignedBuffer<UInt32>? = nil
  ) {
    self.ranking = ranking
    self.spend = spend
    self.purchases = purchases
    self.activity = activity
    self.groups = groups
  }
}
