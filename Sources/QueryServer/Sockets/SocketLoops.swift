import NIOCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The socket loops of a server, and which of them takes the next client; none where the system has no epoll.
final class SocketLoops: Sendable {
  let states: [LoopState]
  #if os(Linux)
    private let loops: [SocketLoop]
    private let nextIndex = Atomic<Int>(0)
  #endif

  init(count: Int, _ makeState: (any LoopExecutor) -> LoopState) throws(ServerError) {
    #if os(Linux)
      var loops: [SocketLoop] = []
      for _ in 0..<count { loops.append(try SocketLoop()) }
      self.loops = loops
      states = loops.map { $0.start(makeState) }
    #else
      states = []
    #endif
  }

  /// Takes a client over from the channel that accepted it, which the caller then closes; false when there is
  /// no loop. Throws when the process has no descriptor left.
  func takeOver(
    _ pipeline: ChannelPipeline.SynchronousOperations, number: Int,
    whenClosed: @escaping @Sendable () -> Void
  ) throws -> Bool {
    #if os(Linux)
      guard !loops.isEmpty else { return false }
      let descriptor = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
        // The channel closes its own descriptor; the connection stays open through this one.
        fcntl($0, F_DUPFD_CLOEXEC, 0)
      }
      guard let descriptor, descriptor >= 0 else { return false }
      let index = nextIndex.wrappingAdd(1, ordering: .relaxed).oldValue
      loops[index % loops.count].add(descriptor, number: number, whenClosed: whenClosed)
      return true
    #else
      return false
    #endif
  }

  func stopSoon() {
    #if os(Linux)
      for loop in loops { loop.stopSoon() }
    #endif
  }

  /// Waits until the threads have ended.
  func stop() async {
    #if os(Linux)
      for loop in loops { await loop.stop() }
    #endif
  }
}
