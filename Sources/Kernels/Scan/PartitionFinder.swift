import CPlatform

/// Whether bits are gathered by one instruction here: without it, finding codes by them is no gain.
package var gathersBitsFast: Bool { strata_extracts_bits_fast() }

/// Which of up to 256 partitions an id falls in: ranges of ids in byte order.
///
/// An id is a run of big-endian words, zero-padded; ids hold no NUL, so that words and ids order alike. Ids
/// that share `prefix` (its first `prefixByteCount` bytes, found by sampling) are placed by their next eight
/// bytes among `splitters`; smaller ones go to the first partition, greater ones to the last. Any splitters
/// give a right answer; good ones give even partitions.
package struct PartitionFinder: @unchecked Sendable {
  // SAFETY: the pointers are to immutable tables that the owner (one ingest) keeps for as long as the finder.
  /// 2^levelCount - 1 rising keys, padded with the greatest.
  let splitters: UnsafePointer<UInt64>
  let firstStep: Int
  let lastPartition: Int
  // The way without searching: the splitters are chosen so that the bits `cellMask` of a key alone say where it
  // belongs, for every key that has the bits `cellConstant` where `cellCheck` says.
  let cells: UnsafePointer<UInt8>?
  let cellMask: UInt64
  let cellCheck: UInt64
  let cellConstant: UInt64
  /// Whole words of the prefix, then the rest in the high bytes of one more (zero-padded).
  let prefix: UnsafePointer<UInt64>
  let prefixByteCount: Int
  // The first 16 bytes of the prefix and which bits of an id's first 16 they are.
  let shortPrefix: UInt128
  let shortMask: UInt128

  package init(
    splitters: UnsafePointer<UInt64>, levelCount: Int, lastPartition: Int,
    prefix: UnsafePointer<UInt64>, prefixByteCount: Int,
    cells: UnsafePointer<UInt8>, cellMask: UInt64, cellCheck: UInt64, cellConstant: UInt64
  ) {
    precondition(levelCount >= 1 && lastPartition < 1 << levelCount && lastPartition < 256)
    self.cells = strata_extracts_bits_fast() ? cells : nil
    self.cellMask = cellMask
    self.cellCheck = cellCheck
    self.cellConstant = cellConstant
    self.splitters = splitters
    firstStep = 1 << (levelCount - 1)
    self.lastPartition = lastPartition
    self.prefix = prefix
    self.prefixByteCount = prefixByteCount
    let bits = min(16, prefixByteCount) * 8
    shortMask = bits == 0 ? 0 : UInt128.max << UInt128(128 - bits)
    shortPrefix =
      (UInt128(prefix[0]) << 64 | UInt128(prefixByteCount > 8 ? prefix[1] : 0)) & shortMask
  }

  /// The partition of an id of at most 16 bytes, as two words.
  @inline(__always)
  func partition(_ first: UInt64, _ second: UInt64) -> Int {
    let id = UInt128(_low: second, _high: first)
    let head = id & shortMask
    if head == shortPrefix && prefixByteCount < 16 {
      let rest = id &<< UInt128(truncatingIfNeeded: prefixByteCount &* 8)
      return place(UInt64(truncatingIfNeeded: rest >> 64))
    }
    if head == shortPrefix {
      // An id of at most 16 bytes that is all prefix: it is the prefix, or stops short of it.
      return prefixByteCount == 16 ? place(0) : 0
    }
    return head < shortPrefix ? 0 : lastPartition
  }

  /// The partition of an id of any length.
  package func partition(_ words: UnsafePointer<UInt64>, count: Int) -> Int {
    func word(_ index: Int) -> UInt64 { index < count ? words[index] : 0 }
    let whole = prefixByteCount / 8
    for i in 0..<whole where word(i) != prefix[i] {
      return word(i) < prefix[i] ? 0 : lastPartition
    }
    let bits = UInt64(prefixByteCount % 8 * 8)
    if bits > 0 {
      let head = word(whole) & (UInt64.max << (64 - bits))
      if head != prefix[whole] { return head < prefix[whole] ? 0 : lastPartition }
    }
    return place(word(whole) << bits | word(whole + 1) >> (64 - bits))
  }

  /// The partition of an id that starts with the prefix, by the eight bytes after it.
  @inline(__always)
  func place(_ key: UInt64) -> Int {
    if let cells, (key ^ cellConstant) & cellCheck == 0 {
      return Int(cells[Int(truncatingIfNeeded: strata_extract_bits(key, cellMask))])
    }
    return search(key)
  }

  /// The number of splitters at or below a key.
  @inline(never)
  private func search(_ key: UInt64) -> Int {
    var index = 0
    var step = firstStep
    while step > 0 {
      let next = index &+ step
      index = splitters[next &- 1] <= key ? next : index
      step &>>= 1
    }
    return index < lastPartition ? index : lastPartition
  }
}
