import Columns

/// Distinct key tuples in the order of their first appearance: open addressing, linear probing.
///
/// A tuple is one 64-bit word for each key and a last word with a bit for each key that is null (its own word
/// is then 0). Words are whole numbers, float keys or codes; codes of a text column compare by their bytes.
struct KeyTable {
  let keyCount: Int
  /// Words of a tuple.
  let width: Int
  private let texts: [StringSource?]
  private let hasTexts: Bool
  private(set) var count = 0
  private(set) var words: [Int64] = []
  private var hashes: [UInt64] = []
  /// Group number + 1, or 0.
  private var slots: [UInt32]

  init(_ keys: [Bound], capacity: Int = 64) {
    keyCount = keys.count
    width = keys.count + 1
    texts = keys.map { $0.strings.flatMap { $0.isDistinct ? nil : $0 } }
    hasTexts = texts.contains { $0 != nil }
    var size = 128
    while size < capacity * 2 { size *= 2 }
    slots = .init(repeating: 0, count: size)
  }

  /// The number of a tuple's group, a new one if it has none.
  mutating func group(_ tuple: UnsafePointer<Int64>) -> Int {
    group(tuple, hash: hash(tuple))
  }

  mutating func group(_ tuple: UnsafePointer<Int64>, hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let group = Int(slots[slot]) - 1
      if hashes[group] == hash, isEqual(group, tuple) { return group }
      slot = (slot + 1) & mask
    }
    slots[slot] = UInt32(count + 1)
    words.append(contentsOf: UnsafeBufferPointer(start: tuple, count: width))
    hashes.append(hash)
    count += 1
    if count * 2 > slots.count { grow() }
    return count - 1
  }

  func hash(of group: Int) -> UInt64 { hashes[group] }

  private mutating func grow() {
    slots = .init(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for group in 0..<count {
      var slot = Int(truncatingIfNeeded: hashes[group]) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(group + 1)
    }
  }

  private func isEqual(_ group: Int, _ tuple: UnsafePointer<Int64>) -> Bool {
    let start = group * width
    if hasTexts {
      if words[start + keyCount] != tuple[keyCount] { return false }
      for k in 0..<keyCount where words[start + k] != tuple[k] {
        guard let text = texts[k],
          text.table.utf8(at: Int(words[start + k])).elementsEqual(
            text.table.utf8(at: Int(tuple[k])))
        else { return false }
      }
      return true
    }
    for k in 0..<width where words[start + k] != tuple[k] { return false }
    return true
  }

  private func hash(_ tuple: UnsafePointer<Int64>) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for k in 0..<width {
      var word = UInt64(bitPattern: tuple[k])
      if hasTexts, k < keyCount, let text = texts[k], tuple[keyCount] >> Int64(k) & 1 == 0 {
        word = 0xCBF2_9CE4_8422_2325
        for byte in text.table.utf8(at: Int(tuple[k])) {
          word = (word ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
      }
      hash = (hash ^ word) &* 0xBF58_476D_1CE4_E5B9
      hash ^= hash >> 32
    }
    return hash
  }
}
