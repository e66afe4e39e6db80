import Columns

/// The dates of a replay: from one date on, a step at a time, up to another.
package struct ReplaySchedule: Sendable, Equatable {
  /// How far it is from one date to the next.
  package enum Step: Sendable, Equatable {
    case days(Int)
    /// The same day of the month, or the month's last day where it has not that day.
    case months(Int)

    /// Reads `day`, `week`, `month`, and these with a number: `10d`, `2w`, `3mo`; nil for anything else.
    package init?(_ text: String) {
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
      guard let count = digits.isEmpty ? 1 : Int(digits), (1...1_000).contains(count) else {
        return nil
      }
      switch unit {
      case "d", "day", "days": self = .days(count)
      case "w", "week", "weeks": self = .days(7 * count)
      case "mo", "month", "months": self = .months(count)
      default: return nil
      }
    }
  }

  /// Dates that one replay may score.
  package static let dateCountMax = 10_000

  package let step: Step
  package let since: Int32
  /// The last date that may be scored; nil is the store's last day.
  package let until: Int32?

  package init(every step: Step, since: Int32, until: Int32? = nil) {
    self.step = step
    self.since = since
    self.until = until
  }

  /// The dates within `bounds`, the store's first and last day, rising.
  package func dates(
    within bounds: (first: Int32, last: Int32)
  ) throws(PipelineError) -> [Int32] {
    let last = until ?? bounds.last
    var dates: [Int32] = []
    var number = 0
    while true {
      let date = date(number)
      if date > last { break }
      if date >= bounds.first { dates.append(Int32(date)) }
      number += 1
      guard dates.count <= ReplaySchedule.dateCountMax, number < 1_000_000 else {
        throw .noDates(
          "--every gives more than \(ReplaySchedule.dateCountMax) dates; take a wider step")
      }
    }
    guard !dates.isEmpty else {
      throw .noDates(
        "there is no date to score from \(dayText(since)) to \(dayText(last)): transactions begin on "
          + dayText(bounds.first))
    }
    return dates
  }

  private func date(_ number: Int) -> Int {
    switch step {
    case .days(let count): return Int(since) + number * count
    case .months(let count):
      let start = Day.civil(since)
      let months = start.year * 12 + start.month - 1 + number * count
      let (year, month) = (months / 12, months % 12 + 1)
      let first = Int(Day.number(year: year, month: month, day: 1))
      let next = Int(
        Day.number(
          year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1))
      return min(first + start.day - 1, next - 1)
    }
  }
}
