import Dispatch
import Synchronization

#if canImport(Glibc)
  import CMalloc
#endif

/// Gives memory that queries freed back to the system.
///
/// glibc keeps what threads free in their arenas: after a query of hundreds of megabytes they would stay with the
/// process. A query that may have left some asks for a trim; trims run on a queue of their own, at most one every
/// `intervalMilliseconds`, because one walks every arena.
final class MemoryReturn: Sendable {
  private let queue = DispatchQueue(label: "strata.memory", qos: .utility)
  private let isScheduled = Atomic<Bool>(false)

  private static let intervalMilliseconds = 200
  /// What a query that took less has left is not worth a trim.
  static let querySecondsMin = 0.01

  /// Asks for a trim; any thread may.
  func trimSoon() {
    guard !isScheduled.exchange(true, ordering: .acquiringAndReleasing) else { return }
    queue.asyncAfter(deadline: .now() + .milliseconds(Self.intervalMilliseconds)) { [self] in
      isScheduled.store(false, ordering: .releasing)
      #if canImport(Glibc)
        malloc_trim(0)
      #endif
    }
  }
}
