import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The byte order of strings: `order[i]` becomes the index of the i-th string, equal strings in rising index.
///
/// String k is `bytes[offsets[k]..<offsets[k + 1]]`. The bits in which the first 32 bytes differ are gathered, 32 at
/// a time, and radix-sorted from the last to the first; only strings that agree in all of them are compared.
/// Strings that rise already cost one look at each; ids that differ in 8 digits one sort by 32 bits. The result does
/// not depend on the number of threads.
package func sortStrings(
  _ bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<UInt32>, count: Int,
  order: UnsafeMutablePointer<UInt32>
) {
  for i in 0..<count { order[i] = UInt32(truncatingIfNeeded: i) }
  let strings = SortedStrings(bytes: bytes, offsets: offsets)
  if strings.areRising(count) { return }
  let longest = strings.longest(count)
  let passes = strings.passes(count, longest: longest)
  let keys = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
  let scratch = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
  defer {
    keys.deallocate()
    scratch.deallocate()
  }
  for pass in passes {
    // SAFETY: each chunk reads and writes its own rows.
    nonisolated(unsafe) let order = order
    nonisolated(unsafe) let keys = keys
    Parallel.forEachChunk(of: count) { _, rows in
      for i in rows {
        let string = order[i]
        keys[i] = strings.key(Int(string), pass) &<< 32 | UInt64(string)
      }
    }
    let sorted = KeySort.sort(
      keys, scratch: scratch, startBit: 32, bitCount: 32 + pass.bitCount)
    nonisolated(unsafe) let result = sorted
    Parallel.forEachChunk(of: count) { _, rows in
      for i in rows { order[i] = UInt32(truncatingIfNeeded: result[i]) }
    }
  }
  // Words tell strings apart unless they are longer, or end in zeros that look like no byte at all.
  let byteCount = Int(offsets[count])
  if longest > 8 * SortedStrings.wordCountMax || memchr(bytes, 0, byteCount) != nil {
    strings.compareEquals(order, count)
  }
}

/// Strings as words of eight bytes, the first byte highest, zeros past the end.
private struct SortedStrings: @unchecked Sendable {
  // SAFETY: what the pointers lead to is only read, for the time of the sort.
  let bytes: UnsafePointer<UInt8>
  let offsets: UnsafePointer<UInt32>

  static let wordCountMax = 4

  /// Up to 32 bits of the strings' words.
  struct Pass {
    /// From the least significant piece on.
    var pieces: [(word: Int, mask: UInt64, shift: UInt64)] = []
    var bitCount = 0
  }

  @inline(__always)
  func byteCount(_ i: Int) -> Int { Int(offsets[i + 1] &- offsets[i]) }

  @inline(__always)
  func word(_ i: Int, _ word: Int) -> UInt64 {
    let left = byteCount(i) &- 8 &* word
    let start = UnsafeRawPointer(bytes) + Int(offsets[i]) + 8 &* word
    if left >= 8 { return start.loadUnaligned(as: UInt64.self).bigEndian }
    var value: UInt64 = 0
    for k in 0..<max(0, left) {
      value |= UInt64(start.load(fromByteOffset: k, as: UInt8.self)) &<< UInt64(56 &- 8 &* k)
    }
    return value
  }

  @inline(__always)
  func key(_ i: Int, _ pass: Pass) -> UInt64 {
    var key: UInt64 = 0
    for piece in pass.pieces {
      key |= strata_extract_bits(word(i, piece.word), piece.mask) &<< piece.shift
    }
    return key
  }

  func compare(_ a: Int, _ b: Int) -> Int {
    let order = memcmp(
      bytes + Int(offsets[a]), bytes + Int(offsets[b]), min(byteCount(a), byteCount(b)))
    return order != 0 ? Int(order) : byteCount(a) - byteCount(b)
  }

  func areRising(_ count: Int) -> Bool {
    for i in 1..<max(1, count) where compare(i - 1, i) > 0 { return false }
    return true
  }

  func longest(_ count: Int) -> Int {
    var longest = 0
    for i in 0..<count { longest = max(longest, byteCount(i)) }
    return longest
  }

  /// The passes, last bits first: only bits in which strings differ.
  func passes(_ count: Int, longest: Int) -> [Pass] {
    let wordCount = min(SortedStrings.wordCountMax, (longest + 7) / 8)
    var passes: [Pass] = [Pass()]
    for w in stride(from: wordCount - 1, through: 0, by: -1) {
      var mask: UInt64 = 0
      let first = word(0, w)
      for i in 0..<count { mask |= word(i, w) ^ first }
      while mask != 0 {
        if passes[passes.count - 1].bitCount == 32 { passes.append(Pass()) }
        let room = 32 - passes[passes.count - 1].bitCount
        var piece: UInt64 = 0
        for _ in 0..<min(room, mask.nonzeroBitCount) {
          piece |= mask & (0 &- mask)
          mask &= mask &- 1
        }
        let shift = UInt64(passes[passes.count - 1].bitCount)
        passes[passes.count - 1].pieces.append((w, piece, shift))
        passes[passes.count - 1].bitCount += piece.nonzeroBitCount
      }
    }
    return passes.filter { $0.bitCount > 0 }
  }

  /// Puts strings right that agree in their first words: long ones, and those that end in zeros.
  func compareEquals(_ order: UnsafeMutablePointer<UInt32>, _ count: Int) {
    func agree(_ a: Int, _ b: Int) -> Bool {
      for w in 0..<SortedStrings.wordCountMax where word(a, w) != word(b, w) { return false }
      return true
    }
    var start = 0
    while start < count {
      var end = start + 1
      while end < count, agree(Int(order[start]), Int(order[end])) { end += 1 }
      if end - start > 1 {
        var run = UnsafeMutableBufferPointer(start: order + start, count: end - start)
        run.sort { a, b in
          let order = compare(Int(a), Int(b))
          return order != 0 ? order < 0 : a < b
        }
      }
      start = end
    }
  }
}
