import Glibc
import Kernels
import Synchronization

/// Runs tasks that wait for the disk (fsync) on threads of their own: the workers of `Parallel` are as many as
/// there are processors and would stand idle in such a call.
enum BlockingThreads {
  /// Runs `body` for each task 0..<taskCount, a thread each up to the limit, and waits for all.
  static func perform(_ taskCount: Int, _ body: (_ task: Int) -> Void) {
    guard taskCount > 1 else {
      if taskCount == 1 { body(0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      // SAFETY: every thread has ended before this call returns, so the body does not outlive it; that it
      // may run on several threads at once is this function's contract.
      nonisolated(unsafe) let body = body
      let work = ThreadWork(taskCount) { body($0) }
      // The calling thread works too: were no thread to be had, all would still be done.
      let threads = (1..<min(taskCount, StorageLimits.syncThreadCountMax)).map { _ in
        BackgroundThread { work.run() }
      }
      for thread in threads { _ = thread.start() }
      work.run()
      for thread in threads { thread.join() }
    }
  }
}

private final class ThreadWork: Sendable {
  private let taskCount: Int
  private let next = Atomic<Int>(0)
  private let body: @Sendable (Int) -> Void

  init(_ taskCount: Int, _ body: @escaping @Sendable (Int) -> Void) {
    self.taskCount = taskCount
    self.body = body
  }

  func run() {
    while true {
      let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if task >= taskCount { return }
      body(task)
    }
  }
}

/// Lets another thread run: for waits of microseconds.
func yieldProcessor() { sched_yield() }

/// This process's id.
func currentProcessID() -> Int32 { getpid() }
