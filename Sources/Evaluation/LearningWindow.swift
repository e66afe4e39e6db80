import Columns

/// The stretch that ends at a day and that strategies learn on: what was known at its start, and what the
/// customers of then did since.
///
/// It is as long as the horizon. Where the log does not reach back that far it is half of the log, and what is
/// learned is stretched to the horizon by the ratio of their lengths.
package struct LearningWindow: Sendable {
  /// Below this a window says more of weekdays than of customers.
  static let shortestDayCount = 7

  package let start: Knowledge
  package let dayCount: Int
  /// What happened from the start to the day.
  package let holdout: Holdout
  /// Length of the horizon over that of the window: 1 where the log is long enough.
  package let stretch: Double

  /// Nil when nobody was known early enough.
  init?(_ knowledge: Knowledge, horizonDays: Int) throws {
    let firstDays = knowledge.summary.firstDays
    guard let first = knowledge.customers.map({ firstDays[Int($0)] }).min() else { return nil }
    let logDayCount = Int(knowledge.day) - Int(first)
    let dayCount = logDayCount >= horizonDays ? horizonDays : logDayCount / 2
    guard dayCount == horizonDays || dayCount >= LearningWindow.shortestDayCount else { return nil }
    let start = try knowledge.earlier(by: dayCount)
    self.start = start
    self.dayCount = dayCount
    holdout = try Holdout(
      knowledge.base, customers: start.customers, cutoff: start.day, end: knowledge.day)
    stretch = Double(horizonDays) / Double(dayCount)
  }

  /// What a report should say of a window that is not the horizon's.
  package var note: String? {
    stretch == 1 ? nil : "learned on the last \(dayCount) days, for the log is too short for more"
  }
}
