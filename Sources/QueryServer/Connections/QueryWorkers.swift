import NIOCore
import NIOPosix
import QueryProtocol
import Synchronization

/// The threads on which queries run: a few, because each query uses all cores by itself.
final class QueryWorkers: Sendable {
  private let pool: NIOThreadPool
  private let service: Service
  private let isStopped = SharedFlag()
  private let memory = MemoryReturn()

  init(threadCount: Int, service: Service) {
    pool = NIOThreadPool(numberOfThreads: max(1, threadCount))
    pool.start()
    self.service = service
  }

  /// Runs a request on a worker thread and gives its reply to `done`, on that thread; nil when the server has
  /// shut down. `arrival` starts the request's deadline.
  func run(
    _ request: DeferredRequest, arrival: NIODeadline,
    done: @escaping @Sendable (OutputQueue?) -> Void
  ) {
    let (service, memory) = (service, memory)
    pool.submit { state in
      guard case .active = state else { return done(nil) }
      let start = NIODeadline.now()
      let waited = Double((start - arrival).nanoseconds) / 1e9
      done(
        QueryWorkers.reply(
          to: request, service, secondsLeft: service.limits.querySecondsMax - waited))
      let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
      if seconds > MemoryReturn.querySecondsMin { memory.trimSoon() }
    }
  }

  /// The reply in blocks, so that each can go once it is sent.
  private static func reply(
    to request: DeferredRequest, _ service: Service, secondsLeft: Double
  ) -> OutputQueue {
    var writer = ReplyWriter()
    request.run(service, secondsLeft: secondsLeft, into: &writer)
    var reply = OutputQueue()
    writer.buffer.withUnsafeBytes { reply.append($0) }
    return reply
  }

  /// Takes no more queries and waits for those that run; false when some still run after `seconds`.
  func stop(withinSeconds seconds: Double) async -> Bool {
    pool.shutdownGracefully { [isStopped] _ in isStopped.set() }
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !isStopped.isSet && ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(5))
    }
    return isStopped.isSet
  }
}

/// A flag that one thread sets for others.
final class SharedFlag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
