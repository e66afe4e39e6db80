import CPlatform

/// The ids of one partition: a hash table of codes over the ids' words. Its owner grows it between calls.
package struct InternTable {
  /// code + 1, or 0; a power of two of them, at most half full.
  package var slots: UnsafeMutablePointer<UInt32>
  package var slotMask: Int
  /// Two words a code: the id itself when it has at most 16 bytes. For a longer id the first word is a hash
  /// whose top byte is 0 (an id never starts with NUL) and the second its place in `tails`.
  package var keys: UnsafeMutablePointer<UInt64>
  package var count: Int
  /// Longer ids: word count, then words.
  package var tails: UnsafeMutablePointer<UInt64>
  package var tailCount: Int

  package init(
    slots: UnsafeMutablePointer<UInt32>, slotMask: Int, keys: UnsafeMutablePointer<UInt64>,
    count: Int, tails: UnsafeMutablePointer<UInt64>, tailCount: Int
  ) {
    self.slots = slots
    self.slotMask = slotMask
    self.keys = keys
    self.count = count
    self.tails = tails
    self.tailCount = tailCount
  }

  /// The hash that places an id's two words.
  @inline(__always)
  package static func hash(_ first: UInt64, _ second: UInt64) -> Int {
    let product = (first ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
      by: (second ^ 0xD6E8_FEB8_6659_FD93) | 1)
    let folded = (product.high ^ product.low) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: folded &>> 20)
  }

  /// The code of an id of at most 16 bytes, given one now if it is new.
  @inline(__always)
  mutating func code(_ first: UInt64, _ second: UInt64) -> UInt32 {
    var slot = InternTable.hash(first, second) & slotMask
    while true {
      let code = slots[slot]
      if code == 0 { break }
      let key = keys + 2 &* Int(code &- 1)
      if key[0] == first && key[1] == second { return code &- 1 }
      slot = (slot &+ 1) & slotMask
    }
    return append(first, second, slot)
  }

  @inline(__always)
  private mutating func append(_ first: UInt64, _ second: UInt64, _ slot: Int) -> UInt32 {
    let code = UInt32(truncatingIfNeeded: count)
    slots[slot] = code &+ 1
    keys[2 &* count] = first
    keys[2 &* count &+ 1] = second
    count &+= 1
    return code
  }

  /// The code of a longer id.
  @inline(never)
  mutating func code(_ words: UnsafePointer<UInt64>, count wordCount: Int) -> UInt32 {
    var hash: UInt64 = 0x2545_F491_4F6C_DD1D
    for i in 0..<wordCount {
      let product = (hash ^ words[i]).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
      hash = (product.high ^ product.low) &+ words[i]
    }
    let key = hash &>> 8
    var slot = InternTable.hash(key, 0) & slotMask
    search: while true {
      let code = slots[slot]
      if code == 0 { break }
      slot = (slot &+ 1) & slotMask
      if keys[2 &* Int(code &- 1)] != key { continue }
      let tail = tails + Int(truncatingIfNeeded: keys[2 &* Int(code &- 1) &+ 1])
      if tail[0] != UInt64(wordCount) { continue }
      for i in 0..<wordCount where tail[1 &+ i] != words[i] { continue search }
      return code &- 1
    }
    let code = UInt32(truncatingIfNeeded: count)
    slots[slot] = code &+ 1
    keys[2 &* count] = key
    keys[2 &* count &+ 1] = UInt64(tailCount)
    tails[tailCount] = UInt64(wordCount)
    (tails + tailCount + 1).update(from: words, count: wordCount)
    tailCount &+= 1 &+ wordCount
    count &+= 1
    return code
  }
}

