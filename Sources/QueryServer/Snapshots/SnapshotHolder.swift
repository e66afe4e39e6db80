import Dispatch
import Kernels
import Logging
import NIOPosix
import QueryProtocol
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The snapshot in force, swapped whole: whoever begins a request takes the current one and keeps it.
///
/// An old snapshot is freed by the reload queue once nobody holds it, because giving back hundreds of megabytes
/// takes milliseconds that an event loop does not have.
final class SnapshotHolder: Sendable {
  private struct State {
    var current: CustomerBase
    var loadedAt: ContinuousClock.Instant
    var swapCount = 0
    var refusedCount = 0
    /// The newest snapshot that could not be loaded; looked at again only when somebody asks.
    var refusedName: String?
  }

  private let state: Mutex<State>
  private let retired = Mutex<[CustomerBase]>([])
  private let source: any SnapshotSource
  private let logger: Logger
  private let queue = DispatchQueue(label: "strata.reload", qos: .utility)
  private let isStopped = Atomic<Bool>(false)
  /// The thread that loads new snapshots, at low priority: clients are served meanwhile.
  private let loader = NIOThreadPool(numberOfThreads: 1)

  /// Loads the newest snapshot.
  init(_ source: any SnapshotSource, logger: Logger) throws {
    guard let name = try source.newestName() else { throw ServerError.noSnapshot }
    self.source = source
    self.logger = logger
    state = Mutex(State(current: try source.load(name), loadedAt: .now))
    loader.start()
    #if os(Linux)
      // Of the calling thread, not of the process.
      loader.submit { _ in
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, SnapshotHolder.loaderNiceness)
      }
    #endif
  }

  private static let loaderNiceness: Int32 = 10

  var current: CustomerBase { state.withLock { $0.current } }

  /// Seconds since the current snapshot was swapped in, swaps, and snapshots refused.
  var figures: (ageSeconds: Double, swapCount: Int, refusedCount: Int) {
    state.withLock { state in
      let age = state.loadedAt.duration(to: .now) / .seconds(1)
      return (age, state.swapCount, state.refusedCount)
    }
  }

  /// Snapshots that are out of force and still held by a query, or not freed yet.
  var retiredCount: Int { retired.withLock { $0.count } }

  /// Looks for a new snapshot every `seconds`, and keeps freeing old ones.
  func watch(everySeconds seconds: Double) {
    guard seconds > 0 else { return }
    queue.asyncAfter(deadline: .now() + seconds) { [weak self] in
      guard let self, !isStopped.load(ordering: .relaxed) else { return }
      reload(isAsked: false)
      watch(everySeconds: seconds)
    }
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    loader.shutdownGracefully { _ in }
  }

  /// Loads on the loader's thread alone, and waits. Loading on all cores made the 99th percentile of 2 cores'
  /// clients 2.5 times as long as without.
  private func load(_ name: String) throws -> CustomerBase {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<CustomerBase, any Error>>(.failure(CancellationError()))
    loader.submit { [source] state in
      if case .active = state {
        let loaded = Result { try Parallel.alone { try source.load(name) } }
        result.withLock { $0 = loaded }
      }
      done.signal()
    }
    done.wait()
    return try result.withLock { try $0.get() }
  }

  /// Looks for a new snapshot now, even for one that was refused before.
  func reloadSoon(then done: (@Sendable () -> Void)? = nil) {
    queue.async { [self] in
      reload(isAsked: true)
      done?()
    }
  }

  private func reload(isAsked: Bool) {
    let (currentName, refusedName) = state.withLock { ($0.current.name, $0.refusedName) }
    var wanted: String?
    do {
      guard let name = try source.newestName(), name != currentName else { return }
      if name == refusedName && !isAsked { return }
      wanted = name
      swap(in: try load(name))
    } catch {
      state.withLock {
        $0.refusedCount += 1
        $0.refusedName = wanted
      }
      logger.error(
        "a new snapshot is refused, the old one stays",
        metadata: [
          "refused": .string(wanted ?? "?"), "serving": .string(currentName),
          "reason": .string("\(error)"),
        ])
    }
  }

  private func swap(in fresh: CustomerBase) {
    let old = state.withLock { state in
      let old = state.current
      state.current = fresh
      state.loadedAt = .now
      state.swapCount += 1
      state.refusedName = nil
      return old
    }
    logger.info(
      "snapshot swapped",
      metadata: [
        "from": .string(old.name), "to": .string(fresh.name),
        "customers": .stringConvertible(fresh.rowCount),
      ])
    retired.withLock { $0.append(old) }
    queue.asyncAfter(deadline: .now() + .milliseconds(50)) { [weak self] in self?.freeRetired() }
  }

  /// Frees what nobody else holds any more; looks again while something is left.
  private func freeRetired() {
    let isEmpty = retired.withLock { retired in
      var kept: [CustomerBase] = []
      while var base = retired.popLast() {
        if !isKnownUniquelyReferenced(&base) { kept.append(base) }
      }
      retired = kept
      return kept.isEmpty
    }
    guard !isEmpty else { return }
    queue.asyncAfter(deadline: .now() + .milliseconds(50)) { [weak self] in self?.freeRetired() }
  }
}
