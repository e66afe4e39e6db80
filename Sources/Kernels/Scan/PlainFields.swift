/// The day of `YYYY-MM-DD`, given as little-endian words of its first eight and last two bytes; `Int32.min` when
/// it is none, or not of the years 1900…2199.
@inline(__always)
func plainDay(
  _ first: UInt64, _ last: UInt16, _ months: UnsafePointer<MonthTable.Entry>
) -> Int32 {
  // Every byte XOR its pattern is at most 9 where a digit stands, and 0 at the dashes.
  let yearMonth = first ^ 0x2D30_302D_3030_3030
  let dayDigits = UInt64(last) ^ 0x3030
  let wrong =
    ((yearMonth &+ 0x7F76_767F_7676_7676) | yearMonth) & 0x8080_8080_8080_8080
    | ((dayDigits &+ 0x7676) | dayDigits) & 0x8080
  if wrong != 0 { return .min }
  let pairs = (yearMonth & 0xFFFF_FFFF) &* 10 &+ ((yearMonth & 0xFFFF_FFFF) &>> 8)
  let year = (pairs & 0xFF) &* 100 &+ ((pairs &>> 16) & 0xFF)
  let month = ((yearMonth &>> 40) & 0xFF) &* 10 &+ ((yearMonth &>> 48) & 0xFF)
  let day = (dayDigits & 0xFF) &* 10 &+ (dayDigits &>> 8)
  if year &- 1900 >= 300 || month &- 1 >= 12 { return .min }
  let entry = months[Int(truncatingIfNeeded: (year &- 1900) &* 12 &+ month &- 1)]
  if day &- 1 >= UInt64(truncatingIfNeeded: entry.dayCount) { return .min }
  return entry.firstDay &+ Int32(truncatingIfNeeded: day &- 1)
}

/// Whether a date's field of so many bytes has nothing behind its ten, or a time of day `HH:MM:SS` (00:00:00 to
/// 23:59:59) behind a blank or a T: what databases write.
@inline(__always)
func endsWithPlainTime(_ raw: UnsafeRawPointer, _ dateStart: Int, _ count: Int) -> Bool {
  if count == 10 { return true }
  return count == 19 && isPlainTime(raw + dateStart + 10)
}

/// Nine bytes: a blank or a T, `HH:MM:SS`.
@inline(never)
private func isPlainTime(_ bytes: UnsafeRawPointer) -> Bool {
  let separator = bytes.load(as: UInt8.self)
  // Every byte XOR its pattern is a digit, or 0 at the colons.
  let time =
    bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self).littleEndian ^ 0x3030_3A30_303A_3030
  // Added to its digit, each byte stays below 16 up to the greatest digit of its place.
  let carries = (time & 0x0F0F_0F0F_0F0F_0F0F) &+ 0x060A_0F06_0A0F_060D
  let hour = (time & 0xFF) &* 10 &+ ((time &>> 8) & 0xFF)
  return (separator == 0x20 || separator == 0x54) && (time | carries) & 0xF0F0_F0F0_F0F0_F0F0 == 0
    && hour < 24
}

/// The number that eight digits (each a byte 0…9, the first lowest) make.
@inline(__always)
func eightDigits(_ digits: UInt64) -> UInt64 {
  let pairs = digits &* 10 &+ (digits &>> 8)
  return
    ((pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    &+ ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001) &>> 32
}

/// An amount of 1 to 8 digits with 0 to 4 decimals, perhaps negative, in units of 10⁻⁴; `Int64.min` for others.
@inline(__always)
func plainAmount(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int64 {
  let raw = UnsafeRawPointer(text)
  let minus = text[start] == 0x2D
  let digitsStart = start &+ (minus ? 1 : 0)
  var wholeEnd = end
  var fraction: UInt64 = 0
  let count = end &- digitsStart
  if count >= 4 && text[end &- 3] == 0x2E {
    let digits =
      UInt64(raw.loadUnaligned(fromByteOffset: end &- 2, as: UInt16.self).littleEndian) ^ 0x3030
    if ((digits &+ 0x7676) | digits) & 0x8080 != 0 { return .min }
    fraction = ((digits & 0xFF) &* 10 &+ (digits &>> 8)) &* 100
    wholeEnd = end &- 3
  } else if count >= 3 {
    var decimals = 0
    if text[end &- 2] == 0x2E {
      decimals = 1
    } else if count >= 5 && text[end &- 4] == 0x2E {
      decimals = 3
    } else if count >= 6 && text[end &- 5] == 0x2E {
      decimals = 4
    }
    if decimals > 0 {
      var scale: UInt64 = 1000
      for i in 0..<decimals {
        let digit = UInt64(text[end &- decimals &+ i] ^ 0x30)
        if digit > 9 { return .min }
        fraction &+= digit &* scale
        scale /= 10
      }
      wholeEnd = end &- decimals &- 1
    }
  }
  let wholeCount = wholeEnd &- digitsStart
  if wholeCount < 1 || wholeCount > 8 { return .min }
  let x =
    (raw.loadUnaligned(fromByteOffset: wholeEnd &- 8, as: UInt64.self).littleEndian
      ^ 0x3030_3030_3030_3030)
    & (UInt64.max &<< UInt64(truncatingIfNeeded: 64 &- 8 &* wholeCount))
  if ((x &+ 0x7676_7676_7676_7676) | x) & 0x8080_8080_8080_8080 != 0 { return .min }
  let units = Int64(truncatingIfNeeded: eightDigits(x) &* 10_000 &+ fraction)
  return minus ? 0 &- units : units
}

/// First day and length of every month of the years 1900…2199.
package enum MonthTable {
  struct Entry {
    let firstDay: Int32
    let dayCount: Int32
  }

  // SAFETY: made once, never written again, never freed.
  nonisolated(unsafe) static let entries: UnsafePointer<Entry> = {
    let lengths: [Int32] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let table = UnsafeMutablePointer<Entry>.allocate(capacity: 3600)
    var first: Int32 = -25_567  // 1900-01-01
    for year in 1900..<2200 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for month in 0..<12 {
        let count = lengths[month] + (month == 1 && isLeap ? 1 : 0)
        table[(year - 1900) * 12 + month] = Entry(firstDay: first, dayCount: count)
        first += count
      }
    }
    return UnsafePointer(table)
  }()
}