/// What is gathered over the rows of a partition.
package struct RowTotals: Sendable {
  package var firstDay = Int32.max
  package var lastDay = Int32.min
  /// Σ |amount| in two halves, so that neither can overflow: low 32 bits and the rest.
  package var magnitudeLow: UInt64 = 0
  package var magnitudeHigh: UInt64 = 0

  package init() {}

  @inline(__always)
  package mutating func add(day: Int32, amount: Int64) {
    firstDay = day < firstDay ? day : firstDay
    lastDay = day > lastDay ? day : lastDay
    magnitudeLow &+= amount.magnitude & 0xFFFF_FFFF
    magnitudeHigh &+= amount.magnitude &>> 32
  }

  package mutating func merge(_ other: RowTotals) {
    firstDay = min(firstDay, other.firstDay)
    lastDay = max(lastDay, other.lastDay)
    magnitudeLow &+= other.magnitudeLow
    magnitudeHigh &+= other.magnitudeHigh
  }
}

/// A row in 64 bits: code (18) | day − 1975-01-01 (15) | amount ÷ scale + 2³⁰ (31). Its order as a number is
/// the order of (code, day, amount). Rows that do not fit are kept wide.
package enum PackedRow {
  package static let firstDay: Int32 = 1826
  package static let codeLimit = 1 << 18
  package static let dayBitCount: UInt64 = 15
  package static let amountBitCount: UInt64 = 31
  package static let amountBias: Int64 = 1 << 30

  /// Units of 10⁻⁴ in one of a packed amount.
  package static func scale(decimalCount: Int) -> Int64 {
    var scale: Int64 = 1
    for _ in decimalCount..<4 { scale *= 10 }
    return scale
  }
}

/// Gives each compact record's customer a code and appends the packed row to `packed`.
///
/// `prefix` is of `prefixByteCount` 0…8 bytes, as a big-endian word. The caller has made room as for
/// `internPackedRecords`, and sees to it that no code reaches `PackedRow.codeLimit`.
package func internCompactRecords(
  _ records: UnsafePointer<UInt64>, count: Int, prefix: UInt64, prefixByteCount: Int,
  table: inout InternTable, packed: UnsafeMutablePointer<UInt64>
) {
  precondition((0...8).contains(prefixByteCount))
  let codeShift = PackedRow.dayBitCount &+ PackedRow.amountBitCount
  // Two shifts by half, because one by 64 would be none.
  let down = UInt64(4 &* prefixByteCount)
  let up = 32 &- down
  var local = table
  // The table was written a wave ago and has left the cache: all slots of a group are asked for before the
  // first is used, then all keys (6 ns a row less than one after the other).
  let groupCount = 32
  withUnsafeTemporaryAllocation(of: Int.self, capacity: groupCount) { places in
    var start = 0
    while start < count {
      let end = min(start &+ groupCount, count)
      for i in start..<end {
        let key = records[2 &* i]
        let place =
          InternTable.hash(prefix | (key &>> down) &>> down, (key &<< up) &<< up) & local.slotMask
        places[i &- start] = place
        strata_prefetch(local.slots + place)
      }
      for i in start..<end {
        strata_prefetch(local.keys + 2 &* (Int(local.slots[places[i &- start]]) &- 1))
      }
      for i in start..<end {
        let key = records[2 &* i]
        let row = records[2 &* i &+ 1]
        let code = local.code(prefix | (key &>> down) &>> down, (key &<< up) &<< up)
        packed[i] = UInt64(code) &<< codeShift | row
      }
      start = end
    }
  }
  table = local
}

/// Makes compact records general ones, of up to four words each; returns the words written.
package func widenCompactRecords(
  _ records: UnsafePointer<UInt64>, count: Int, prefix: UInt64, prefixByteCount: Int, scale: Int64,
  general: UnsafeMutablePointer<UInt64>
) -> Int {
  let amountMask = (UInt64(1) &<< PackedRow.amountBitCount) &- 1
  let shift = UInt64(8 &* prefixByteCount)
  var next = general
  for i in 0..<count {
    let key = records[2 &* i]
    let row = records[2 &* i &+ 1]
    let second = key << (64 - shift)
    let day = Int32(truncatingIfNeeded: row &>> PackedRow.amountBitCount) &+ PackedRow.firstDay
    next[0] = TransactionRecord.header(day: day, idWordCount: second == 0 ? 1 : 2)
    let amount = Int64(bitPattern: row & amountMask) &- PackedRow.amountBias
    next[1] = UInt64(bitPattern: amount &* scale)
    next[2] = prefix | key >> shift
    next[3] = second
    next += second == 0 ? 3 : 4
  }
  return next - general
}

