import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory of large buffers, kept when it is freed for the next buffer of about the same size: on a virtual machine
/// the first touch of fresh memory costs as much as decoding a column into it.
///
/// Nothing is kept unless `keep(byteCountMax:)` says so: a server rather gives a snapshot's memory back.
package final class BufferPool: Sendable {
  /// Where all buffers' memory comes from.
  package static let shared = BufferPool()

  private struct Kept: @unchecked Sendable {
    // SAFETY: memory in here belongs to nobody else; it is taken out before it is handed to a buffer.
    var byteCountMax = 0
    var byteCount = 0
    /// By size.
    var regions: [Int: [UnsafeMutableRawPointer]] = [:]
  }

  private let kept = Mutex(Kept())

  init() {}

  /// Smaller buffers are malloc's alone, which reuses them itself.
  static let regionByteCountMin = 4 << 20

  /// Keeps at most so many bytes of freed memory from now on; what is over is given back to the system.
  package func keep(byteCountMax: Int) {
    precondition(byteCountMax >= 0, "a number of bytes is not negative")
    kept.withLock { kept in
      kept.byteCountMax = byteCountMax
      for (size, regions) in kept.regions where kept.byteCount > byteCountMax {
        for region in regions { free(region) }
        kept.byteCount -= size * regions.count
        kept.regions[size] = nil
      }
    }
  }

  /// Bytes of freed memory that are kept now.
  package var byteCount: Int { kept.withLock { $0.byteCount } }

  /// Room for so many bytes, aligned to 64 bytes, or to 2 MiB from `regionByteCountMin` on. What is in it is
  /// not specified. Give it back with the same size.
  func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= BufferPool.regionByteCountMin else {
      return BufferPool.fresh(max(64, byteCount), alignment: 64)
    }
    let size = BufferPool.regionByteCount(of: byteCount)
    let region = kept.withLock { kept -> Region? in
      guard let region = kept.regions[size]?.popLast() else { return nil }
      kept.byteCount -= size
      return Region(start: region)
    }
    if let region { return region.start }
    // From a huge page's boundary on, so that the kernel can back all of it with huge pages.
    let fresh = BufferPool.fresh(size, alignment: 2 << 20)
    #if os(Linux)
      madvise(fresh, size, MADV_HUGEPAGE)
    #endif
    return fresh
  }

  /// Takes memory of `allocate` back.
  func giveBack(_ start: UnsafeMutableRawPointer, _ byteCount: Int) {
    let size = BufferPool.regionByteCount(of: byteCount)
    let region = Region(start: start)
    let isKept =
      byteCount >= BufferPool.regionByteCountMin
      && kept.withLock { kept in
        guard kept.byteCount + size <= kept.byteCountMax else { return false }
        kept.byteCount += size
        kept.regions[size, default: []].append(region.start)
        return true
      }
    if !isKept { free(start) }
  }

  private struct Region: @unchecked Sendable { let start: UnsafeMutableRawPointer }

  /// Sizes come in steps of an eighth or less, so that memory fits buffers of about the same size. What a buffer
  /// does not touch of its last step costs address space only.
  private static func regionByteCount(of byteCount: Int) -> Int {
    let step = max(2 << 20, 1 << (Int.bitWidth - 1 - byteCount.leadingZeroBitCount - 3))
    return (byteCount + step - 1) / step * step
  }

  private static func fresh(_ byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
    var raw: UnsafeMutableRawPointer?
    let status = posix_memalign(&raw, alignment, byteCount)
    precondition(status == 0 && raw != nil, "out of memory: \(byteCount) bytes")
    return raw!
  }
}
