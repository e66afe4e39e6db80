/// How amounts are written.
///
/// Taken: `12`, `12.3`, `-12.30`, `+5`, `.5`, `5.`, `(12.30)` (negative), a currency sign before or after, blanks
/// around, an exact exponent (`1e3`, as R writes 100000). Not taken: `NaN`, `inf`, `1e400`, anything past Int64
/// in units of 10⁻⁴. More than four decimals are rounded half to even.
package struct AmountFormat: Sendable, Equatable {
  /// `.` or `,`.
  package var decimal: UInt8 = 0x2E
  /// Between groups of three digits, only when told: `,`, `.`, `'` or a blank.
  package var thousands: UInt8?

  package init(decimal: UInt8 = 0x2E, thousands: UInt8? = nil) {
    self.decimal = decimal
    self.thousands = thousands
  }
}

/// What came of parsing an amount.
enum AmountResult: Equatable {
  case units(Int64, isRounded: Bool)
  case empty
  case notANumber
  case outOfRange

  var problem: String? {
    switch self {
    case .units: nil
    case .empty: "the amount is empty"
    case .notANumber: "not an amount"
    case .outOfRange: "the amount is out of range (±922337203685477.5807)"
    }
  }
}

extension AmountFormat {
  /// Reads an amount.
  func parse(_ field: UnsafeBufferPointer<UInt8>) -> AmountResult {
    var text = AmountText(bytes: field, first: 0, last: field.count)
    text.trimBlanks()
    if text.isEmpty { return .empty }
    let isInParentheses = text.head == 0x28 && text.tail == 0x29  // ( )
    if isInParentheses {
      text.first += 1
      text.last -= 1
      text.trimBlanks()
    }
    var isNegative = false
    // A sign and a currency sign, in either order; a currency sign at the end.
    let hadSign = text.takeSign(&isNegative)
    if text.takeLeadingCurrency() {
      text.trimBlanks()
      if !hadSign { _ = text.takeSign(&isNegative) }
    }
    if text.takeTrailingCurrency() { text.trimBlanks() }
    // Parentheses say minus, whatever sign stands in them.
    return parseDigits(text, isNegative || isInParentheses)
  }

  private func parseDigits(_ text: AmountText, _ isNegative: Bool) -> AmountResult {
    var number = DecimalNumber()
    var digitCount = 0
    var groupDigits = 0
    var isGrouped = false
    var inFraction = false
    var i = text.first
    while i < text.last {
      let byte = text.bytes[i]
      if byte &- 0x30 <= 9 {
        guard number.append(digit: byte &- 0x30, inFraction: inFraction) else { return .outOfRange }
        digitCount += 1
        groupDigits += 1
      } else if byte == decimal, !inFraction {
        if isGrouped && groupDigits != 3 { return .notANumber }
        inFraction = true
      } else if let thousands, byte == thousands, !inFraction {
        let isRight = isGrouped ? groupDigits == 3 : (1...3).contains(groupDigits)
        guard isRight else { return .notANumber }
        isGrouped = true
        groupDigits = 0
      } else {
        break
      }
      i += 1
    }
    if digitCount == 0 || (isGrouped && !inFraction && groupDigits != 3) { return .notANumber }
    if i < text.last {
      guard text.bytes[i] | 0x20 == 0x65, let exponent = text.exponent(from: i + 1) else {
        return .notANumber
      }
      number.exponent += exponent
    }
    guard let rounded = number.units(isNegative) else { return .outOfRange }
    return .units(rounded.units, isRounded: rounded.isRounded)
  }
}

/// The part of a field that is still to be read.
private struct AmountText {
  let bytes: UnsafeBufferPointer<UInt8>
  var first: Int
  var last: Int

  var isEmpty: Bool { first >= last }
  var head: UInt8 { bytes[first] }
  var tail: UInt8 { bytes[last - 1] }

