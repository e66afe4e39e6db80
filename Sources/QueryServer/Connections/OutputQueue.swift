import NIOCore

/// Replies that a client has not taken yet, in blocks whose memory goes back one by one as they are sent.
///
/// What counts against the client's limit is the memory of the blocks (`heldByteCount`), not the bytes in them: a
/// block of which a part is sent is held as a whole, and so is one that is not full.
///
///     queue.append(bytes)
///     let sent = queue.withFirstBlock { send(descriptor, $0.baseAddress, $0.count, 0) }
///     queue.removeFirst(sent)
struct OutputQueue: Sendable {
  private var blocks = CircularBuffer<ByteBuffer>(initialCapacity: 1)
  /// Bytes to be sent.
  private(set) var byteCount = 0
  /// Memory of the blocks, in bytes.
  private(set) var heldByteCount = 0

  /// The largest block: what is sent with one call, and what may be held beyond what is left to send.
  static let blockByteCountMax = 64 << 10
  /// The smallest, so that replies of a few bytes share one.
  static let blockByteCountMin = 4 << 10

  var isEmpty: Bool { byteCount == 0 }

  /// Adds a copy of bytes: to the last block as far as it has room, then to new ones.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    if let last = blocks.indices.last {
      let taken = rest.prefix(min(rest.count, blocks[last].writableBytes))
      if !taken.isEmpty {
        // In place: a block taken out, changed and put back would be copied.
        blocks.modify(last) { _ = $0.writeBytes(UnsafeRawBufferPointer(rebasing: taken)) }
      }
      rest = rest[taken.endIndex...]
    }
    while !rest.isEmpty {
      let size = min(Self.blockByteCountMax, max(Self.blockByteCountMin, rest.count))
      var block = ByteBufferAllocator().buffer(capacity: size)
      let taken = rest.prefix(size)
      block.writeBytes(UnsafeRawBufferPointer(rebasing: taken))
      heldByteCount += block.capacity
      blocks.append(block)
      rest = rest[taken.endIndex...]
    }
    byteCount += bytes.count
  }

  /// Adds the blocks of another queue, without a copy.
  mutating func append(_ other: consuming OutputQueue) {
    byteCount += other.byteCount
    heldByteCount += other.heldByteCount
    if blocks.isEmpty { blocks = other.blocks } else { blocks.append(contentsOf: other.blocks) }
  }

  /// The unsent bytes of the first block, which must exist.
  func withFirstBlock<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    blocks[blocks.startIndex].withUnsafeReadableBytes(body)
  }

  /// Counts bytes of the first block as sent; frees it when they were its last.
  mutating func removeFirst(_ sentByteCount: Int) {
    guard sentByteCount > 0 else { return }
    if sentByteCount == blocks[blocks.startIndex].readableBytes {
      _ = popFirstBlock()
      return
    }
    blocks.modify(blocks.startIndex) { $0.moveReaderIndex(forwardBy: sentByteCount) }
    byteCount -= sentByteCount
  }

  /// Takes the first block out; nil when nothing is left.
  mutating func popFirstBlock() -> ByteBuffer? {
    guard let block = blocks.popFirst() else { return nil }
    byteCount -= block.readableBytes
    heldByteCount -= block.capacity
    // The list itself grew with its blocks.
    if blocks.isEmpty { blocks = CircularBuffer(initialCapacity: 1) }
    return block
  }

  mutating func removeAll() { self = OutputQueue() }
}

/// When a client's replies may go on: past `upper` bytes held no longer, below half of it again.
struct OutputLimit {
  private let upper: Int
  private(set) var isWritable = true

  /// - Parameter byteCountMax: what a client may leave unread; half of it is kept for one large reply.
  init(byteCountMax: Int) { upper = max(1, byteCountMax / 2) }

  /// Takes note of what is held now; true when replies may go on again.
  mutating func update(heldByteCount: Int) -> Bool {
    if heldByteCount > upper {
      isWritable = false
    } else if !isWritable, heldByteCount < max(1, upper / 2) {
      isWritable = true
      return true
    }
    return false
  }
}
