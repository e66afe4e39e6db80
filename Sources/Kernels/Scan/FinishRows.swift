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

/// Order of the distinct ids of a partition: `order[i]` is the code of the i-th id in byte order.
///
/// Ids of at most 16 bytes only; `scratch` has room for `2 * count` codes. A radix sort over the bytes in which
/// the ids differ: for ids that were cut into narrow ranges these are few.
package func sortShortIDs(
  _ keys: UnsafePointer<UInt64>, count: Int, order: UnsafeMutablePointer<UInt32>,
  scratch: UnsafeMutablePointer<UInt32>
) {
  guard count > 0 else { return }
  var differing: (UInt64, UInt64) = (0, 0)
  for i in 0..<count {
    differing.0 |= keys[2 &* i] ^ keys[0]
    differing.1 |= keys[2 &* i &+ 1] ^ keys[1]
    order[i] = UInt32(truncatingIfNeeded: i)
  }
  var passes = 0
  for byte in 0..<16 {
    let word = byte < 8 ? differing.1 : differing.0
    if (word >> UInt64(byte % 8 * 8)) & 0xFF != 0 { passes += 1 }
  }
  if count < 64 || passes > 9 {
    var codes = UnsafeMutableBufferPointer(start: order, count: count)
    codes.sort { a, b in
      let left = keys + 2 &* Int(a)
      let right = keys + 2 &* Int(b)
      return left[0] != right[0] ? left[0] < right[0] : left[1] < right[1]
    }
    return
  }
  var from = order
  var to = scratch
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { places in
    for byte in 0..<16 {
      let isLow = byte < 8
      let shift = UInt64(byte % 8 * 8)
      if ((isLow ? differing.1 : differing.0) >> shift) & 0xFF == 0 { continue }
      let word = isLow ? 1 : 0
      places.initialize(repeating: 0)
      for i in 0..<count {
        places[Int(truncatingIfNeeded: (keys[2 &* i &+ word] &>> shift) & 0xFF)] &+= 1
      }
      var sum: UInt32 = 0
      for value in 0..<256 {
        let here = places[value]
        places[value] = sum
        sum &+= here
      }
      for i in 0..<count {
        let code = from[i]
        let value = Int(truncatingIfNeeded: (keys[2 &* Int(code) &+ word] &>> shift) & 0xFF)
        to[Int(places[value])] = code
        places[value] &+= 1
      }
      swap(&from, &to)
    }
  }
  if from != order { order.update(from: from, count: count) }
}
