import Dispatch
package import Logging
import NIOCore
import NIOPosix
import NIOSSL
package import QueryProtocol
import Synchronization

/// The query socket: listens, answers, swaps snapshots, and ends in order.
///
///     let server = try QueryServer.start(configuration, source: store, scorer: nil, logger: logger)
///     await server.runUntilSignalled(watcher)   // SIGTERM or SIGINT drains, SIGHUP looks for a snapshot
package final class QueryServer: Sendable {
  package let configuration: ServerConfiguration
  /// The TCP port in use, which `port 0` leaves to the system; nil without a TCP listener.
  package let port: Int?
  /// The port of the metrics; nil without.
  package let metricsPort: Int?

  let host: ServerHost
  private let group: MultiThreadedEventLoopGroup
  private let loops: [LoopState]
  private let socketLoops: SocketLoops
  private let workers: QueryWorkers
  private let listeners: [any Channel]
  private let logger: Logger
  private let isStopped = Atomic<Bool>(false)

  /// Loads the newest snapshot and starts to listen. Not for event loops: it waits.
  package static func start(
    _ configuration: ServerConfiguration, source: any SnapshotSource,
    scorer: (any CustomerScorer)? = nil, version: String = "1.0.0", logger: Logger
  ) throws -> QueryServer {
    try checkProtection(configuration, logger)
    let tls = try configuration.tls.map { try TLSListener.context($0) }
    try raiseDescriptorLimit(
      toServe: configuration.limits.clientCountMax, eventLoopCount: configuration.eventLoopCount)
    let holder = try SnapshotHolder(source, logger: logger)
    let host = ServerHost(
      source: source, holder: holder, limits: configuration.limits, version: version)
    let service = Service(
      limits: configuration.limits, token: configuration.token, scorer: scorer, host: host,
      version: version)
    return try QueryServer(configuration, tls, service, host, logger)
  }

  private init(
    _ configuration: ServerConfiguration, _ tls: NIOSSLContext?, _ service: Service,
    _ host: ServerHost, _ logger: Logger
  ) throws {
    self.configuration = configuration
    self.host = host
    self.logger = logger
    let loopCount = max(1, configuration.eventLoopCount)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: loopCount)
    let workers = QueryWorkers(threadCount: configuration.queryThreadCount, service: service)
    self.group = group
    self.workers = workers
    let makeLoop = { (executor: any LoopExecutor) in
      LoopState(
        executor: executor, service: service, holder: host.holder, workers: workers,
        counters: host.counters)
    }
    let eventLoops = group.makeIterator().map { ($0, makeLoop(EventLoopExecutor(eventLoop: $0))) }
    let socketLoops = try SocketLoops(
      count: configuration.servesSocketsDirectly ? loopCount : 0, makeLoop)
    self.socketLoops = socketLoops
    let loops = eventLoops.map(\.1) + socketLoops.states
    self.loops = loops
    host.loopStatistics.withLock { $0 = loops.map(\.statistics) }
    var opened = Listeners(
      group: group, loops: eventLoops, socketLoops: socketLoops, host: host, tls: tls)
    do {
      try opened.open(configuration)
    } catch {
      opened.close()
      socketLoops.stopSoon()
      try? group.syncShutdownGracefully()
      throw error
    }
    listeners = opened.channels
    port = opened.port
    metricsPort = opened.metricsPort
    let interval = TimeAmount.milliseconds(LoopState.sweepMilliseconds)
    for (eventLoop, loop) in eventLoops {
      eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in loop.sweep() }
    }
    host.holder.watch(everySeconds: configuration.reloadSeconds)
    for place in opened.places {
      logger.info("listening", metadata: ["on": .string(place)])
    }
  }

  /// Memory of the snapshot in force, in bytes.
  package var byteCount: Int { host.holder.current.byteCount }

  /// Looks for a new snapshot now; `done` is called when it is in force or refused.
  package func reload(then done: (@Sendable () -> Void)? = nil) {
    host.holder.reloadSoon(then: done)
  }

  /// Serves until SIGTERM or SIGINT, then drains; SIGHUP looks for a new snapshot.
  package func runUntilSignalled(_ watcher: SignalWatcher) async {
    for await signal in watcher.signals {
      if signal == .hangUp {
        logger.info("looking for a new snapshot")
        reload()
      } else {
        break
      }
    }
    await stop()
  }

  /// Closes the listeners, lets requests under way end for up to `drainSeconds`, closes whoever is left.
  package func stop() async {
    guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
    logger.info(
      "shutting down", metadata: ["clients": .stringConvertible(host.counters.connectedCount.value)]
    )
    host.holder.stop()
    for listener in listeners { try? await listener.close() }
    if let path = configuration.unixPath { UnixSocketPath.remove(path) }
    for loop in loops { loop.executor.execute { loop.drain() } }
    let deadline = ContinuousClock.now + .seconds(configuration.drainSeconds)
    while host.counters.connectedCount.value > 0 && ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(10))
    }
    let cutCount = host.counters.connectedCount.value
    for loop in loops { loop.executor.execute { loop.closeAll() } }
    await socketLoops.stop()
    // Closing cancelled what still ran. An event loop may end only when no worker has a reply for it.
    if await workers.stop(withinSeconds: 1) { try? await group.shutdownGracefully() }
    logger.info("stopped", metadata: ["cut": .stringConvertible(cutCount)])
  }

  /// Refuses to serve other machines without a token and TLS, unless told to; then says so.
  private static func checkProtection(
    _ configuration: ServerConfiguration, _ logger: Logger
  ) throws(ServerError) {
    if configuration.address == nil && configuration.unixPath == nil { throw .nowhereToListen }
    if let path = configuration.unixPath { try UnixSocketPath.check(path) }
    if let metrics = configuration.metricsAddress, !metrics.isLoopback {
      guard configuration.allowsInsecure else {
        throw .unprotectedMetrics(address: "\(metrics)")
      }
      logger.warning("metrics are served unprotected", metadata: ["on": "\(metrics)"])
    }
    guard let address = configuration.address, !address.isLoopback else { return }
    let missing: [ServerError.Protection] =
      (configuration.token == nil ? [.token] : []) + (configuration.tls == nil ? [.tls] : [])
    guard !missing.isEmpty else { return }
    guard configuration.allowsInsecure else {
      throw .unprotected(address: "\(address)", missing: missing)
    }
    logger.warning(
      "serving other machines insecurely",
      metadata: [
        "on": "\(address)",
        "missing": .string(missing.map(\.rawValue).joined(separator: " and ")),
      ])
  }
}
