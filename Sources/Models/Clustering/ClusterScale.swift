/// How features are made comparable before distances are taken.
package enum ClusterScale: String, Sendable, CaseIterable {
  /// Sign(x)·ln(1 + |x|), then as `z`: for counts and money, whose tails are long.
  case logZ = "log-z"
  /// Minus the mean, divided by the standard deviation.
  case z
  /// Minus the median, divided by the interquartile range over 1.349 (a normal's standard deviation); where
  /// that range is 0, by the standard deviation.
  case robust
  /// Minus the mean: features count by their units.
  case none
}
