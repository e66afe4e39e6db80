/// The unit of time in which a purchase model's parameters and times are given.
package enum TimeRuler: String, Sendable, CaseIterable {
  case day
  case week
  case month

  /// Days in a unit; a month is the twelfth of 365.25 days.
  package var days: Double {
    switch self {
    case .day: 1
    case .week: 7
    case .month: 30.4375
    }
  }
}
