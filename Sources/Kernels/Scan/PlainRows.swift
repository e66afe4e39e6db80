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
  /// The order id's; rows then have its hash.
  package var orderField: Int?
  /// Negative amounts are left to the caller.
  package var stopsAtNegatives: Bool

  package init(
    fieldCount: Int, customerField: Int, dateField: Int, amountField: Int, orderField: Int? = nil,
    stopsAtNegatives: Bool
  ) {
    let fields = [customerField, dateField, amountField, orderField ?? 0]
    precondition(fields.allSatisfy { $0 >= 0 && $0 < fieldCount }, "fields of the row")
    self.fieldCount = fieldCount
    self.customerField = customerField
    self.dateField = dateField
    self.amountField = amountField
    self.orderField = orderField
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
/// 16 bytes, a date `YYYY-MM-DD` of the years 1900…2199 with or without a time `HH:MM:SS`, an amount of 1 to 8
/// digits with 0 to 4 decimals and perhaps a minus sign; an unquoted order id. The kernel stops before any other
/// row, and before a row whose partition's segment has no room for five words.
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
  let orderIsLast = format.orderField == lastField ? 1 : 0
  let idPlace = format.orderField == nil ? 2 : 3
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

    // The date.
    let dateStart = Int(fields[format.dateField]) &+ 1
    let dateCount = Int(fields[format.dateField &+ 1]) &- dateStart &- (carriage & dateIsLast)
    if !endsWithPlainTime(raw, dateStart, dateCount) { break }
    let dayNumber = plainDay(
      raw.loadUnaligned(fromByteOffset: dateStart, as: UInt64.self).littleEndian,
      raw.loadUnaligned(fromByteOffset: dateStart &+ 8, as: UInt16.self).littleEndian, months)
    if dayNumber == Int32.min { break }

    // The amount.
    let amountStart = Int(fields[format.amountField]) &+ 1
    let amountEnd = Int(fields[format.amountField &+ 1]) &- (carriage & amountIsLast)
    let units = plainAmount(text, amountStart, amountEnd)
    if units == Int64.min || (format.stopsAtNegatives && units < 0) { break }

    let partition = finder.partition(w0, w1)
    let next = heads[partition].next
    if heads[partition].end - next < 5 {
      return PlainRowsResult(row: row, fullPartition: partition)
    }
    let idWordCount = idCount > 8 ? 2 : 1
    next[0] = TransactionRecord.header(day: dayNumber, idWordCount: idWordCount)
    next[1] = UInt64(bitPattern: units)
    if let orderField = format.orderField {
      let orderStart = Int(fields[orderField]) &+ 1
      if text[orderStart] == 0x22 { break }
      let orderEnd = Int(fields[orderField &+ 1]) &- (carriage & orderIsLast)
      next[2] = orderHash(text + orderStart, orderEnd &- orderStart)
    }
    next[idPlace] = w0
    next[idPlace &+ 1] = w1
    heads[partition].next = next + (idPlace &+ idWordCount)

    first = rowEnd
    row &+= 1
  }
  return PlainRowsResult(row: row, fullPartition: -1)
}
