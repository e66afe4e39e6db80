/// Some words of a partition's rows, as they were appended.
package struct RowSegment {
  package var words: UnsafeMutablePointer<UInt64>
  package var wordCount: Int

  package init(words: UnsafeMutablePointer<UInt64>, wordCount: Int) {
    self.words = words
    self.wordCount = wordCount
  }
}

/// Counts the packed rows of each code, and gathers what is in them.
package func countPackedRows(
  _ segment: RowSegment, scale: Int64, counts: UnsafeMutablePointer<UInt32>,
  totals: inout RowTotals
) {
  countRows(segment, rowWordCount: 1, scale: scale, counts: counts, totals: &totals)
}

/// Counts rows of so many words, of which the first is packed.
@inline(__always)
func countRows(
  _ segment: RowSegment, rowWordCount: Int, scale: Int64, counts: UnsafeMutablePointer<UInt32>,
  totals: inout RowTotals
) {
  if segment.wordCount == 0 { return }
  let shift = PackedRow.dayBitCount &+ PackedRow.amountBitCount
  let rowMask = (UInt64(1) &<< shift) &- 1
  let amountMask = (UInt64(1) &<< PackedRow.amountBitCount) &- 1
  var least = UInt64.max
  var most: UInt64 = 0
  var magnitude: UInt64 = 0
  var i = 0
  while i < segment.wordCount {
    let word = segment.words[i]
    let row = word & rowMask
    counts[Int(truncatingIfNeeded: word &>> shift)] &+= 1
    least = row < least ? row : least
    most = row > most ? row : most
    magnitude &+= (Int64(bitPattern: row & amountMask) &- PackedRow.amountBias).magnitude
    i &+= rowWordCount
  }
  totals.add(least: least, most: most, magnitude: magnitude, scale: scale)
}

extension RowTotals {
  /// Adds packed rows, without their codes: the least and the greatest, and the sum of their amounts' magnitudes.
  mutating func add(least: UInt64, most: UInt64, magnitude: UInt64, scale: Int64) {
    func day(_ row: UInt64) -> Int32 {
      Int32(truncatingIfNeeded: row &>> PackedRow.amountBitCount) &+ PackedRow.firstDay
    }
    firstDay = min(firstDay, day(least))
    lastDay = max(lastDay, day(most))
    let (high, low) = magnitude.multipliedFullWidth(by: UInt64(scale))
    magnitudeLow &+= low & 0xFFFF_FFFF
    magnitudeHigh &+= low &>> 32 &+ high &<< 32
  }
}

/// Puts each packed row, without its code, at its code's next place: `places[code]` moves on by one.
package func scatterPackedRows(
  _ segment: RowSegment, places: UnsafeMutablePointer<UInt32>, sorted: UnsafeMutablePointer<UInt64>
) {
  let shift = PackedRow.dayBitCount &+ PackedRow.amountBitCount
  let rowMask = (UInt64(1) &<< shift) &- 1
  for i in 0..<segment.wordCount {
    let row = segment.words[i]
    let code = Int(truncatingIfNeeded: row &>> shift)
    let place = places[code]
    places[code] = place &+ 1
    sorted[Int(place)] = row & rowMask
  }
}

/// The codes whose count is not 0, rising, and these counts; returns how many there are.
package func presentCodes(
  _ counts: UnsafePointer<UInt32>, codeCount: Int, codes: UnsafeMutablePointer<UInt32>,
  rowCounts: UnsafeMutablePointer<UInt32>
) -> Int {
  var count = 0
  for code in 0..<codeCount {
    let rows = counts[code]
    codes[count] = UInt32(truncatingIfNeeded: code)
    rowCounts[count] = rows
    count &+= rows == 0 ? 0 : 1
  }
  return count
}

/// Sorts each customer's rows (`starts[k]..<starts[k + 1]`) and unpacks all of them.
package func unpackRows(
  _ rows: UnsafeMutablePointer<UInt64>, starts: UnsafePointer<UInt32>, customerCount: Int,
  scale: Int64, days: UnsafeMutablePointer<Int32>, amounts: UnsafeMutablePointer<Int64>
) {
  for customer in 0..<customerCount {
    sortRun(rows + Int(starts[customer]), Int(starts[customer &+ 1] &- starts[customer]))
  }
  let amountMask = (UInt64(1) &<< PackedRow.amountBitCount) &- 1
  for i in 0..<Int(starts[customerCount]) {
    let row = rows[i]
    days[i] = Int32(truncatingIfNeeded: row &>> PackedRow.amountBitCount) &+ PackedRow.firstDay
    let amount = Int64(bitPattern: row & amountMask) &- PackedRow.amountBias
    amounts[i] = amount &* scale
  }
}

/// Sorts a run that is short, or nearly in order already, by insertion; others by comparison sort.
@inline(__always)
func sortRun<Row: Comparable>(_ run: UnsafeMutablePointer<Row>, _ count: Int) {
  if count > 64 {
    sortLongRun(run, count)
    return
  }
  var i = 1
  while i < count {
    let row = run[i]
    var j = i
    while j > 0 && run[j &- 1] > row {
      run[j] = run[j &- 1]
      j &-= 1
    }
    run[j] = row
    i &+= 1
  }
}

@inline(never)
private func sortLongRun<Row: Comparable>(_ run: UnsafeMutablePointer<Row>, _ count: Int) {
  var buffer = UnsafeMutableBufferPointer(start: run, count: count)
  buffer.sort()
}
