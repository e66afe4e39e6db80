import CPlatform

/// A transaction in 16 bytes, when its id is a common prefix and 1 to 8 bytes more and its day and amount fit a
/// packed row:
///
///     word 0    the id after the prefix, big-endian, zero-padded
///     word 1    a packed row with code 0
///
/// Segments are aligned to their size and their first 16 bytes are left free: the next record's address is a
/// multiple of the size exactly when the segment is full.
package enum CompactRecord {
  package static let segmentByteCount = 8192
  package static let wordCount = 2
}

/// What the compact-row kernel needs to know of a file.
package struct CompactRowFormat: Sendable {
  package let plain: PlainRowFormat
  /// Rows end in CR LF (all that do not are left to the caller), else in LF alone.
  package let hasCarriage: Bool
  /// Decimals that nearly all amounts have: the packed rows' scale is 10^(4 − decimalCount).
  package let decimalCount: Int
  package let prefixByteCount: Int
  // The prefix as the low bytes of a little-endian word, and which they are.
  let prefix: UInt64
  let prefixMask: UInt64

  package init(
    plain: PlainRowFormat, hasCarriage: Bool, decimalCount: Int, prefix: [UInt8]
  ) {
    precondition(prefix.count <= 8 && (0...4).contains(decimalCount))
    self.plain = plain
    self.hasCarriage = hasCarriage
    self.decimalCount = decimalCount
    prefixByteCount = prefix.count
    var word: UInt64 = 0
    for (i, byte) in prefix.enumerated() { word |= UInt64(byte) << UInt64(8 * i) }
    self.prefix = word
    prefixMask = prefix.count == 8 ? .max : (1 << UInt64(8 * prefix.count)) - 1
  }
}

/// Rows with direct codes on their way from the scan to their partition: packed, a word each, or two words with
/// an order.
package enum DirectSegment {
  package static let byteCount = 2048

  /// Words that fit: the first row's place is left free, so that an address is a multiple of the size exactly
  /// when the segment is full.
  package static func wordCount(rowWordCount: Int) -> Int { byteCount / 8 - rowWordCount }
}

