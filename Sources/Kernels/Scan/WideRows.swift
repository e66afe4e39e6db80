/// A row as words that order as unsigned numbers, one after the other, like the table's sort order:
///
///     word 0        code << 32 | day with its sign flipped
///     [word 1]      order hash, when the schema has orders
///     next word     amount with its sign flipped
///     [last words]  codes of kept values, two a word
package enum WideRow {
  @inline(__always)
  package static func head(code: UInt32, day: Int32) -> UInt64 {
    UInt64(code) &<< 32 | UInt64(UInt32(bitPattern: day) ^ 0x8000_0000)
  }
  @inline(__always)
  package static func day(_ head: UInt64) -> Int32 {
    Int32(bitPattern: UInt32(truncatingIfNeeded: head) ^ 0x8000_0000)
  }
  @inline(__always)
  package static func word(amount: Int64) -> UInt64 { UInt64(bitPattern: amount) ^ (1 &<< 63) }
  @inline(__always)
  package static func amount(_ word: UInt64) -> Int64 { Int64(bitPattern: word ^ (1 &<< 63)) }
}

/// As `internPackedRecords`, with every row wide: `fixedWordCount` words each. Returns the rows appended.
package func internWideRecords(
  _ records: UnsafePointer<UInt64>, wordCount: Int, fixedWordCount: Int, hasOrder: Bool,
  table: inout InternTable, totals: inout RowTotals, wide: UnsafeMutablePointer<UInt64>
) -> Int {
  var rowCount = 0
  var next = records
  let end = records + wordCount
  var local = table
  var sums = totals
  var out = wide
  while next < end {
    let header = next[0]
    let day = Int32(truncatingIfNeeded: header)
    let idWordCount = Int(truncatingIfNeeded: header &>> 32)
    let amount = Int64(bitPattern: next[1])
    let id = next + fixedWordCount
    let code: UInt32
    switch idWordCount {
    case 1: code = local.code(id[0], 0)
    case 2: code = local.code(id[0], id[1])
    default: code = local.code(id, count: idWordCount)
    }
    sums.add(day: day, amount: amount)
    out[0] = WideRow.head(code: code, day: day)
    var word = 1
    if hasOrder {
      out[1] = next[2]
      word = 2
    }
    out[word] = WideRow.word(amount: amount)
    word &+= 1
    while word < fixedWordCount {
      out[word] = next[word]
      word &+= 1
    }
    out += fixedWordCount
    next = id + idWordCount
    rowCount &+= 1
  }
  table = local
  totals = sums
  return rowCount
}

/// Makes packed rows wide (two words each).
package func widenPackedRows(
  _ segment: RowSegment, scale: Int64, wide: UnsafeMutablePointer<UInt64>
) {
  let dayMask = (UInt64(1) &<< PackedRow.dayBitCount) &- 1
  let amountMask = (UInt64(1) &<< PackedRow.amountBitCount) &- 1
  for i in 0..<segment.wordCount {
    let row = segment.words[i]
    let rest = row &>> PackedRow.amountBitCount
    let day = Int32(truncatingIfNeeded: rest & dayMask) &+ PackedRow.firstDay
    let amount = (Int64(bitPattern: row & amountMask) &- PackedRow.amountBias) &* scale
    let code = UInt32(truncatingIfNeeded: rest &>> PackedRow.dayBitCount)
    wide[2 &* i] = WideRow.head(code: code, day: day)
    wide[2 &* i &+ 1] = WideRow.word(amount: amount)
  }
}

/// Sorts wide rows by customer rank and then by their words: rows of `wordCount` words, from `rows` to `sorted`.
///
/// `starts` (customerCount + 1 entries) becomes each customer's first row. `places` is scratch for
/// customerCount entries. The head words of `sorted` hold ranks in the place of codes.
package func sortWideRows(
  _ rows: UnsafePointer<UInt64>, rowCount: Int, wordCount: Int, rank: UnsafePointer<UInt32>,
  customerCount: Int, starts: UnsafeMutablePointer<UInt32>, places: UnsafeMutablePointer<UInt32>,
  sorted: UnsafeMutablePointer<UInt64>
) {
  places.initialize(repeating: 0, count: customerCount)
  for i in 0..<rowCount {
    places[Int(rank[Int(truncatingIfNeeded: rows[i &* wordCount] &>> 32)])] &+= 1
  }
  var sum: UInt32 = 0
  for customer in 0..<customerCount {
    starts[customer] = sum
    sum &+= places[customer]
    places[customer] = starts[customer]
  }
  starts[customerCount] = sum
  for i in 0..<rowCount {
    let row = rows + i &* wordCount
    let customer = rank[Int(truncatingIfNeeded: row[0] &>> 32)]
    let place = Int(places[Int(customer)])
    places[Int(customer)] &+= 1
    let out = sorted + place &* wordCount
    out.update(from: row, count: wordCount)
    out[0] = UInt64(customer) &<< 32 | row[0] & 0xFFFF_FFFF
  }
  for customer in 0..<customerCount {
    let start = Int(starts[customer])
    sortWideRun(
      sorted + start &* wordCount, Int(starts[customer &+ 1]) &- start, wordCount: wordCount)
  }
}

@inline(__always)
private func isBefore(
  _ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>, _ wordCount: Int
) -> Bool {
  for i in 0..<wordCount where a[i] != b[i] { return a[i] < b[i] }
  return false
}

/// Insertion for short runs; for long ones an order of row numbers is sorted and the rows follow it.
private func sortWideRun(_ run: UnsafeMutablePointer<UInt64>, _ count: Int, wordCount: Int) {
  if count <= 24 {
    var i = 1
    while i < count {
      var j = i
      while j > 0, isBefore(run + j &* wordCount, run + (j &- 1) &* wordCount, wordCount) {
        for k in 0..<wordCount {
          let low = (j &- 1) &* wordCount &+ k
          let kept = run[low]
          run[low] = run[low &+ wordCount]
          run[low &+ wordCount] = kept
        }
        j &-= 1
      }
      i &+= 1
    }
    return
  }
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { buffer in
    var order = buffer
    for i in 0..<count { order[i] = UInt32(truncatingIfNeeded: i) }
    order.sort { isBefore(run + Int($0) &* wordCount, run + Int($1) &* wordCount, wordCount) }
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count &* wordCount) { copy in
      let from = copy.baseAddress!
      from.initialize(from: run, count: count &* wordCount)
      for i in 0..<count {
        (run + i &* wordCount).update(from: from + Int(order[i]) &* wordCount, count: wordCount)
      }
    }
  }
}
