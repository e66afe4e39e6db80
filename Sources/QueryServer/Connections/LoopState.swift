import NIOCore
import QueryProtocol
import Synchronization

/// What the connections of one event loop share: one reply buffer, one set of statistics, one timer.
final class LoopState: @unchecked Sendable {
  // SAFETY: everything but the constants is touched on `eventLoop` only.
  let eventLoop: any EventLoop
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
  private(set) var connections: [ObjectIdentifier: ConnectionHandler] = [:]
  private var sweep: RepeatedTask?

  /// Memory of the reply buffer that is kept from batch to batch.
  static let keptByteCount = 256 << 10
  /// How often waiting clients are looked at.
  static let sweepMilliseconds: Int64 = 100

  init(
    eventLoop: any EventLoop, service: Service, holder: SnapshotHolder, workers: QueryWorkers,
    counters: ServerCounters
  ) {
    self.eventLoop = eventLoop
    self.service = service
    self.holder = holder
    self.workers = workers
    self.counters = counters
    samples.reserveCapacity(256)
  }

  /// Starts looking for clients that take too long.
  func start() {
    eventLoop.assertInEventLoop()
    let interval = TimeAmount.milliseconds(LoopState.sweepMilliseconds)
    sweep = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) {
      [weak self] _ in
      guard let self else { return }
      let now = NIODeadline.now()
      for connection in Array(connections.values) { connection.checkTime(now) }
    }
  }

  func stop() {
    eventLoop.assertInEventLoop()
    sweep?.cancel()
    sweep = nil
  }

  func add(_ connection: ConnectionHandler) {
    connections[ObjectIdentifier(connection)] = connection
  }
  func remove(_ connection: ConnectionHandler) { connections[ObjectIdentifier(connection)] = nil }

  /// Asks every client's handler to end: requests under way are answered first.
  func drain() {
    eventLoop.assertInEventLoop()
    for connection in Array(connections.values) { connection.drain() }
  }

  /// Closes whoever is left.
  func closeAll() {
    eventLoop.assertInEventLoop()
    for connection in Array(connections.values) { connection.closeNow() }
  }
}
