/// Where a partition's next record goes; `next == end` asks for a new segment.
package struct PartitionHead {
  package var next: UnsafeMutablePointer<UInt64>
  package var end: UnsafeMutablePointer<UInt64>

  package init(next: UnsafeMutablePointer<UInt64>, end: UnsafeMutablePointer<UInt64>) {
    self.next = next
    self.end = end
  }
}

/// A transaction on its way from the scan to its partition, as 64-bit words.
///
///     word 0            day (Int32 bits) | id word count << 32
///     word 1            amount
///     [word 2 …]        order hash, then extra codes, two a word, when the schema has them
///     last words        the customer id, big-endian, zero-padded
package enum TransactionRecord {
  @inline(__always)
  package static func header(day: Int32, idWordCount: Int) -> UInt64 {
    UInt64(UInt32(bitPattern: day)) | UInt64(truncatingIfNeeded: idWordCount) &<< 32
  }
}

/// What the plain-row kernel needs to know of a file.
package struct PlainRowFormat: Sendable {
  package var fieldCount: Int
  package var customerField: Int
  package var dateField: Int
  package var amountField: Int
  /// Negative amounts are left to the caller.
  package var stopsAtNegatives: Bool

  package init(
    fieldCount: Int, customerField: Int, dateField: Int, amountField: Int, stopsAtNegatives: Bool
  ) {
    let fields = [customerField, dateField, amountField]
    precondition(fields.allSatisfy { $0 >= 0 && $0 < fieldCount }, "fields of the row")
    self.fieldCount = fieldCount
    self.customerField = customerField
    self.dateField = dateField
    self.amountField = amountField
    self.stopsAtNegatives = stopsAtNegatives
  }
}

/// Where `parsePlainRows` stopped: at the end, or before a row that the caller has to see to.
package struct PlainRowsResult: Sendable {
  /// The first row that was not taken; the number of rows when all were.
  package var row: Int
  /// The partition whose segment is full; -1 when the row itself is not plain.
  package var fullPartition: Int
}

