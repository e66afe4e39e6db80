import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A body that a thread of its own runs once: for what waits for a disk. Dispatch's pool has a thread a
/// processor, and a loop within a loop is given fewer.
package final class BackgroundThread: Sendable {
  /// What the thread holds: this alone, so that the object is never freed by its own thread.
  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let body: Body
  // SAFETY: joined or detached once, under the lock.
  private let thread = Mutex<pthread_t?>(nil)

  package init(_ body: @escaping @Sendable () -> Void) { self.body = Body(body) }

  deinit {
    if let running = thread.withLock({ $0 }) { pthread_detach(running) }
  }

  /// Starts the thread, once; false, and nothing is run, when the system has none to give.
  package func start() -> Bool {
    let box = Unmanaged.passRetained(body)
    #if canImport(Darwin)
      var started: pthread_t?
      let status = pthread_create(
        &started, nil,
        { argument in
          Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
          return nil
        }, box.toOpaque())
    #else
      var started = pthread_t()
      let status = pthread_create(
        &started, nil,
        { argument in
          Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
          return nil
        }, box.toOpaque())
    #endif
    guard status == 0 else {
      box.release()
      return false
    }
    thread.withLock { $0 = started }
    return true
  }

  /// Starts the thread, or runs the body here when there is none.
  package func startOrRun() {
    if !start() { body.run() }
  }

  /// Waits until the thread has ended; returns at once where none was started.
  package func join() {
    thread.withLock { thread in
      if let running = thread { pthread_join(running, nil) }
      thread = nil
    }
  }
}
