/// Civil dates as days since 1970-01-01, by Howard Hinnant's algorithms (proleptic Gregorian calendar).
package enum Day {
  /// Days since 1970-01-01 of a civil date; no check of the fields.
  @inlinable
  package static func number(year: Int, month: Int, day: Int) -> Int32 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int32(era * 146_097 + dayOfEra - 719_468)
  }

  /// The civil date of a day number.
  package static func civil(_ day: Int32) -> (year: Int, month: Int, day: Int) {
    let z = Int(day) + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let mp = (5 * dayOfYear + 2) / 153
    let month = mp < 10 ? mp + 3 : mp - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * mp + 2) / 5 + 1)
  }

  /// `YYYY-MM-DD`.
  package static func text(_ day: Int32) -> String {
    let date = civil(day)
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(abs(value))
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return (date.year < 0 ? "-" : "") + padded(date.year, 4) + "-" + padded(date.month, 2) + "-"
      + padded(date.day, 2)
  }

  /// The day of `YYYY-MM-DD`; nil when the text is not a valid date.
  package static func parse(_ text: String) -> Int32? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
      parts[2].utf8.count == 2,
      parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let number = number(year: year, month: month, day: day)
    let back = civil(number)
    return back.month == month && back.day == day ? number : nil
  }
}