/// Parses plain rows and appends each as a record to its partition.
///
/// Plain is what nearly every row of nearly every file is: the right number of fields, an unquoted id of 1 to
/// 16 bytes, a date `YYYY-MM-DD` of the years 1900…2199, an amount of 1 to 8 digits with 0 to 4 decimals and
/// perhaps a minus sign. The kernel stops before any other row, and before a row whose partition's segment has
/// no room for four words.
///
/// `positions` and `rowEnds` are of `scanRows`, over text without NUL. `text` may be read 16 bytes before the
/// first row and after the last.
package func parsePlainRows(
  _ text: UnsafePointer<UInt8>, rows: Range<Int>,
  positions: UnsafePointer<UInt32>, rowEnds: UnsafePointer<UInt32>,
  format: PlainRowFormat, finder: PartitionFinder, heads: UnsafeMutablePointer<PartitionHead>
) -> PlainRowsResult {
  let raw = UnsafeRawPointer(text)
  let months = MonthTable.entries
  let lastField = format.fieldCount &- 1
  let customerIsLast = format.customerField == lastField ? 1 : 0
  let dateIsLast = format.dateField == lastField ? 1 : 0
  let amountIsLast = format.amountField == lastField ? 1 : 0
  var row = rows.lowerBound
  var first = row == 0 ? 0 : Int(rowEnds[row &- 1])
  while row < rows.upperBound {
    let rowEnd = Int(rowEnds[row])
    if rowEnd &- first != format.fieldCount { break }
    let fields = positions + first
    let carriage = text[Int(positions[rowEnd]) &- 1] == 0x0D ? 1 : 0

    // The id: two words, big-endian, zero past its end.
    let idStart = Int(fields[format.customerField]) &+ 1
    let idCount =
      Int(fields[format.customerField &+ 1]) &- idStart &- (carriage & customerIsLast)
    if idCount &- 1 >= 16 || idCount <= 0 || text[idStart] == 0x22 { break }
    var w0 = raw.loadUnaligned(fromByteOffset: idStart, as: UInt64.self).bigEndian
    var w1 = raw.loadUnaligned(fromByteOffset: idStart &+ 8, as: UInt64.self).bigEndian
    if idCount <= 8 {
      w0 &= UInt64.max &<< UInt64(truncatingIfNeeded: 64 &- 8 &* idCount)
      w1 = 0
    } else {
      w1 &= UInt64.max &<< UInt64(truncatingIfNeeded: 128 &- 8 &* idCount)
    }
    // Bytes past ASCII are for the caller to validate.
    if (w0 | w1) & 0x8080_8080_8080_8080 != 0 { break }

    // The date: every byte XOR its pattern is at most 9, or 0 at the dashes.
    let dateStart = Int(fields[format.dateField]) &+ 1
    let dateCount = Int(fields[format.dateField &+ 1]) &- dateStart &- (carriage & dateIsLast)
    if dateCount != 10 { break }
    let yearMonth =
      raw.loadUnaligned(fromByteOffset: dateStart, as: UInt64.self).littleEndian
      ^ 0x2D30_302D_3030_3030
    let dayDigits =
      UInt64(raw.loadUnaligned(fromByteOffset: dateStart &+ 8, as: UInt16.self).littleEndian)
      ^ 0x3030
    let isDate =
      ((yearMonth &+ 0x7F76_767F_7676_7676) | yearMonth) & 0x8080_8080_8080_8080
      | ((dayDigits &+ 0x7676) | dayDigits) & 0x8080
    if isDate != 0 { break }
    let pairs = (yearMonth & 0xFFFF_FFFF) &* 10 &+ ((yearMonth & 0xFFFF_FFFF) &>> 8)
    let year = (pairs & 0xFF) &* 100 &+ ((pairs &>> 16) & 0xFF)
    let month = ((yearMonth &>> 40) & 0xFF) &* 10 &+ ((yearMonth &>> 48) & 0xFF)
    let day = (dayDigits & 0xFF) &* 10 &+ (dayDigits &>> 8)
    if year &- 1900 >= 300 || month &- 1 >= 12 { break }
    let entry = months[Int(truncatingIfNeeded: (year &- 1900) &* 12 &+ month &- 1)]
    if day &- 1 >= UInt64(truncatingIfNeeded: entry.dayCount) { break }
    let dayNumber = entry.firstDay &+ Int32(truncatingIfNeeded: day &- 1)

    // The amount.
    let amountStart = Int(fields[format.amountField]) &+ 1
    let amountEnd = Int(fields[format.amountField &+ 1]) &- (carriage & amountIsLast)
    let units = plainAmount(text, amountStart, amountEnd)
    if units == Int64.min || (format.stopsAtNegatives && units < 0) { break }

    let partition = finder.partition(w0, w1)
    let next = heads[partition].next
    if heads[partition].end - next < 4 {
      return PlainRowsResult(row: row, fullPartition: partition)
    }
    let idWordCount = idCount > 8 ? 2 : 1
    next[0] = TransactionRecord.header(day: dayNumber, idWordCount: idWordCount)
    next[1] = UInt64(bitPattern: units)
    next[2] = w0
    next[3] = w1
    heads[partition].next = next + (2 &+ idWordCount)

    first = rowEnd
    row &+= 1
  }
  return PlainRowsResult(row: row, fullPartition: -1)
}

/// An amount of 1 to 8 digits with 0 to 4 decimals, perhaps negative, in units of 10⁻⁴; `Int64.min` for others.
@inline(__always)
private func plainAmount(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int64 {
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
  var x =
    (raw.loadUnaligned(fromByteOffset: wholeEnd &- 8, as: UInt64.self).littleEndian
      ^ 0x3030_3030_3030_3030)
    & (UInt64.max &<< UInt64(truncatingIfNeeded: 64 &- 8 &* wholeCount))
  if ((x &+ 0x7676_7676_7676_7676) | x) & 0x8080_8080_8080_8080 != 0 { return .min }
  x = x &* 10 &+ (x &>> 8)
  x =
    ((x & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
      &+ ((x &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001) &>> 32
  let units = Int64(truncatingIfNeeded: (x & 0xFFFF_FFFF) &* 10_000 &+ fraction)
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
