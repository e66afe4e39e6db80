package import Columns

/// What a model expects of every customer in the horizon, by customer code.
///
/// A customer without purchases by the day has 0 everywhere: nothing is known of them.
package struct RegressionPrediction: Sendable {
  /// Net spend, in units of currency, 0 or more.
  package let spend: AlignedBuffer<Float>
  /// Orders, 0 or more.
  package let orders: AlignedBuffer<Float>
  /// Probability of a purchase; nil for models that do not say.
  package let activity: AlignedBuffer<Float>?

  package init(
    spend: AlignedBuffer<Float>, orders: AlignedBuffer<Float>, activity: AlignedBuffer<Float>?
  ) {
    self.spend = spend
    self.orders = orders
    self.activity = activity
  }
}
