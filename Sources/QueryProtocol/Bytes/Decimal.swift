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

extension ReplyBuffer {
  package mutating func append(integer value: Int64) {
    let out = reserve(20)
    var start = 0
    if value < 0 {
      out[0] = UInt8(ascii: "-")
      start = 1
    }
    let magnitude = value.magnitude
    let digitCount = decimalDigitCount(magnitude)
    writeDecimal(magnitude, digitCount: digitCount, to: out + start)
    advance(by: start + digitCount)
  }

  /// An amount in units of 10⁻⁴, as `Money.text` writes it: two to four decimals.
  package mutating func append(money units: Int64) {
    let out = reserve(24)
    var at = 0
    if units < 0 {
      out[0] = UInt8(ascii: "-")
      at = 1
    }
    let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: 10_000)
    let digitCount = decimalDigitCount(whole)
    writeDecimal(whole, digitCount: digitCount, to: out + at)
    at += digitCount
    out[at] = UInt8(ascii: ".")
    writeDecimal(fraction, digitCount: 4, to: out + at + 1)
    at += 5
    if fraction % 100 == 0 { at -= 2 } else if fraction % 10 == 0 { at -= 1 }
    advance(by: at)
  }

  /// A day number as `YYYY-MM-DD`.
  package mutating func append(day number: Int32) {
    let date = Day.civil(number)
    guard (0...9999).contains(date.year) else {
      append(Day.text(number))
      return
    }
    let out = reserve(10)
    writeDecimal(UInt64(date.year), digitCount: 4, to: out)
    out[4] = UInt8(ascii: "-")
    writeDecimal(UInt64(date.month), digitCount: 2, to: out + 5)
    out[7] = UInt8(ascii: "-")
    writeDecimal(UInt64(date.day), digitCount: 2, to: out + 8)
    advance(by: 10)
  }
}
