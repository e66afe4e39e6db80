import Columns

/// Two digits for each of 0…99: numbers are written two digits a step.
private let digitPairs: StaticString = """
  0001020304050607080910111213141516171819\
  2021222324252627282930313233343536373839\
  4041424344454647484950515253545556575859\
  6061626364656667686970717273747576777879\
  8081828384858687888990919293949596979899
  """

/// Decimal digits of a number; 1 for zero.
@inline(__always)
func decimalDigitCount(_ value: UInt64) -> Int {
  if value < 10 { return 1 }
  if value < 100 { return 2 }
  if value < 1_000 { return 3 }
  if value < 10_000 { return 4 }
  var rest = value / 10_000
  var count = 4
  while rest >= 10_000 {
    rest /= 10_000
    count += 4
  }
  return count + (rest < 10 ? (rest == 0 ? 0 : 1) : rest < 100 ? 2 : rest < 1_000 ? 3 : 4)
}

/// Writes exactly `digitCount` digits, with leading zeros where the number has fewer.
@inline(__always)
func writeDecimal(_ value: UInt64, digitCount: Int, to out: UnsafeMutablePointer<UInt8>) {
  let pairs = digitPairs.utf8Start
  var rest = value
  var at = digitCount
  while at >= 2 {
    let pair = Int(rest % 100) * 2
    rest /= 100
    at -= 2
    out[at] = pairs[pair]
    out[at + 1] = pairs[pair + 1]
  }
  if at == 1 { out[0] = UInt8(ascii: "0") + UInt8(rest % 10) }
}

/// Texts of values, written to memory with room for the longest; each returns how many bytes it wrote.
///
/// SAFETY: callers have reserved `NumberText.byteCountMax` bytes.
enum NumberText {
  /// The longest of them: a Double with its exponent.
  static let byteCountMax = 40

  @inline(__always)
  static func write(integer value: Int64, to out: UnsafeMutablePointer<UInt8>) -> Int {
    let magnitude = value.magnitude
    let digitCount = decimalDigitCount(magnitude)
    let sign = value < 0 ? 1 : 0
    out[0] = UInt8(ascii: "-")
    writeDecimal(magnitude, digitCount: digitCount, to: out + sign)
    return sign + digitCount
  }

  /// An amount in units of 10⁻⁴, as `Money.text` writes it: two to four decimals.
  @inline(__always)
  static func write(money units: Int64, to out: UnsafeMutablePointer<UInt8>) -> Int {
    let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: 10_000)
    let digitCount = decimalDigitCount(whole)
    let sign = units < 0 ? 1 : 0
    out[0] = UInt8(ascii: "-")
    writeDecimal(whole, digitCount: digitCount, to: out + sign)
    let point = sign + digitCount
    out[point] = UInt8(ascii: ".")
    writeDecimal(fraction, digitCount: 4, to: out + point + 1)
    return point + (fraction % 100 == 0 ? 3 : fraction % 10 == 0 ? 4 : 5)
  }

  /// An exact number in units of 10^−scale, scale 1…8: two decimals, and more as far as they are not zero.
  static func write(
    decimal units: Int64, scale: Int, to out: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var unit: UInt64 = 1
    for _ in 0..<scale { unit *= 10 }
    let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: unit)
    let digitCount = decimalDigitCount(whole)
    let sign = units < 0 ? 1 : 0
    out[0] = UInt8(ascii: "-")
    writeDecimal(whole, digitCount: digitCount, to: out + sign)
    let point = sign + digitCount
    out[point] = UInt8(ascii: ".")
    writeDecimal(fraction, digitCount: scale, to: out + point + 1)
    var end = point + 1 + scale
    if scale == 1 {
      out[end] = UInt8(ascii: "0")
      end += 1
    }
    while end > point + 3, out[end - 1] == UInt8(ascii: "0") { end -= 1 }
    return end
  }

  /// A day number as `YYYY-MM-DD`; outside the years 0…9999 as `Day.text` does.
  @inline(__always)
  static func write(day number: Int32, to out: UnsafeMutablePointer<UInt8>) -> Int {
    guard number >= -719_528 && number <= 2_932_896 else {
      return write(unusualDay: number, to: out)
    }
    let date = Day.civil(number)
    writeDecimal(UInt64(date.year), digitCount: 4, to: out)
    out[4] = UInt8(ascii: "-")
    writeDecimal(UInt64(date.month), digitCount: 2, to: out + 5)
    out[7] = UInt8(ascii: "-")
    writeDecimal(UInt64(date.day), digitCount: 2, to: out + 8)
    return 10
  }

  @inline(never)
  private static func write(
    unusualDay number: Int32, to out: UnsafeMutablePointer<UInt8>
  ) -> Int {
    write(text: Day.text(number), to: out)
  }

  /// A text of at most `byteCountMax` bytes.
  static func write(text: String, to out: UnsafeMutablePointer<UInt8>) -> Int {
    var text = text
    return text.withUTF8 { utf8 in
      precondition(utf8.count <= byteCountMax, "the text of a number is short")
      if let start = utf8.baseAddress { out.update(from: start, count: utf8.count) }
      return utf8.count
    }
  }
}

extension ReplyBuffer {
  package mutating func append(integer value: Int64) {
    advance(by: NumberText.write(integer: value, to: reserve(NumberText.byteCountMax)))
  }

  package mutating func append(money units: Int64) {
    advance(by: NumberText.write(money: units, to: reserve(NumberText.byteCountMax)))
  }

  package mutating func append(decimal units: Int64, scale: Int) {
    advance(
      by: NumberText.write(decimal: units, scale: scale, to: reserve(NumberText.byteCountMax)))
  }

  package mutating func append(day number: Int32) {
    advance(by: NumberText.write(day: number, to: reserve(NumberText.byteCountMax)))
  }

  /// The shortest decimal of a Float; `null` when it is not finite.
  package mutating func append(float value: Float) {
    advance(by: NumberText.write(float: value, to: reserve(NumberText.byteCountMax)))
  }

  /// The shortest decimal of a Double; `null` when it is not finite.
  package mutating func append(double value: Double) {
    advance(by: NumberText.write(double: value, to: reserve(NumberText.byteCountMax)))
  }
}
