import CPlatform
package import Columns

/// Finds the row of a customer id in one probe: 5.3 bytes a customer for any length of id.
///
/// Open addressing with linear probing over UInt32 entries, at most three quarters full. An entry is 0 (empty)
/// or `tag << rowBitCount | row + 1`; the tag, as many bits of the hash as rows leave free, keeps nearly all
/// probes of other ids from looking at their bytes. The slot is the hash times the slots, divided by 2^64, so
/// the table need not be a power of two.
package final class IdentifierIndex: @unchecked Sendable {
  private let identifiers: StringTable
  // SAFETY: both point into buffers that this object holds; slots are below `slotCount`, rows are those that
  // `init` put in. Checked accessors of another module cost 40 ns a look-up more.
  private let strings: PackedStrings
  private let slots: UnsafePointer<UInt32>
  private let slotCount: Int
  private let entries: AlignedBuffer<UInt32>
  private let rowBitCount: UInt32
  private let seed: UInt64

  /// Indexes all ids. Throws when an id stands twice. Costs about 60 ns an id, one thread.
  package init(_ identifiers: StringTable, seed: UInt64) throws(CustomerBaseError) {
    let rowCount = identifiers.count
    guard rowCount < Int(UInt32.max) >> 1 else { throw .tooManyCustomers(rowCount) }
    let slotCount = max(8, rowCount + rowCount / 3 + 1)
    let rowBitCount = UInt32(64 - UInt64(rowCount + 1).leadingZeroBitCount)
    let rowMask: UInt32 = (1 << rowBitCount) - 1
    var twice: Int?
    let entries = AlignedBuffer<UInt32>(count: slotCount) { entries in
      entries.initialize(repeating: 0)
      for row in 0..<rowCount {
        let identifier = identifiers.utf8(at: row)
        let hash = identifierHash(identifier, seed: seed)
        let tag = UInt32(truncatingIfNeeded: hash) & ~rowMask
        var slot = Int(hash.multipliedFullWidth(by: UInt64(slotCount)).high)
        while entries[slot] != 0 {
          let entry = entries[slot]
          if entry & ~rowMask == tag,
            identifiers.utf8(at: Int(entry & rowMask) - 1).elementsEqual(identifier)
          {
            twice = row
            return
          }
          slot = slot + 1 == slotCount ? 0 : slot + 1
        }
        entries[slot] = tag | UInt32(row + 1)
      }
    }
    if let twice { throw .duplicateCustomer(identifiers[twice]) }
    self.identifiers = identifiers
    self.entries = entries
    self.slotCount = slotCount
    strings = PackedStrings(identifiers)
    slots = entries.pointer.baseAddress!
    self.rowBitCount = rowBitCount
    self.seed = seed
  }

  /// The row of an id; nil when no customer has it.
  package func row(of identifier: Span<UInt8>) -> Int? {
    identifier.withUnsafeBufferPointer { row(of: $0) }
  }

  private func row(of identifier: UnsafeBufferPointer<UInt8>) -> Int? {
    let rowMask: UInt32 = (1 << rowBitCount) - 1
    let hash = identifierHash(identifier, seed: seed)
    let tag = UInt32(truncatingIfNeeded: hash) & ~rowMask
    var slot = Int(hash.multipliedFullWidth(by: UInt64(slotCount)).high)
    while true {
      let entry = slots[slot]
      if entry == 0 { return nil }
      if entry & ~rowMask == tag {
        let row = Int(entry & rowMask) - 1
        if sameBytes(strings[row], identifier) { return row }
      }
      slot = slot + 1 == slotCount ? 0 : slot + 1
    }
  }

  /// Asks for an id's first slot, and says which it is.
  func prefetchSlot(of identifier: Span<UInt8>) -> Int {
    let hash = identifier.withUnsafeBufferPointer { identifierHash($0, seed: seed) }
    let slot = Int(hash.multipliedFullWidth(by: UInt64(slotCount)).high)
    strata_prefetch(slots + slot)
    return slot
  }

  /// Asks for where the id of the row in a slot lies, and says which row it is; -1 of an empty slot.
  func prefetchIdentifier(inSlot slot: Int) -> Int {
    let entry = slots[slot]
    guard entry != 0 else { return -1 }
    let row = Int(entry & ((1 << rowBitCount) - 1)) - 1
    strata_prefetch(strings.offsets + row)
    return row
  }

  /// Asks for the bytes of a row's id.
  func prefetchBytes(ofRow row: Int) { strata_prefetch(strings.bytes + Int(strings.offsets[row])) }

  /// Memory held beside the ids, in bytes.
  package var byteCount: Int { entries.byteCount }
}

@inline(__always)
private func sameBytes(
  _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>
) -> Bool {
  guard a.count == b.count else { return false }
  for i in 0..<a.count where a[i] != b[i] { return false }
  return true
}
