import Columns
import Kernels

/// The ids that a store has, in byte order, compared with big-endian words eight bytes at a time.
struct SortedIDs {
  let count: Int
  private let existing: ExistingCustomers
  // SAFETY: these point into buffers that `existing` holds.
  private let offsets: UnsafePointer<UInt32>
  private let bytes: UnsafeRawPointer
  private let byteCount: Int
  private let order: UnsafePointer<UInt32>?

  init(_ existing: ExistingCustomers) {
    self.existing = existing
    count = existing.count
    offsets = existing.ids.offsets.pointer.baseAddress!
    bytes = UnsafeRawPointer(existing.ids.bytes.pointer.baseAddress!)
    byteCount = existing.ids.bytes.count
    order = existing.order?.pointer.baseAddress
  }

  /// −1, 0, 1: the id at a place against the words of another, whose last is padded with zeros.
  @inline(__always)
  func compare(_ place: Int, _ words: UnsafeBufferPointer<UInt64>) -> Int {
    let index = order.map { Int($0[place]) } ?? place
    var start = Int(offsets[index])
    let end = Int(offsets[index + 1])
    for word in words {
      let own = self.word(start, end)
      if own != word { return own < word ? -1 : 1 }
      start += 8
    }
    return end > start ? 1 : 0
  }

  /// The bytes `start..<end`, the first eight of them, as a big-endian word padded with zeros.
  @inline(__always)
  private func word(_ start: Int, _ end: Int) -> UInt64 {
    let count = end - start
    if count <= 0 { return 0 }
    if start + 8 <= byteCount {
      let word = UInt64(
        bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
      return count >= 8 ? word : word & (UInt64.max &<< UInt64(64 &- 8 &* count))
    }
    var word: UInt64 = 0
    for i in 0..<8 {
      let byte = i < count ? bytes.load(fromByteOffset: start + i, as: UInt8.self) : 0
      word = word << 8 | UInt64(byte)
    }
    return word
  }

  /// The first place whose id is not before the words.
  func lowerBound(_ words: UnsafeBufferPointer<UInt64>) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if compare(middle, words) < 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
