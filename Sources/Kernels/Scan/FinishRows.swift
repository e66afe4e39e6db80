/// Some words of a partition's rows, as they were appended.
package struct RowSegment {
  package var words: UnsafeMutablePointer<UInt64>
  package var wordCount: Int

  package init(words: UnsafeMutablePointer<UInt64>, wordCount: Int) {
    self.words = words
    self.wordCount = wordCount
  }
}

/// Counts each customer's packed rows: `counts[rank[code]]`, for `counts` that start at zero.
package func countPackedRows(
  _ segment: RowSegment, rank: UnsafePointer<UInt32>, counts: UnsafeMutablePointer<UInt32>
) {
  let shift = PackedRow.dayBitCount &+ PackedRow.amountBitCount
  for i in 0..<segment.wordCount {
    counts[Int(rank[Int(truncatingIfNeeded: segment.words[i] &>> shift)])] &+= 1
  }
}

/// Puts each packed row, without its code, at its customer's next place: `places[rank[code]]` moves on by one.
package func scatterPackedRows(
  _ segment: RowSegment, rank: UnsafePointer<UInt32>, places: UnsafeMutablePointer<UInt32>,
  sorted: UnsafeMutablePointer<UInt64>
) {
  let shift = PackedRow.dayBitCount &+ PackedRow.amountBitCount
  let rowMask = (UInt64(1) &<< shift) &- 1
  for i in 0..<segment.wordCount {
    let row = segment.words[i]
    let customer = Int(rank[Int(truncatingIfNeeded: row &>> shift)])
    let place = places[customer]
    places[customer] = place &+ 1
    sorted[Int(place)] = row & rowMask
  }
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
private func sortRun(_ run: UnsafeMutablePointer<UInt64>, _ count: Int) {
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
private func sortLongRun(_ run: UnsafeMutablePointer<UInt64>, _ count: Int) {
  var buffer = UnsafeMutableBufferPointer(start: run, count: count)
  buffer.sort()
}