  /// Blanks, tabs and no-break spaces (C2 A0) at both ends.
  mutating func trimBlanks() {
    while first < last {
      if head == 0x20 || head == 0x09 {
        first += 1
      } else if last - first >= 2, head == 0xC2, bytes[first + 1] == 0xA0 {
        first += 2
      } else {
        break
      }
    }
    while first < last {
      if tail == 0x20 || tail == 0x09 {
        last -= 1
      } else if last - first >= 2, tail == 0xA0, bytes[last - 2] == 0xC2 {
        last -= 2
      } else {
        break
      }
    }
  }

  /// `-`, `+` or the minus sign U+2212.
  mutating func takeSign(_ isNegative: inout Bool) -> Bool {
    if isEmpty { return false }
    if head == 0x2D || head == 0x2B {
      if head == 0x2D { isNegative.toggle() }
      first += 1
      return true
    }
    if last - first >= 3, head == 0xE2, bytes[first + 1] == 0x88, bytes[first + 2] == 0x92 {
      isNegative.toggle()
      first += 3
      return true
    }
    return false
  }

  mutating func takeLeadingCurrency() -> Bool {
    for sign in Self.currencySigns where last - first > sign.count {
      if bytes[first..<first + sign.count].elementsEqual(sign) {
        first += sign.count
        return true
      }
    }
    return false
  }

  mutating func takeTrailingCurrency() -> Bool {
    for sign in Self.currencySigns where last - first > sign.count {
      if bytes[last - sign.count..<last].elementsEqual(sign) {
        last -= sign.count
        return true
      }
    }
    return false
  }

  /// The exponent that fills the rest; nil when it is not one. Past ±9999 it stays there: out of range either way.
  func exponent(from start: Int) -> Int? {
    var i = start
    var isNegative = false
    if i < last, bytes[i] == 0x2D || bytes[i] == 0x2B {
      isNegative = bytes[i] == 0x2D
      i += 1
    }
    guard i < last else { return nil }
    var value = 0
    while i < last {
      let digit = bytes[i] &- 0x30
      guard digit <= 9 else { return nil }
      value = min(9999, value * 10 + Int(digit))
      i += 1
    }
    return isNegative ? -value : value
  }

  private static let currencySigns: [[UInt8]] = [
    "$", "€", "£", "¥", "￥", "₹", "₽", "₩", "₺", "₴", "₫", "₪", "₱", "฿",
  ].map { Array($0.utf8) }
}

/// A decimal number as digits and exponent, exact as far as it matters.
private struct DecimalNumber {
  var mantissa: UInt128 = 0
  /// The value is mantissa × 10^exponent.
  var exponent = 0
  /// Whether digits other than 0 were dropped after the mantissa's.
  var hasMore = false

  /// False when the number is too big for any use.
  mutating func append(digit: UInt8, inFraction: Bool) -> Bool {
    if mantissa < 1_000_000_000_000_000_000_000_000_000_000_000_000 {
      mantissa = mantissa * 10 + UInt128(digit)
      if inFraction { exponent -= 1 }
      return true
    }
    // 36 digits: what follows changes nothing but the rounding of a tie.
    if digit != 0 { hasMore = true }
    if !inFraction { exponent += 1 }
    return exponent < 1 << 20
  }

  /// In units of 10⁻⁴, rounded half to even; nil past Int64.
  func units(_ isNegative: Bool) -> (units: Int64, isRounded: Bool)? {
    var value = mantissa
    var isRounded = false
    var shift = exponent + 4
    if value == 0 { return (0, hasMore) }
    while shift > 0 {
      guard value <= UInt128(UInt64.max) else { return nil }
      value *= 10
      shift -= 1
    }
    if shift < 0 {
      guard shift >= -37 else { return (0, true) }
      var divisor: UInt128 = 1
      for _ in 0..<(-shift) { divisor *= 10 }
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
      value = quotient
      isRounded = remainder != 0 || hasMore
      let half = divisor / 2
      if remainder > half || (remainder == half && (hasMore || quotient & 1 == 1)) { value += 1 }
    }
    guard value <= UInt128(Int64.max) else { return nil }
    let units = Int64(value)
    return (isNegative ? -units : units, isRounded)
  }
}
