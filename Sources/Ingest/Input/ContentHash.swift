import CXXHash

/// The hash of a text's bytes that does not depend on how it was read: XXH3-64 of each MiB, then XXH3-64 of
/// those hashes, seeded with the number of bytes.
enum ContentHash {
  static let blockByteCount = 1 << 20

  static func blockCount(of byteCount: Int) -> Int {
    (byteCount + blockByteCount - 1) / blockByteCount
  }

  static func hash(block: UnsafeRawPointer, byteCount: Int) -> UInt64 {
    XXH3_64bits(block, byteCount)
  }

  static func combine(_ blocks: [UInt64], byteCount: Int) -> UInt64 {
    blocks.withUnsafeBytes { XXH3_64bits_withSeed($0.baseAddress, $0.count, UInt64(byteCount)) }
  }
}

/// Hashes a text that arrives in pieces of any size.
struct ContentHasher {
  private var blocks: [UInt64] = []
  private var pending: [UInt8] = []
  private(set) var byteCount = 0

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    byteCount += bytes.count
    var rest = bytes
    while !rest.isEmpty {
      if pending.isEmpty && rest.count >= ContentHash.blockByteCount {
        let block = UnsafeRawBufferPointer(rebasing: rest.prefix(ContentHash.blockByteCount))
        blocks.append(ContentHash.hash(block: block.baseAddress!, byteCount: block.count))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(block.count))
        continue
      }
      let taken = min(rest.count, ContentHash.blockByteCount - pending.count)
      pending.append(contentsOf: rest.prefix(taken))
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(taken))
      if pending.count == ContentHash.blockByteCount { flush() }
    }
  }

  mutating func finish() -> UInt64 {
    if !pending.isEmpty { flush() }
    return ContentHash.combine(blocks, byteCount: byteCount)
  }

  private mutating func flush() {
    blocks.append(
      pending.withUnsafeBytes { ContentHash.hash(block: $0.baseAddress!, byteCount: $0.count) })
    pending.removeAll(keepingCapacity: true)
  }
}
