import CXXHash

/// The hash of an order id as it is stored: XXH3-64 of its bytes; 0 says that a row has none.
@inline(__always)
package func orderHash(_ text: UnsafeRawPointer, _ byteCount: Int) -> UInt64 {
  byteCount <= 0 ? 0 : max(1, XXH3_64bits(text, byteCount))
}

/// A packed row and its order hash: two words of a segment.
///
/// Without its code in the packed word, rows order by day, order hash and amount, like those of a batch.
package struct OrderRow: Comparable {
  package var packed: UInt64
  package var order: UInt64

  @inline(__always)
  package static func < (left: OrderRow, right: OrderRow) -> Bool {
    let leftDay = left.packed &>> PackedRow.amountBitCount
    let rightDay = right.packed &>> PackedRow.amountBitCount
    if leftDay != rightDay { return leftDay < rightDay }
    return left.order != right.order ? left.order < right.order : left.packed < right.packed
  }
}

/// As `countPackedRows`, of rows with orders.
package func countOrderRows(
  _ segment: RowSegment, scale: Int64, counts: UnsafeMutablePointer<UInt32>,
  totals: inout RowTotals
) {
  countRows(segment, rowWordCount: 2, scale: scale, counts: counts, totals: &totals)
}

/// As `scatterPackedRows`, of rows with orders.
package func scatterOrderRows(
  _ segment: RowSegment, places: UnsafeMutablePointer<UInt32>,
  sorted: UnsafeMutablePointer<OrderRow>
) {
  let shift = PackedRow.dayBitCount &+ PackedRow.amountBitCount
  let rowMask = (UInt64(1) &<< shift) &- 1
  var i = 0
  while i < segment.wordCount {
    let row = segment.words[i]
    let code = Int(truncatingIfNeeded: row &>> shift)
    let place = places[code]
    places[code] = place &+ 1
    sorted[Int(place)] = OrderRow(packed: row & rowMask, order: segment.words[i &+ 1])
    i &+= 2
  }
}

/// As `unpackRows`, of rows with orders.
package func unpackOrderRows(
  _ rows: UnsafeMutablePointer<OrderRow>, starts: UnsafePointer<UInt32>, customerCount: Int,
  scale: Int64, days: UnsafeMutablePointer<Int32>, amounts: UnsafeMutablePointer<Int64>,
  orders: UnsafeMutablePointer<UInt64>
) {
  for customer in 0..<customerCount {
    sortRun(rows + Int(starts[customer]), Int(starts[customer &+ 1] &- starts[customer]))
  }
  let amountMask = (UInt64(1) &<< PackedRow.amountBitCount) &- 1
  for i in 0..<Int(starts[customerCount]) {
    let row = rows[i].packed
    days[i] = Int32(truncatingIfNeeded: row &>> PackedRow.amountBitCount) &+ PackedRow.firstDay
    let amount = Int64(bitPattern: row & amountMask) &- PackedRow.amountBias
    amounts[i] = amount &* scale
    orders[i] = rows[i].order
  }
}

/// As `widenPackedRows`, of rows with orders: three words each.
package func widenOrderRows(
  _ segment: RowSegment, scale: Int64, wide: UnsafeMutablePointer<UInt64>
) {
  let dayMask = (UInt64(1) &<< PackedRow.dayBitCount) &- 1
  let amountMask = (UInt64(1) &<< PackedRow.amountBitCount) &- 1
  for i in 0..<segment.wordCount / 2 {
    let row = segment.words[2 &* i]
    let rest = row &>> PackedRow.amountBitCount
    let day = Int32(truncatingIfNeeded: rest & dayMask) &+ PackedRow.firstDay
    let amount = (Int64(bitPattern: row & amountMask) &- PackedRow.amountBias) &* scale
    let code = UInt32(truncatingIfNeeded: rest &>> PackedRow.dayBitCount)
    wide[3 &* i] = WideRow.head(code: code, day: day)
    wide[3 &* i &+ 1] = segment.words[2 &* i &+ 1]
    wide[3 &* i &+ 2] = WideRow.word(amount: amount)
  }
}
