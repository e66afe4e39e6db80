import Columns

/// How dates are written. Times and zones are cut off: the day is the one that is written.
package enum DateFormat: Sendable, Equatable {
  /// Year first (`2024-03-05`, `2024/3/5`, with or without a time), `20240305`, or day and month first when
  /// the file proves which is which.
  case auto
  /// `05/03/2024`, separated by `/`, `-` or `.`.
  case dayFirst
  case monthFirst
  /// Seconds since 1970-01-01 UTC; the day is UTC's.
  case epochSeconds
  case epochMilliseconds
  case pattern(DatePattern)

  /// `auto`, `DD/MM/YYYY`, `MM/DD/YYYY`, `epoch`, `epoch-ms`, or a pattern like `%d %b %Y` or `DD.MM.YYYY HH:mm`.
  package init(_ text: String) throws(IngestError) {
    switch text.lowercased() {
    case "auto", "iso": self = .auto
    case "dd/mm/yyyy": self = .dayFirst
    case "mm/dd/yyyy": self = .monthFirst
    case "epoch", "epoch-s", "epoch-seconds": self = .epochSeconds
    case "epoch-ms", "epoch-milliseconds": self = .epochMilliseconds
    default: self = .pattern(try DatePattern(text))
    }
  }
}

/// Which comes first in dates like 03/04/2024.
package enum DayMonthOrder: Sendable, Equatable {
  case dayFirst
  case monthFirst
}

/// What came of parsing a date.
enum DateResult: Equatable {
  case day(Int32)
  case empty
  case notADate
  /// Day and month could be either, and nobody said.
  case ambiguous

  var problem: String? {
    switch self {
    case .day: nil
    case .empty: "the date is empty"
    case .notADate: "not a date"
    case .ambiguous: "day and month could be either; say --date-format DD/MM/YYYY or MM/DD/YYYY"
    }
  }
}

/// Reads the dates of a file.
struct DateParser: Sendable {
  let format: DateFormat
  /// Known from the format, or proved by the file.
  let order: DayMonthOrder?

  init(_ format: DateFormat, order: DayMonthOrder? = nil) {
    self.format = format
    switch format {
    case .dayFirst: self.order = .dayFirst
    case .monthFirst: self.order = .monthFirst
    default: self.order = order
    }
  }

  /// Whether `YYYY-MM-DD` is among what it reads.
  var readsISO: Bool { format == .auto }

  func parse(_ field: UnsafeBufferPointer<UInt8>) -> DateResult {
    var text = FieldText(field)
    text.trimBlanks()
    if text.isEmpty { return .empty }
    switch format {
    case .epochSeconds: return epochDay(text, unitsPerDay: 86_400)
    case .epochMilliseconds: return epochDay(text, unitsPerDay: 86_400_000)
    case .pattern(let pattern): return pattern.parse(text)
    case .auto, .dayFirst, .monthFirst: return parseCalendar(text)
    }
  }

  private func parseCalendar(_ field: FieldText) -> DateResult {
    var text = field
    guard let first = text.number(atMost: 8) else { return .notADate }
    if first.digitCount == 8, format == .auto {
      let value = first.value
      guard text.isTimeOrEnd() else { return .notADate }
      return Self.day(value / 10_000, value / 100 % 100, value % 100)
    }
    guard let separator = text.next(), separator == 0x2D || separator == 0x2F || separator == 0x2E,
      let second = text.number(atMost: 2), text.next() == separator,
      let third = text.number(atMost: 4), text.isTimeOrEnd()
    else { return .notADate }
    if first.digitCount == 4, third.digitCount <= 2 {
      guard format == .auto else { return .notADate }
      return Self.day(first.value, second.value, third.value)
    }
    guard first.digitCount <= 2, third.digitCount == 4 else { return .notADate }
    switch order {
    case .dayFirst: return Self.day(third.value, second.value, first.value)
    case .monthFirst: return Self.day(third.value, first.value, second.value)
    case nil: return .ambiguous
    }
  }

  private func epochDay(_ field: FieldText, unitsPerDay: Int) -> DateResult {
    var text = field
    let isNegative = text.take(0x2D)
    guard let number = text.number(atMost: 17) else { return .notADate }
    if text.take(0x2E) {
      guard text.number(atMost: 18) != nil else { return .notADate }
    }
    guard text.isEmpty else { return .notADate }
    let value = isNegative ? -number.value : number.value
    let day = value >= 0 ? value / unitsPerDay : -((-value + unitsPerDay - 1) / unitsPerDay)
    guard let short = Int32(exactly: day), Self.isYearInRange(short) else { return .notADate }
    return .day(short)
  }

  private static func isYearInRange(_ day: Int32) -> Bool {
    day >= Day.number(year: 1, month: 1, day: 1)
      && day <= Day.number(year: 9999, month: 12, day: 31)
  }

  /// A date of the years 1…9999 whose day exists.
  static func day(_ year: Int, _ month: Int, _ day: Int) -> DateResult {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
      return .notADate
    }
    if day > 28 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
      if day > length { return .notADate }
    }
    return .day(Day.number(year: year, month: month, day: day))
  }

  /// What a date of an unknown order proves: day first when its first number is past 12, and so on; nil for
  /// a date that proves nothing, or is none of this shape.
  static func orderProved(by field: UnsafeBufferPointer<UInt8>) -> DayMonthOrder? {
    guard case .ambiguous = DateParser(.auto).parse(field) else { return nil }
    let isDayFirst = DateParser(.dayFirst).parse(field)
    let isMonthFirst = DateParser(.monthFirst).parse(field)
    switch (isDayFirst, isMonthFirst) {
    case (.day, .notADate): return .dayFirst
    case (.notADate, .day): return .monthFirst
    default: return nil
    }
  }
}
