import Glibc
import Synchronization

/// Memory that a worker reuses from block to block: the first touch of fresh memory costs more than filling it.
final class Scratch {
  private(set) var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  deinit { free(bytes.baseAddress) }

  /// At least so many bytes, 64-byte aligned; what was in them before may be lost.
  func reserve(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    if byteCount > bytes.count {
      free(bytes.baseAddress)
      let rounded = (max(byteCount, 64) + 4095) / 4096 * 4096
      var raw: UnsafeMutableRawPointer?
      let status = posix_memalign(&raw, 64, rounded)
      precondition(status == 0 && raw != nil, "out of memory: \(rounded) bytes")
      bytes = UnsafeMutableRawBufferPointer(start: raw, count: rounded)
    }
    return UnsafeMutableRawBufferPointer(rebasing: bytes[..<byteCount])
  }
}

/// The buffers of one worker.
final class BlockScratch {
  /// A block's values with nulls made canonical, or their differences.
  let values = Scratch()
  /// A block before compression.
  let raw = Scratch()
  /// A block as it is stored.
  let stored = Scratch()

  var byteCount: Int { values.bytes.count + raw.bytes.count + stored.bytes.count }
}

/// Scratch for whoever asks, kept for the next.
final class ScratchPool: Sendable {
  static let shared = ScratchPool()

  // SAFETY: a BlockScratch is in the pool or with one borrower, never both.
  private struct Free: @unchecked Sendable { var scratch: [BlockScratch] = [] }
  private let free = Mutex(Free())

  func borrow<Result>(
    _ body: (BlockScratch) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    let taken = free.withLock { Taken(scratch: $0.scratch.popLast()) }
    let scratch = taken.scratch ?? BlockScratch()
    defer { giveBack(scratch) }
    return try body(scratch)
  }

  private func giveBack(_ scratch: BlockScratch) {
    guard scratch.byteCount <= StorageLimits.pooledScratchByteCountMax else { return }
    let given = Taken(scratch: scratch)
    free.withLock { free in
      if free.scratch.count < StorageLimits.pooledScratchCountMax, let scratch = given.scratch {
        free.scratch.append(scratch)
      }
    }
  }

  private struct Taken: @unchecked Sendable { let scratch: BlockScratch? }
}
