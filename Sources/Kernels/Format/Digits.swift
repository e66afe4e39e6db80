// Text of numbers and dates, written at a pointer; each returns the place behind what it wrote.
// SAFETY: the caller has room for the most that is written: 28 bytes an integer, 34 an amount, 10 a date.

@inline(__always)
func putPair(_ pair: Int, at out: UnsafeMutablePointer<UInt8>) {
  // 103/1024 is 1/10 for 0…99 after truncation.
  let tens = (pair &* 103) &>> 10
  out[0] = 0x30 &+ UInt8(truncatingIfNeeded: tens)
  out[1] = 0x30 &+ UInt8(truncatingIfNeeded: pair &- tens &* 10)
}

/// The eight digits of a value below 10⁸ as the bytes of a little-endian word, the first digit lowest.
///
/// Two lanes of four digits, then four of two, then eight of one, by multiplications that divide. Numbers of
/// any length take the same way: a branch on how many digits there are would be guessed wrong every other time.
@inline(__always)
func eightDigitBytes(_ value: UInt64) -> UInt64 {
  let high = value / 10_000
  let fours = high | (value &- high &* 10_000) &<< 32
  // 5243/2¹⁹ is 1/100 for 0…9999 after truncation, and 103/2¹⁰ is 1/10 for 0…99.
  let hundreds = ((fours &* 5_243) &>> 19) & 0x0000_007F_0000_007F
  let twos = hundreds | (fours &- hundreds &* 100) &<< 16
  let tens = ((twos &* 103) &>> 10) & 0x000F_000F_000F_000F
  return tens | (twos &- tens &* 10) &<< 8
}

/// Decimal digits without leading zeros. Writes eight bytes or more, whatever their number.
@inline(__always)
func putDigits(
  _ value: UInt64, at out: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
  if value < 10 {
    out.pointee = 0x30 &+ UInt8(truncatingIfNeeded: value)
    return out + 1
  }
  if value >= 100_000_000 { return putManyDigits(value, at: out) }
  let digits = eightDigitBytes(value)
  let zeroBitCount = digits.trailingZeroBitCount & ~7
  UnsafeMutableRawPointer(out).storeBytes(
    of: ((digits | 0x3030_3030_3030_3030) &>> UInt64(zeroBitCount)).littleEndian, as: UInt64.self)
  return out + (8 &- zeroBitCount / 8)
}

@inline(never)
private func putManyDigits(
  _ value: UInt64, at out: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
  let high = value / 100_000_000
  let end = putDigits(high, at: out)
  let low = eightDigitBytes(value &- high &* 100_000_000) | 0x3030_3030_3030_3030
  UnsafeMutableRawPointer(end).storeBytes(of: low.littleEndian, as: UInt64.self)
  return end + 8
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
  out = putDigits(whole, at: out)
  let fraction = UInt32(
    truncatingIfNeeded: eightDigitBytes(magnitude &- whole &* 10_000) &>> 32)
  out[0] = 0x2E
  UnsafeMutableRawPointer(out + 1).storeBytes(
    of: (fraction | 0x3030_3030).littleEndian, as: UInt32.self)
  // The second decimal always stands; zeros after it do not.
  return out + (5 &- (fraction | 0x100).leadingZeroBitCount / 8)
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