/// Parses rows into compact records and appends each to its partition; stops before any row that does not fit
/// one, and before a row whose partition has no room (`fullPartition`).
///
/// With `direct`, rows become packed rows with their code at once, in `DirectSegment`s, and it stops before rows
/// whose id has no direct code, too. Only then may the format have orders. (One function for both: what they share
/// does not inline as one of its own.)
///
/// `heads` are the addresses of the partitions' next records, 0 or the end of a segment when there is no room.
/// Otherwise as `parsePlainRows`.
package func parseCompactRows(
  _ text: UnsafePointer<UInt8>, rows: Range<Int>,
  positions: UnsafePointer<UInt32>, rowEnds: UnsafePointer<UInt32>,
  format: CompactRowFormat, finder: PartitionFinder, direct: DirectCodes? = nil,
  heads: UnsafeMutablePointer<UInt>
) -> PlainRowsResult {
  let isDirect = direct != nil
  let directMask = direct?.mask ?? 0
  let directConstant = direct?.constant ?? 0
  let lowBitCount = UInt64(direct?.lowBitCount ?? 0)
  let lowMask = (UInt64(1) &<< lowBitCount) &- 1
  let codeShift = PackedRow.dayBitCount &+ PackedRow.amountBitCount
  // SAFETY: not read without direct codes.
  let cells = direct?.cells ?? UnsafePointer(bitPattern: 8)!
  let raw = UnsafeRawPointer(text)
  let months = MonthTable.entries
  let fieldCount = format.plain.fieldCount
  let lastField = fieldCount &- 1
  let carriage = format.hasCarriage ? 1 : 0
  let customer = format.plain.customerField
  let dateField = format.plain.dateField
  let amountField = format.plain.amountField
  // Bytes before a field's end: a delimiter's none, at the row's end perhaps a CR.
  let customerTrim = customer == lastField ? carriage : 0
  let dateTrim = dateField == lastField ? carriage : 0
  let amountTrim = amountField == lastField ? carriage : 0
  let prefix = format.prefix
  let prefixMask = format.prefixMask
  let prefixByteCount = format.prefixByteCount
  let decimals = format.decimalCount
  let pointCount = decimals == 0 ? 0 : 1
  let fractionMask = UInt64.max << UInt64(64 - 8 * decimals)
  let wholeMask = decimals == 0 ? UInt64.max : ~fractionMask
  let pointShift = UInt64(8 * pointCount)
  let scale = PackedRow.scale(decimalCount: decimals)
  let stopsAtNegatives = format.plain.stopsAtNegatives
  let orderField = format.plain.orderField ?? 0
  let hasOrder = format.plain.orderField != nil
  let orderTrim = orderField == lastField ? carriage : 0
  precondition(isDirect || !hasOrder, "compact records have no orders")
  let rowByteCount: UInt = hasOrder ? 16 : 8
  let segmentMask = UInt((isDirect ? DirectSegment.byteCount : CompactRecord.segmentByteCount) - 1)

  var lastYearMonth: UInt64 = 0
  var lastDayDigits: UInt16 = 0
  var dayBits: UInt64 = 0
  var row = rows.lowerBound
  var first = row == 0 ? 0 : Int(rowEnds[row &- 1])
  while row < rows.upperBound {
    let rowEnd = Int(rowEnds[row])
    if rowEnd &- first != fieldCount { break }
    let fields = positions + first
    if (text[Int(fields[fieldCount]) &- 1] == 0x0D ? 1 : 0) != carriage { break }

    // The id: its prefix as expected, then up to eight bytes.
    let idStart = Int(fields[customer]) &+ 1
    let keyStart = idStart &+ prefixByteCount
    let keyCount = Int(fields[customer &+ 1]) &- customerTrim &- keyStart
    if UInt(bitPattern: keyCount &- 1) >= 8 { break }
    let head = raw.loadUnaligned(fromByteOffset: idStart, as: UInt64.self).littleEndian
    let key =
      raw.loadUnaligned(fromByteOffset: keyStart, as: UInt64.self).bigEndian
      & (UInt64.max &<< UInt64(truncatingIfNeeded: 64 &- 8 &* keyCount))
    if (head ^ prefix) & prefixMask | key & 0x8080_8080_8080_8080 != 0 || text[idStart] == 0x22 {
      break
    }

    // The date: usually the one of the row before.
    let dateStart = Int(fields[dateField]) &+ 1
    let dateCount = Int(fields[dateField &+ 1]) &- dateTrim &- dateStart
    if !endsWithPlainTime(raw, dateStart, dateCount) { break }
    let yearMonth = raw.loadUnaligned(fromByteOffset: dateStart, as: UInt64.self)
    let dayDigits = raw.loadUnaligned(fromByteOffset: dateStart &+ 8, as: UInt16.self)
    if yearMonth != lastYearMonth || dayDigits != lastDayDigits {
      let day = plainDay(yearMonth.littleEndian, dayDigits.littleEndian, months)
      let bits = UInt64(bitPattern: Int64(day) &- Int64(PackedRow.firstDay))
      if bits >> PackedRow.dayBitCount != 0 { break }
      lastYearMonth = yearMonth
      lastDayDigits = dayDigits
      dayBits = bits &<< PackedRow.amountBitCount
    }

    // The amount: digits with the point taken out.
    let amountStart = Int(fields[amountField]) &+ 1
    let amountEnd = Int(fields[amountField &+ 1]) &- amountTrim
    let minus = text[amountStart] == 0x2D ? 1 : 0
    let digitCount = amountEnd &- amountStart &- minus &- pointCount
    let window = raw.loadUnaligned(fromByteOffset: amountEnd &- 8, as: UInt64.self).littleEndian
    var digits =
      (window & fractionMask | (window &<< pointShift) & wholeMask) ^ 0x3030_3030_3030_3030
    digits &= UInt64.max &<< UInt64(truncatingIfNeeded: 64 &- 8 &* digitCount)
    var amount: Int64
    if digitCount > decimals, digitCount &+ pointCount <= 8,
      ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 == 0,
      pointCount == 0 || text[amountEnd &- 1 &- decimals] == 0x2E
    {
      amount = Int64(bitPattern: eightDigits(digits))
      amount = minus == 1 ? 0 &- amount : amount
    } else {
      let units = plainAmount(text, amountStart, amountEnd)
      amount = units / scale
      if amount &* scale != units { break }
    }
    let amountBits = UInt64(bitPattern: amount &+ PackedRow.amountBias)
    if amountBits >> PackedRow.amountBitCount != 0 { break }
    if stopsAtNegatives && minus == 1 { break }

    if isDirect {
      if (key ^ directConstant) & ~directMask != 0 { break }
      let index = strata_extract_bits(key, directMask)
      let entry = cells[Int(truncatingIfNeeded: index &>> lowBitCount)]
      if entry & DirectCodes.noCode == DirectCodes.noCode { break }
      let partition = Int(entry &>> 24)
      let next = heads[partition]
      if next & segmentMask == 0 { return PlainRowsResult(row: row, fullPartition: partition) }
      let code = UInt64(entry & DirectCodes.noCode) &+ (index & lowMask)
      // SAFETY: an address in a segment of that partition, a row before its end or more.
      let record = UnsafeMutablePointer<UInt64>(bitPattern: next).unsafelyUnwrapped
      if hasOrder {
        let orderStart = Int(fields[orderField]) &+ 1
        if text[orderStart] == 0x22 { break }
        let orderEnd = Int(fields[orderField &+ 1]) &- orderTrim
        record[1] = orderHash(raw + orderStart, orderEnd &- orderStart)
      }
      record[0] = code &<< codeShift | dayBits | amountBits
      heads[partition] = next &+ rowByteCount
      first = rowEnd
      row &+= 1
      continue
    }
    let partition = finder.place(key)
    let next = heads[partition]
    if next & segmentMask == 0 { return PlainRowsResult(row: row, fullPartition: partition) }
    // SAFETY: an address in a segment of that partition, two words before its end or more.
    let record = UnsafeMutablePointer<UInt64>(bitPattern: next).unsafelyUnwrapped
    record[0] = key
    record[1] = dayBits | amountBits
    heads[partition] = next &+ 16
    first = rowEnd
    row &+= 1
  }
  return PlainRowsResult(row: row, fullPartition: -1)
}
