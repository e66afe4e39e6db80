/// Rows from the highest score to the lowest, equal scores by row: a radix sort, three passes over the rows.
///
/// Scores are finite; -0 and 0 are equal. Cost: about 20 ns a row.
package func rankOrder(
  _ scores: UnsafeBufferPointer<Float>, into order: UnsafeMutableBufferPointer<UInt32>
) {
  precondition(scores.count == order.count && scores.count <= Int(UInt32.max))
  let count = scores.count
  if count == 0 { return }
  let keys = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * count)
  let counts = UnsafeMutablePointer<Int>.allocate(capacity: 3 * 2_048)
  defer {
    keys.deallocate()
    counts.deallocate()
  }
  counts.initialize(repeating: 0, count: 3 * 2_048)
  for row in 0..<count {
    let key = descendingKey(scores[row])
    keys[row] = UInt64(key) << 32 | UInt64(row)
    counts[Int(key & 2_047)] += 1
    counts[2_048 + Int((key >> 11) & 2_047)] += 1
    counts[4_096 + Int(key >> 22)] += 1
  }
  var (source, target) = (keys, keys + count)
  for pass in 0..<3 {
    let places = counts + pass * 2_048
    var place = 0
    for digit in 0..<2_048 {
      let own = places[digit]
      places[digit] = place
      place += own
    }
    let shift = UInt64(32 + 11 * pass)
    for i in 0..<count {
      let key = source[i]
      let digit = Int((key >> shift) & 2_047)
      target[places[digit]] = key
      places[digit] += 1
    }
    swap(&source, &target)
  }
  for i in 0..<count { order[i] = UInt32(truncatingIfNeeded: source[i]) }
}

/// A key whose unsigned order is the falling order of floats.
@inline(__always)
private func descendingKey(_ score: Float) -> UInt32 {
  let bits = (score == 0 ? Float(0) : score).bitPattern
  return bits & 0x8000_0000 != 0 ? bits : ~bits & 0x7FFF_FFFF
}
