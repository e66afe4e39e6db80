/// One side of a comparison, as the tally sees it: a segment and an amount a row.
package struct MoveSide {
  package let segments: UnsafeBufferPointer<UInt16>
  package let amounts: UnsafeBufferPointer<Int64>

  package init(
    segments: UnsafeBufferPointer<UInt16>, amounts: UnsafeBufferPointer<Int64>
  ) {
    precondition(segments.count == amounts.count, "one amount a row")
    self.segments = segments
    self.amounts = amounts
  }
}

/// Adds customers and amounts to the cells of a migration matrix, and lists the pairs that are off its diagonal.
///
/// Cell (a, b) is at a · width + b; the last segment, width − 1, is that of a customer whom the side does not
/// have (`noRow`). A customer's amount is the later one, and the earlier one where there is no later. `moved` has
/// room for every pair; returns how many it holds, as numbers from `firstPair` on, rising.
package func tallyMoves(
  beforeRows: UnsafeBufferPointer<UInt32>, afterRows: UnsafeBufferPointer<UInt32>,
  before: MoveSide, after: MoveSide, width: Int, firstPair: Int,
  counts: UnsafeMutableBufferPointer<Int64>, amounts: UnsafeMutableBufferPointer<Int128>,
  moved: UnsafeMutableBufferPointer<UInt32>
) -> Int {
  precondition(beforeRows.count == afterRows.count && moved.count >= beforeRows.count)
  precondition(counts.count == width * width && amounts.count == width * width)
  let absent = width &- 1
  var movedCount = 0
  for k in beforeRows.indices {
    let (i, j) = (Int(beforeRows[k]), Int(afterRows[k]))
    var (a, b) = (absent, absent)
    var amount: Int64 = 0
    if i < before.segments.count {
      a = Int(before.segments[i])
      amount = before.amounts[i]
    }
    if j < after.segments.count {
      b = Int(after.segments[j])
      amount = after.amounts[j]
    }
    let cell = a &* width &+ b
    counts[cell] &+= 1
    amounts[cell] &+= Int128(amount)
    moved[movedCount] = UInt32(truncatingIfNeeded: firstPair &+ k)
    movedCount &+= a == b ? 0 : 1
  }
  return movedCount
}
