/// The word that would stand at the sorted position `rank` of all `words`, on all cores.
///
/// Each round counts the words of every chunk in 4,096 buckets of equal width between the least and the largest
/// candidate, and goes on with those of the rank's bucket: every round narrows the range 4,096-fold, so there
/// are at most six, whatever the values. Cost: about 1.5 ns a word and core.
package func selectKey(_ words: UnsafeBufferPointer<Int64>, rank: Int) -> Int64 {
  precondition(words.indices.contains(rank), "the rank is one of the words")
  let chunkCount = Parallel.chunkCount(of: words.count)
  var bounds = [(least: Int64, most: Int64)](repeating: (.max, .min), count: chunkCount)
  bounds.withUnsafeMutableBufferPointer { bounds in
    // SAFETY: every task writes its own element.
    nonisolated(unsafe) let bounds = bounds
    nonisolated(unsafe) let words = words
    Parallel.forEachChunk(of: words.count) { chunk, rows in
      bounds[chunk] = leastAndMost(UnsafeBufferPointer(rebasing: words[rows]))
    }
  }
  let low = bounds.reduce(Int64.max) { min($0, $1.least) }
  let high = bounds.reduce(Int64.min) { max($0, $1.most) }
  if low == high { return low }
  let span = UInt64(bitPattern: high &- low)
  let shift = UInt64(max(0, 64 - span.leadingZeroBitCount - bucketBitCount))
  let bucketCount = 1 << bucketBitCount
  var counts = [UInt32](repeating: 0, count: chunkCount * bucketCount)
  counts.withUnsafeMutableBufferPointer { counts in
    // SAFETY: every task counts in its own part.
    nonisolated(unsafe) let counts = counts
    nonisolated(unsafe) let words = words
    Parallel.forEachChunk(of: words.count) { chunk, rows in
      countBuckets(
        UnsafeBufferPointer(rebasing: words[rows]), low, shift,
        counts.baseAddress! + chunk * bucketCount)
    }
  }
  var before = 0
  var bucket = 0
  while true {
    var inside = 0
    for chunk in 0..<chunkCount { inside += Int(counts[chunk * bucketCount + bucket]) }
    if rank < before + inside { break }
    before += inside
    bucket += 1
  }
  var members: [Int64] = []
  for chunk in 0..<chunkCount where counts[chunk * bucketCount + bucket] > 0 {
    let rows = Parallel.rows(ofChunk: chunk, of: words.count)
    appendMembers(
      UnsafeBufferPointer(rebasing: words[rows]), low, shift, UInt64(bucket), to: &members)
  }
  if shift == 0 { return members[0] }
  if members.count <= Parallel.chunkRowCount {
    return members.withUnsafeMutableBufferPointer { Selection.select($0, rank - before) }
  }
  return members.withUnsafeBufferPointer { selectKey($0, rank: rank - before) }
}

private let bucketBitCount = 12

private func leastAndMost(_ words: UnsafeBufferPointer<Int64>) -> (Int64, Int64) {
  var least = Int64.max
  var most = Int64.min
  for word in words {
    least = word < least ? word : least
    most = word > most ? word : most
  }
  return (least, most)
}

private func countBuckets(
  _ words: UnsafeBufferPointer<Int64>, _ low: Int64, _ shift: UInt64,
  _ counts: UnsafeMutablePointer<UInt32>
) {
  for word in words { counts[Int(UInt64(bitPattern: word &- low) &>> shift)] &+= 1 }
}

private func appendMembers(
  _ words: UnsafeBufferPointer<Int64>, _ low: Int64, _ shift: UInt64, _ bucket: UInt64,
  to members: inout [Int64]
) {
  for word in words where UInt64(bitPattern: word &- low) &>> shift == bucket {
    members.append(word)
  }
}
