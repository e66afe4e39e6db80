/// A date pattern: `%d.%m.%Y %H:%M` (as strptime writes it) or `DD.MM.YYYY HH:mm`.
///
/// | strptime | letters | reads |
/// |---|---|---|
/// | `%Y` | `YYYY` | four digits |
/// | `%y` | `YY` | two digits: 69…99 are 1969…1999, 00…68 are 2000…2068 |
/// | `%m` | `MM`, `M` | month, one or two digits |
/// | `%b` | `MMM` | month by its English name, three letters or all |
/// | `%d`, `%e` | `DD`, `D` | day, one or two digits |
/// | `%H %I %M %S %f %p %z` | `HH mm ss` | parts of a time: checked to be there, and cut off |
/// | `%%` | | a percent sign |
///
/// Everything else stands for itself.
package struct DatePattern: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case year
    case shortYear
    case month
    case monthName
    case day
    case timeDigits(Int)
    case halfDay
    case zone
    case literal(UInt8)
  }

  let parts: [Part]

  package init(_ text: String) throws(IngestError) {
    let bytes = Array(text.utf8)
    var parts: [Part] = []
    if bytes.contains(0x25) {
      parts = try Self.strptimeParts(bytes, text)
    } else {
      parts = Self.letterParts(bytes)
    }
    let years = parts.count { $0 == .year || $0 == .shortYear }
    let months = parts.count { $0 == .month || $0 == .monthName }
    guard years == 1, months == 1, parts.count(where: { $0 == .day }) == 1 else {
      throw IngestError(
        .usage, "a date format names year, month and day once each", found: quoted(text.utf8),
        expected: "for example %d.%m.%Y or DD.MM.YYYY, or auto, epoch, epoch-ms")
    }
    self.parts = parts
  }

  private static func strptimeParts(_ bytes: [UInt8], _ text: String) throws(IngestError) -> [Part]
  {
    var parts: [Part] = []
    var i = 0
    while i < bytes.count {
      guard bytes[i] == 0x25 else {
        parts.append(.literal(bytes[i]))
        i += 1
        continue
      }
      let letter = i + 1 < bytes.count ? bytes[i + 1] : 0
      i += 2
      switch UnicodeScalar(letter) {
      case "Y": parts.append(.year)
      case "y": parts.append(.shortYear)
      case "m": parts.append(.month)
      case "b", "B", "h": parts.append(.monthName)
      case "d", "e": parts.append(.day)
      case "H", "I", "M", "S": parts.append(.timeDigits(2))
      case "f": parts.append(.timeDigits(9))
      case "p": parts.append(.halfDay)
      case "z", "Z": parts.append(.zone)
      case "F":
        parts += [.year, .literal(0x2D), .month, .literal(0x2D), .day]
      case "T":
        parts += [
          .timeDigits(2), .literal(0x3A), .timeDigits(2), .literal(0x3A), .timeDigits(2),
        ]
      case "%": parts.append(.literal(0x25))
      default:
        throw IngestError(
          .usage, "a date format has an unknown directive", found: quoted(text.utf8),
          expected: "%Y %y %m %b %d %e %H %I %M %S %f %p %z %F %T %%")
      }
    }
    return parts
  }

  private static func letterParts(_ bytes: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var i = 0
    while i < bytes.count {
      var end = i
      while end < bytes.count, bytes[end] == bytes[i] { end += 1 }
      let run = end - i
      switch (UnicodeScalar(bytes[i]), run) {
      case ("Y", 4), ("y", 4): parts.append(.year)
      case ("Y", 2), ("y", 2): parts.append(.shortYear)
      case ("M", 1), ("M", 2): parts.append(.month)
      case ("M", 3), ("M", 4): parts.append(.monthName)
      case ("D", 1), ("D", 2), ("d", 1), ("d", 2): parts.append(.day)
      case ("H", 1), ("H", 2), ("h", 1), ("h", 2), ("m", 1), ("m", 2), ("s", 1), ("s", 2):
        parts.append(.timeDigits(2))
      case ("S", _): parts.append(.timeDigits(9))
      default: parts += Array(repeating: .literal(bytes[i]), count: run)
      }
      i = end
    }
    return parts
  }

  func parse(_ field: FieldText) -> DateResult {
    var text = field
    var year = 0
    var month = 0
    var day = 0
    for (index, part) in parts.enumerated() {
      // Digits right after digits have their full width: 05032024 by DDMMYYYY.
      let isFixed = index + 1 < parts.count && parts[index + 1].isDigits
      switch part {
      case .literal(let byte):
        guard text.take(byte) else { return .notADate }
      case .year:
        guard let number = text.digits(4...4) else { return .notADate }
        year = number
      case .shortYear:
        guard let number = text.digits(2...2) else { return .notADate }
        year = number < 69 ? 2000 + number : 1900 + number
      case .month:
        guard let number = text.digits(isFixed ? 2...2 : 1...2) else { return .notADate }
        month = number
      case .day:
        guard let number = text.digits(isFixed ? 2...2 : 1...2) else { return .notADate }
        day = number
      case .timeDigits(let most):
        guard text.digits(isFixed && most == 2 ? 2...2 : 1...most) != nil else { return .notADate }
      case .monthName:
        guard let number = text.monthName() else { return .notADate }
        month = number
      case .halfDay:
        guard let letter = text.next(), [0x61, 0x70].contains(letter | 0x20),
          let m = text.next(), m | 0x20 == 0x6D
        else { return .notADate }
      case .zone:
        guard text.takeZone() else { return .notADate }
      }
    }
    guard text.isEmpty else { return .notADate }
    return DateParser.day(year, month, day)
  }
}

extension DatePattern.Part {
  var isDigits: Bool {
    switch self {
    case .year, .shortYear, .month, .day, .timeDigits: true
    case .monthName, .halfDay, .zone, .literal: false
    }
  }
}

extension FieldText {
  /// Takes as many digits as there are, up to the range's end; nil when they are fewer than its start.
  fileprivate mutating func digits(_ range: ClosedRange<Int>) -> Int? {
    var value = 0
    var count = 0
    while count < range.upperBound, position < end, bytes[position] &- 0x30 <= 9 {
      value = value * 10 + Int(bytes[position] &- 0x30)
      position += 1
      count += 1
    }
    return count >= range.lowerBound ? value : nil
  }

  /// Takes an English month's name, whole or its first three letters.
  fileprivate mutating func monthName() -> Int? {
    let names = [
      "january", "february", "march", "april", "may", "june", "july", "august", "september",
      "october", "november", "december",
    ]
    var letters: [UInt8] = []
    while position < end, (0x61...0x7A).contains(bytes[position] | 0x20), letters.count < 10 {
      letters.append(bytes[position] | 0x20)
      position += 1
    }
    let index = names.firstIndex { name in
      letters.elementsEqual(name.utf8) || letters.elementsEqual(name.utf8.prefix(3))
    }
    return index.map { $0 + 1 }
  }

  /// Takes `Z`, a numeric offset or a zone's letters.
  fileprivate mutating func takeZone() -> Bool {
    let start = position
    if take(0x2B) || take(0x2D) {
      while position < end, bytes[position] &- 0x30 <= 9 || bytes[position] == 0x3A {
        position += 1
      }
      return position - start >= 3
    }
    while position < end, (0x61...0x7A).contains(bytes[position] | 0x20) { position += 1 }
    return position > start
  }
}
