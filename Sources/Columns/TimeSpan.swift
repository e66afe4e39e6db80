/// A length of time with its unit, as on the command line: `365d`, `26w`, `12mo`, `2y`.
///
/// A month is 30.4375 days and a year 365.25, the means of the Gregorian calendar, so that spans of different
/// units can be compared and horizons do not depend on where in the year they start.
package struct TimeSpan: Sendable, Equatable {
  package enum Unit: String, Sendable, CaseIterable {
    case day = "d"
    case week = "w"
    case month = "mo"
    case year = "y"

    package var days: Double {
      switch self {
      case .day: 1
      case .week: 7
      case .month: 30.4375
      case .year: 365.25
      }
    }
  }

  package let count: Double
  package let unit: Unit

  package init(_ count: Double, _ unit: Unit) {
    self.count = count
    self.unit = unit
  }

  /// Reads `365d`, `26w`, `12mo`, `1.5y`, and the units' names (`days`, `weeks`, `months`, `years`); nil for
  /// anything else, for a bare number, and for what is not above zero or past a thousand years.
  package init?(_ text: String) {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let names: [String: Unit] = [
      "d": .day, "day": .day, "days": .day, "w": .week, "week": .week, "weeks": .week,
      "mo": .month, "month": .month, "months": .month, "y": .year, "yr": .year, "year": .year,
      "years": .year,
    ]
    let unitText = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
    guard let count = Double(number), let unit = names[unitText], count > 0,
      count * unit.days <= 366_000
    else { return nil }
    self.init(count, unit)
  }

  package var days: Double { count * unit.days }

  /// Days rounded to the nearest whole, at least 1.
  package var wholeDays: Int32 { Int32(max(1, days.rounded())) }

  /// The form it is read from.
  package var text: String {
    let number = count == count.rounded() ? String(Int(count)) : count.description
    return number + unit.rawValue
  }
}
