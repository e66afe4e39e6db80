#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the numbers of attributes are written: `12`, `-12.5`, `.5`, `1e-3`. No currency signs: `€ 12` is text.
package struct NumberFormat: Sendable, Equatable {
  /// `.` or `,`.
  package var decimal: UInt8 = 0x2E
  /// Between groups of three digits, only when told: `,`, `.`, `'` or a blank.
  package var thousands: UInt8?

  package init(decimal: UInt8 = 0x2E, thousands: UInt8? = nil) {
    self.decimal = decimal
    self.thousands = thousands
  }
}

/// What came of reading a number.
enum NumberResult: Equatable {
  case notANumber
  case integer(Int64)
  case decimal(Double)
}

extension NumberFormat {
  /// Reads a number, without blanks around it.
  ///
  /// `isCode` says that it may be no quantity at all: it has leading zeros (`007`), a plus (`+49…`), or is whole
  /// and past Int64 (`98765432109876543210`). Whole numbers past Int64 are decimals.
  func parse(_ text: UnsafeBufferPointer<UInt8>) -> (value: NumberResult, isCode: Bool) {
    var number = NumberText(bytes: text, format: self)
    return number.read() ? (number.value, number.isCode) : (.notANumber, false)
  }
}

/// A number being read.
private struct NumberText {
  let bytes: UnsafeBufferPointer<UInt8>
  let format: NumberFormat
  var isCode = false
  var value = NumberResult.notANumber
  private var isNegative = false
  private var mantissa: UInt64 = 0
  private var digitCount = 0
  /// Digits that no longer fit the mantissa.
  private var hasOverflow = false
  private var exponent = 0

  init(bytes: UnsafeBufferPointer<UInt8>, format: NumberFormat) {
    self.bytes = bytes
    self.format = format
  }

  /// Reads all of the text; false when it is no number.
  mutating func read() -> Bool {
    var i = 0
    let end = bytes.count
    guard end > 0 else { return false }
    if bytes[0] == 0x2D || bytes[0] == 0x2B {
      isNegative = bytes[0] == 0x2D
      isCode = bytes[0] == 0x2B
      i = 1
    }
    let first = i
    guard let wholeEnd = readWhole(from: i) else { return false }
    i = wholeEnd
    if i - first > 1, bytes[first] == 0x30 { isCode = true }
    var isWhole = true
    if i < end, bytes[i] == format.decimal {
      isWhole = false
      i += 1
      while i < end, bytes[i] &- 0x30 <= 9 {
        append(bytes[i] &- 0x30)
        exponent -= 1
        i += 1
      }
    }
    if digitCount == 0 { return false }
    if i < end, bytes[i] | 0x20 == 0x65 {
      isWhole = false
      guard let written = readExponent(from: i + 1) else { return false }
      exponent += written
      i = end
    }
    guard i == end else { return false }
    if isWhole {
      if finishInteger() { return true }
      isCode = true
    }
    return finishDecimal()
  }

  /// The digits before the decimal sign, in groups of three where they are separated.
  private mutating func readWhole(from start: Int) -> Int? {
    var i = start
    var groupDigits = 0
    var isGrouped = false
    while i < bytes.count {
      let byte = bytes[i]
      if byte &- 0x30 <= 9 {
        append(byte &- 0x30)
        groupDigits += 1
      } else if let thousands = format.thousands, byte == thousands {
        guard isGrouped ? groupDigits == 3 : (1...3).contains(groupDigits) else { return nil }
        isGrouped = true
        groupDigits = 0
      } else {
        break
      }
      i += 1
    }
    return isGrouped && groupDigits != 3 ? nil : i
  }

  private mutating func append(_ digit: UInt8) {
    digitCount += 1
    let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
    if hasOverflow || overflow || carry { hasOverflow = true } else { mantissa = sum }
  }

  private func readExponent(from start: Int) -> Int? {
    var i = start
    var isNegative = false
    if i < bytes.count, bytes[i] == 0x2D || bytes[i] == 0x2B {
      isNegative = bytes[i] == 0x2D
      i += 1
    }
    guard i < bytes.count, bytes.count - i <= 4 else { return nil }
    var value = 0
    while i < bytes.count {
      guard bytes[i] &- 0x30 <= 9 else { return nil }
      value = value * 10 + Int(bytes[i] &- 0x30)
      i += 1
    }
    return isNegative ? -value : value
  }

  private mutating func finishInteger() -> Bool {
    guard !hasOverflow else { return false }
    if isNegative {
      guard mantissa <= UInt64(Int64.max) + 1 else { return false }
      value = .integer(Int64(truncatingIfNeeded: 0 &- mantissa))
    } else {
      guard let whole = Int64(exactly: mantissa) else { return false }
      value = .integer(whole)
    }
    return true
  }

  /// The nearest Double: mantissa and power of ten where both are exact, else as the C library reads it.
  private mutating func finishDecimal() -> Bool {
    if !hasOverflow, mantissa <= 1 << 53, (-22...22).contains(exponent) {
      let power = NumberText.powers[abs(exponent)]
      let number = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
      value = .decimal(isNegative ? -number : number)
      return true
    }
    var text = [CChar]()
    text.reserveCapacity(bytes.count + 1)
    for byte in bytes where byte != format.thousands {
      text.append(CChar(bitPattern: byte == format.decimal ? 0x2E : byte))
    }
    text.append(0)
    let number = strtod(text, nil)
    guard number.isFinite else { return false }
    value = .decimal(number)
    return true
  }

  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
