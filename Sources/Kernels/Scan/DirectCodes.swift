import CPlatform

/// Codes that ids name themselves: for ids that are a common prefix and up to eight bytes more, of which only few
/// bits differ, as in running numbers. What hashing finds out, a table of the first few differing bits says.
///
/// The differing bits of an id's key (the eight bytes after the prefix), moved together, are its index. The
/// index's first bits are its cell; a cell has a partition and the code of its first id there, and the id's code
/// is as far from that as its index is from the cell's first. Codes follow ids' order and leave gaps.
package struct DirectCodes: @unchecked Sendable {
  // SAFETY: `cells` is an immutable table that the owner (one ingest) keeps for as long as this.
  /// Partition << 24 | first code; the low 24 bits are all ones where ids have no code here.
  package let cells: UnsafePointer<UInt32>
  /// The bits that differ, and what the others are.
  package let mask: UInt64
  package let constant: UInt64
  /// Bits of the index after its cell's.
  package let lowBitCount: Int
  /// Big-endian, like the words of ids.
  package let prefix: UInt64
  package let prefixByteCount: Int

  package static let noCode: UInt32 = 0xFF_FFFF

  package init(
    cells: UnsafePointer<UInt32>, mask: UInt64, constant: UInt64, lowBitCount: Int, prefix: UInt64,
    prefixByteCount: Int
  ) {
    precondition((0...8).contains(prefixByteCount) && lowBitCount < 24)
    self.cells = cells
    self.mask = mask
    self.constant = constant & ~mask
    self.lowBitCount = lowBitCount
    self.prefix = prefix
    self.prefixByteCount = prefixByteCount
  }

  /// The code of an id of at most 16 bytes in its partition; nil for an id that has none.
  @inline(__always)
  func code(_ first: UInt64, _ second: UInt64) -> UInt32? {
    let bits = UInt64(truncatingIfNeeded: 8 &* prefixByteCount)
    // These shifts give 0 where they shift all 64 bits out.
    let key = first << bits | second >> (64 &- bits)
    let prefixMask = ~(UInt64.max >> bits)
    if (first ^ prefix) & prefixMask != 0 || second << bits != 0 || (key ^ constant) & ~mask != 0 {
      return nil
    }
    let index = strata_extract_bits(key, mask)
    let entry = cells[Int(truncatingIfNeeded: index &>> UInt64(lowBitCount))] & Self.noCode
    if entry == Self.noCode { return nil }
    return entry &+ UInt32(truncatingIfNeeded: index & ((1 &<< UInt64(lowBitCount)) &- 1))
  }

  /// The two words of each code's id, in order, to `keys`; `cellNumbers` are the cells of the codes' partition.
  package func putWords(
    codes: UnsafePointer<UInt32>, count: Int, cellNumbers: UnsafePointer<UInt32>,
    keys: UnsafeMutablePointer<UInt64>
  ) {
    let lowMask = (UInt64(1) &<< UInt64(lowBitCount)) &- 1
    let bits = UInt64(8 * prefixByteCount)
    for i in 0..<count {
      let code = UInt64(codes[i])
      let cell = UInt64(cellNumbers[Int(truncatingIfNeeded: code &>> UInt64(lowBitCount))])
      let index = cell &<< UInt64(lowBitCount) | code & lowMask
      let key = constant | strata_deposit_bits(index, mask)
      // These shifts give 0 where they shift all 64 bits out.
      keys[2 &* i] = prefix | key >> bits
      keys[2 &* i &+ 1] = key << (64 &- bits)
    }
  }
}