/// Gives each record's customer a code and appends the row: packed, or wide where that does not fit.
///
/// A wide row here has two words: code << 32 | day with its sign flipped, then the amount with its sign
/// flipped; as unsigned numbers they order like (code, day, amount). With `hasOrder` records have an order hash
/// before the id, which becomes the packed row's second word and the wide row's middle one.
/// The caller has made room: slots and keys for as many new ids as there are records, tails for all words,
/// `packed` for as many rows and `wide` for as many wide ones. `scale` is 1, 10, 100, 1000 or 10000.
/// `totals` are of the wide rows only (`countPackedRows` sees to the others).
/// Ids with a direct code keep that; the others' codes begin at `firstCode`. Returns the rows appended to each.
package func internPackedRecords(
  _ records: UnsafePointer<UInt64>, wordCount: Int, direct: DirectCodes? = nil,
  firstCode: UInt32 = 0, hasOrder: Bool = false, table: inout InternTable,
  totals: inout RowTotals, scale: Int64,
  packed: UnsafeMutablePointer<UInt64>, wide: UnsafeMutablePointer<UInt64>
) -> (packed: Int, wide: Int) {
  let inverse = 1.0 / Double(scale)
  let roundingShift = 0x1.8p52
  let idPlace = hasOrder ? 3 : 2
  let rowWordCount = hasOrder ? 2 : 1
  var packedCount = 0
  var wideCount = 0
  var next = records
  let end = records + wordCount
  var local = table
  var sums = totals
  while next < end {
    let header = next[0]
    let day = Int32(truncatingIfNeeded: header)
    let idWordCount = Int(truncatingIfNeeded: header &>> 32)
    let amount = Int64(bitPattern: next[1])
    let order = next[2]
    let id = next + idPlace
    let code: UInt32
    if idWordCount <= 2 {
      let second = idWordCount == 2 ? id[1] : 0
      code = direct?.code(id[0], second) ?? (firstCode &+ local.code(id[0], second))
    } else {
      code = firstCode &+ local.code(id, count: idWordCount)
    }
    next = id + idWordCount
    let dayField = UInt64(bitPattern: Int64(day) &- Int64(PackedRow.firstDay))
    // Rounded to a whole number by the addition; when that is not exact the row is kept wide.
    let shifted = Double(amount) * inverse + roundingShift
    let scaled =
      Int64(bitPattern: shifted.bitPattern) &- Int64(bitPattern: roundingShift.bitPattern)
    let amountField = UInt64(bitPattern: scaled &+ PackedRow.amountBias)
    if code < PackedRow.codeLimit, dayField &>> PackedRow.dayBitCount == 0,
      amountField &>> PackedRow.amountBitCount == 0, scaled &* scale == amount
    {
      let out = packed + packedCount &* rowWordCount
      out[0] =
        (UInt64(code) &<< PackedRow.dayBitCount | dayField) &<< PackedRow.amountBitCount
        | amountField
      if hasOrder { out[1] = order }
      packedCount &+= 1
    } else {
      sums.add(day: day, amount: amount)
      let out = wide + wideCount &* (rowWordCount &+ 1)
      out[0] = WideRow.head(code: code, day: day)
      if hasOrder { out[1] = order }
      out[rowWordCount] = WideRow.word(amount: amount)
      wideCount &+= 1
    }
  }
  table = local
  totals = sums
  return (packedCount, wideCount)
}
