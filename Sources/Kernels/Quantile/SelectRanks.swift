/// The values at sorted positions `ranks` (rising, below the count), as an array of one value a rank.
///
/// Buffers of up to 2,048 values are sorted; larger ones are cut into 4,096 buckets of equal width between
/// their extremes, and the search goes on in the buckets that hold a rank. Every round narrows the range of
/// values 4,096-fold, so there are at most six whatever the values; equal values end it at once.
package func selectRanks(_ values: [Int64], ranks: [Int]) -> [Int64] {
  precondition(ranks.allSatisfy { $0 >= 0 && $0 < values.count }, "ranks lie in the values")
  guard !ranks.isEmpty else { return [] }
  if values.count <= 2_048 {
    let sorted = values.sorted()
    return ranks.map { sorted[$0] }
  }
  var low = values[0]
  var high = values[0]
  for value in values {
    low = min(low, value)
    high = max(high, value)
  }
  if low == high { return ranks.map { _ in low } }
  let span = UInt64(bitPattern: high &- low)
  let shift = UInt64(max(0, 64 - span.leadingZeroBitCount - 12))
  var counts = [Int](repeating: 0, count: 4_096)
  for value in values { counts[Int(UInt64(bitPattern: value &- low) >> shift)] += 1 }

  var result: [Int64] = []
  var bucket = 0
  var before = 0
  var next = 0
  while next < ranks.count {
    while before + counts[bucket] <= ranks[next] {
      before += counts[bucket]
      bucket += 1
    }
    var inside: [Int] = []
    while next < ranks.count && ranks[next] < before + counts[bucket] {
      inside.append(ranks[next] - before)
      next += 1
    }
    let members = values.filter { UInt64(bitPattern: $0 &- low) >> shift == UInt64(bucket) }
    result += selectRanks(members, ranks: inside)
  }
  return result
}
