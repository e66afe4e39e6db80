import NIOCore
import QueryProtocol
import Synchronization

/// What the connections of one loop share: one reply buffer, one set of statistics, one timer.
final class LoopState: @unchecked Sendable {
  // SAFETY: everything but the constants is touched on the executor's thread only.
  let executor: any LoopExecutor
  let service: Service
  let holder: SnapshotHolder
  let workers: QueryWorkers
  let counters: ServerCounters
  let statistics = CommandStatistics()

  /// Replies of the batch at hand.
  var writer = ReplyWriter(capacity: LoopState.keptByteCount)
  /// The requests of the batch at hand.
  var batch = RequestBatch()
  /// Times of the batch at hand, for the statistics.
  var samples: [CommandStatistics.Sample] = []
  /// Samples whose time is known.
  private var timedSampleCount = 0
  private(set) var connections: [ObjectIdentifier: Connection] = [:]

  /// Memory of the reply buffer that is kept from batch to batch.
  static let keptByteCount = 256 << 10
  /// How often waiting clients are looked at.
  static let sweepMilliseconds: Int64 = 100

  init(
    executor: any LoopExecutor, service: Service, holder: SnapshotHolder, workers: QueryWorkers,
    counters: ServerCounters
  ) {
    self.executor = executor
    self.service = service
    self.holder = holder
    self.workers = workers
    self.counters = counters
    samples.reserveCapacity(256)
  }

  /// Closes clients that take too long; called every `sweepMilliseconds`.
  func sweep() {
    let now = NIODeadline.now()
    for connection in Array(connections.values) { connection.checkTime(now) }
  }

  /// Gives each sample that has no time its share of what passed since `time`.
  func shareTime(since time: inout NIODeadline) {
    let count = samples.count - timedSampleCount
    guard count > 0 else { return }
    let now = NIODeadline.now()
    let share = (now.uptimeNanoseconds &- time.uptimeNanoseconds) / UInt64(count)
    for i in timedSampleCount..<samples.count { samples[i].nanoseconds = share }
    timedSampleCount = samples.count
    time = now
  }

  func removeSamples() {
    samples.removeAll(keepingCapacity: true)
    timedSampleCount = 0
  }

  func add(_ connection: Connection) {
    connections[ObjectIdentifier(connection)] = connection
  }
  func remove(_ connection: Connection) { connections[ObjectIdentifier(connection)] = nil }

  /// Asks every client's handler to end: requests under way are answered first.
  func drain() {
    for connection in Array(connections.values) { connection.drain() }
  }

  /// Closes whoever is left.
  func closeAll() {
    for connection in Array(connections.values) { connection.closeNow() }
  }
}
