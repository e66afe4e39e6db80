import Kernels
import Synchronization

/// Segments of rows with direct codes: scans take them, partitions keep them, and all are freed together.
final class SegmentPool: @unchecked Sendable {
  // SAFETY: the slabs are touched under the lock only; a segment belongs to whoever took it.
  private let lock = Mutex<Void>(())
  private let slabs = Slabs(segmentWordCount: DirectSegment.byteCount / 8)

  /// Segments with arbitrary contents.
  func take(_ count: Int) -> [UnsafeMutablePointer<UInt64>] {
    nonisolated(unsafe) var segments: [UnsafeMutablePointer<UInt64>] = []
    lock.withLock { _ in
      for _ in 0..<count { segments.append(slabs.take()) }
    }
    return segments
  }

  func put(_ segments: [UnsafeMutablePointer<UInt64>]) {
    if segments.isEmpty { return }
    nonisolated(unsafe) let segments = segments
    lock.withLock { _ in
      for segment in segments { slabs.put(segment) }
    }
  }
}
