import NIOCore
import NIOPosix
import QueryProtocol
import Synchronization

/// The threads on which queries run: a few, because each query uses all cores by itself.
final class QueryWorkers: Sendable {
  private let pool: NIOThreadPool
  private let service: Service
  private let isStopped = SharedFlag()

  init(threadCount: Int, service: Service) {
    pool = NIOThreadPool(numberOfThreads: max(1, threadCount))
    pool.start()
    self.service = service
  }

  /// Runs a request on a worker thread and gives its reply to `done`, on that thread; nil when the server has
  /// shut down. `arrival` starts the request's deadline.
  func run(
    _ request: DeferredRequest, arrival: NIODeadline,
    done: @escaping @Sendable (ByteBuffer?) -> Void
  ) {
    let service = service
    pool.submit { state in
      guard case .active = state else { return done(nil) }
      let waited = Double((NIODeadline.now() - arrival).nanoseconds) / 1e9
      var writer = ReplyWriter()
      request.run(
        service, secondsLeft: service.limits.querySecondsMax - waited, into: &writer)
      var buffer = ByteBufferAllocator().buffer(capacity: writer.buffer.count)
      writer.buffer.withUnsafeBytes { _ = buffer.writeBytes($0) }
      done(buffer)
    }
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
