// Text of numbers and dates, written at a pointer; each returns the place behind what it wrote.
// SAFETY: the caller has room for the most that is written: 20 bytes an integer, 26 an amount, 10 a date.

@inline(__always)
func putPair(_ pair: Int, at out: UnsafeMutablePointer<UInt8>) {
  // 103/1024 is 1/10 for 0…99 after truncation.
  let tens = (pair &* 103) &>> 10
  out[0] = 0x30 &+ UInt8(truncatingIfNeeded: tens)
  out[1] = 0x30 &+ UInt8(truncatingIfNeeded: pair &- tens &* 10)
}

@inline(__always)
func digitCount(_ value: UInt64) -> Int {
  if value < 10_000 {
    return value < 100 ? (value < 10 ? 1 : 2) : (value < 1_000 ? 3 : 4)
  }
  if value < 100_000_000 {
    return value < 1_000_000 ? (value < 100_000 ? 5 : 6) : (value < 10_000_000 ? 7 : 8)
  }
  var count = 9
  var rest = value / 1_000_000_000
  while rest > 0 {
    count &+= 1
    rest /= 10
  }
  return count
}

@inline(__always)
func putDigits(
  _ value: UInt64, at out: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
  let end = out + digitCount(value)
  var at = end
  var rest = value
  while rest >= 100 {
    let quotient = rest / 100
    at -= 2
    putPair(Int(truncatingIfNeeded: rest &- quotient &* 100), at: at)
    rest = quotient
  }
  if rest >= 10 {
    putPair(Int(truncatingIfNeeded: rest), at: at - 2)
  } else {
    (at - 1).pointee = 0x30 &+ UInt8(truncatingIfNeeded: rest)
  }
  return end
}

@inline(__always)
func putInteger(
  _ value: Int64, at out: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
  var out = out
  if value < 0 {
    out.pointee = 0x2D
    out += 1
  }
  return putDigits(value.magnitude, at: out)
}

/// An amount in units of 10⁻⁴, with two to four decimals.
@inline(__always)
func putMoney(
  _ units: Int64, at out: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
  var out = out
  if units < 0 {
    out.pointee = 0x2D
    out += 1
  }
  let magnitude = units.magnitude
  let whole = magnitude / 10_000
  let fraction = Int(truncatingIfNeeded: magnitude &- whole &* 10_000)
  out = putDigits(whole, at: out)
  out[0] = 0x2E
  let high = fraction / 100
  let low = fraction &- high &* 100
  putPair(high, at: out + 1)
  if low == 0 { return out + 3 }
  putPair(low, at: out + 3)
  return out + (low % 10 == 0 ? 4 : 5)
}

/// A civil date as `YYYY-MM-DD`, for the years 0 to 9999.
@inline(__always)
func putDate(
  year: Int, month: Int, day: Int, at out: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
  let century = year / 100
  putPair(century, at: out)
  putPair(year &- century &* 100, at: out + 2)
  out[4] = 0x2D
  putPair(month, at: out + 5)
  out[7] = 0x2D
  putPair(day, at: out + 8)
  return out + 10
}

/// Days since 1970-01-01 of 0000-01-01 and of 10000-01-01: the dates that take ten bytes.
let fourDigitDays: Range<Int32> = -719_528..<2_932_897

/// A day number within `fourDigitDays` as `YYYY-MM-DD` (Hinnant's civil-from-days in unsigned arithmetic).
@inline(__always)
func putDay(_ day: Int32, at out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
  // Counted from -0400-03-01, so that nothing is negative.
  let shifted = UInt32(bitPattern: day &+ 719_468 &+ 146_097)
  let era = shifted / 146_097
  let dayOfEra = shifted &- era &* 146_097
  let yearOfEra =
    (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
  let monthFromMarch = (5 &* dayOfYear &+ 2) / 153
  let date = dayOfYear &- (153 &* monthFromMarch &+ 2) / 5 &+ 1
  let month = monthFromMarch < 10 ? monthFromMarch &+ 3 : monthFromMarch &- 9
  let year = Int(yearOfEra) &+ Int(era) &* 400 &- 400 &+ (month <= 2 ? 1 : 0)
  return putDate(year: year, month: Int(month), day: Int(date), at: out)
}
