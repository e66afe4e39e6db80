/// Sorts 64-bit keys by their low bits: least significant digit first, up to 11 bits a pass, every pass
/// parallel.
package enum KeySort {
  private static let digitBitLimit = 11

  /// Sorts `keys`, which are all below 2^`bitCount`, with `scratch` of the same count; whichever of the two
  /// then holds the sorted keys is returned. Keys that agree from bit `startBit` on keep their order.
  ///
  /// Cost: ⌈(bitCount − startBit) / 11⌉ passes over the keys. Chunks are fixed, so the result never depends on threads.
  package static func sort(
    _ keys: UnsafeMutableBufferPointer<UInt64>, scratch: UnsafeMutableBufferPointer<UInt64>,
    startBit: Int = 0, bitCount: Int
  ) -> UnsafeMutableBufferPointer<UInt64> {
    precondition(keys.count == scratch.count, "the scratch has the keys' count")
    let chunkCount = Parallel.chunkCount(of: keys.count)
    if chunkCount == 0 { return keys }
    // As few passes as the limit allows, all with digits of about the same width.
    let passCount = max(1, (bitCount - startBit + digitBitLimit - 1) / digitBitLimit)
    let digitBitCount = max(1, (bitCount - startBit + passCount - 1) / passCount)
    let bucketCount = 1 << digitBitCount
    let starts = UnsafeMutableBufferPointer<Int>.allocate(capacity: chunkCount * bucketCount)
    defer { starts.deallocate() }
    var from = keys
    var to = scratch
    var shift = startBit
    while shift < bitCount {
      count(from, shift: shift, bucketCount: bucketCount, into: starts)
      if !isConstant(starts, bucketCount: bucketCount, keyCount: keys.count) {
        accumulate(starts, bucketCount: bucketCount, chunkCount: chunkCount)
        scatter(from, to, shift: shift, bucketCount: bucketCount, starts: starts)
        swap(&from, &to)
      }
      shift += digitBitCount
    }
    return from
  }

  private static func count(
    _ keys: UnsafeMutableBufferPointer<UInt64>, shift: Int, bucketCount: Int,
    into counts: UnsafeMutableBufferPointer<Int>
  ) {
    // SAFETY: each chunk reads its own keys and writes its own counts.
    nonisolated(unsafe) let keys = keys
    nonisolated(unsafe) let counts = counts
    let mask = UInt64(bucketCount - 1)
    Parallel.forEachChunk(of: keys.count) { chunk, rows in
      let own = counts.baseAddress! + chunk * bucketCount
      own.update(repeating: 0, count: bucketCount)
      for row in rows { own[Int((keys[row] >> UInt64(shift)) & mask)] += 1 }
    }
  }

  /// Whether every key has the same digit, so that the pass would move nothing.
  private static func isConstant(
    _ counts: UnsafeMutableBufferPointer<Int>, bucketCount: Int, keyCount: Int
  ) -> Bool {
    guard let first = (0..<bucketCount).first(where: { counts[$0] > 0 }) else { return true }
    var total = 0
    var at = first
    while at < counts.count {
      total += counts[at]
      at += bucketCount
    }
    return total == keyCount
  }

  /// Counts become the place where each chunk's keys of each digit start.
  private static func accumulate(
    _ counts: UnsafeMutableBufferPointer<Int>, bucketCount: Int, chunkCount: Int
  ) {
    var start = 0
    for bucket in 0..<bucketCount {
      for chunk in 0..<chunkCount {
        let count = counts[chunk * bucketCount + bucket]
        counts[chunk * bucketCount + bucket] = start
        start += count
      }
    }
  }

  private static func scatter(
    _ from: UnsafeMutableBufferPointer<UInt64>, _ to: UnsafeMutableBufferPointer<UInt64>,
    shift: Int, bucketCount: Int, starts: UnsafeMutableBufferPointer<Int>
  ) {
    // SAFETY: the starts are disjoint by construction, so no two chunks write the same place.
    nonisolated(unsafe) let from = from
    nonisolated(unsafe) let to = to
    nonisolated(unsafe) let starts = starts
    let mask = UInt64(bucketCount - 1)
    Parallel.forEachChunk(of: from.count) { chunk, rows in
      let own = starts.baseAddress! + chunk * bucketCount
      let target = to.baseAddress!
      for row in rows {
        let key = from[row]
        let bucket = Int((key >> UInt64(shift)) & mask)
        target[own[bucket]] = key
        own[bucket] += 1
      }
    }
  }
}
