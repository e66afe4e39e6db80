import CXXHash

/// Distinct byte strings, numbered in the order they came.
struct ByteDictionary {
  private var slots: [UInt32]
  private var hashes: [UInt64] = []
  private var offsets: [Int] = [0]
  private var bytes: [UInt8] = []

  init() { slots = Array(repeating: 0, count: 64) }

  var count: Int { hashes.count }
  var byteCount: Int { bytes.count + hashes.count * 16 + slots.count * 4 }

  subscript(code: Int) -> ArraySlice<UInt8> { bytes[offsets[code]..<offsets[code + 1]] }

  /// The string's number, and whether it is new.
  mutating func code(of string: UnsafeBufferPointer<UInt8>) -> (code: Int, isNew: Bool) {
    let hash = XXH3_64bits(string.baseAddress, string.count)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let code = Int(slots[slot]) - 1
      if hashes[code] == hash, self[code].elementsEqual(string) { return (code, false) }
      slot = (slot + 1) & (slots.count - 1)
    }
    let code = hashes.count
    slots[slot] = UInt32(code + 1)
    hashes.append(hash)
    bytes.append(contentsOf: string)
    offsets.append(bytes.count)
    if hashes.count * 2 > slots.count { grow() }
    return (code, true)
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    for (code, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(code + 1)
    }
  }
}
