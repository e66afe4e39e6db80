#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Segments of one size, cut from slabs of 2 MiB on huge pages; given back together or one by one.
///
/// Fresh memory is slow to touch first, above all on virtual machines: segments are reused, and slabs are only
/// freed with their owner.
final class Slabs {
  private let segmentWordCount: Int
  private var slabs: [UnsafeMutablePointer<UInt64>] = []
  private var slabIndex = 0
  private var used = 0
  private var free: [UnsafeMutablePointer<UInt64>] = []

  static let slabByteCount = 2 << 20

  init(segmentWordCount: Int) {
    precondition(segmentWordCount * 8 <= Slabs.slabByteCount)
    self.segmentWordCount = segmentWordCount
  }

  deinit {
    for slab in slabs { releaseSlab(slab) }
  }

  var byteCount: Int { slabs.count * Slabs.slabByteCount }

  /// A segment with arbitrary contents.
  func take() -> UnsafeMutablePointer<UInt64> {
    if let segment = free.popLast() { return segment }
    let perSlab = Slabs.slabByteCount / (segmentWordCount * 8)
    if slabIndex == slabs.count {
      slabs.append(Slabs.allocate())
      used = 0
    }
    let segment = slabs[slabIndex] + used * segmentWordCount
    used += 1
    if used == perSlab {
      slabIndex += 1
      used = 0
    }
    return segment
  }

  /// Gives one segment back.
  func put(_ segment: UnsafeMutablePointer<UInt64>) { free.append(segment) }

  /// Gives all segments back.
  func reset() {
    free.removeAll(keepingCapacity: true)
    slabIndex = 0
    used = 0
  }

  private static func allocate() -> UnsafeMutablePointer<UInt64> {
    var raw: UnsafeMutableRawPointer?
    let status = posix_memalign(&raw, slabByteCount, slabByteCount)
    precondition(status == 0 && raw != nil, "out of memory: \(slabByteCount) bytes")
    #if os(Linux)
      madvise(raw, slabByteCount, MADV_HUGEPAGE)
    #endif
    return raw!.bindMemory(to: UInt64.self, capacity: slabByteCount / 8)
  }
}

private func releaseSlab(_ slab: UnsafeMutablePointer<UInt64>) { free(slab) }
