import Dispatch
import Synchronization

/// Parallel loops whose result never depends on the number of threads.
///
/// Work is cut into tasks by the data alone (for rows: fixed chunks of `chunkRowCount`), and the tasks are
/// handed to as many workers as `threadCount` says. A body writes only to what belongs to its task, so the
/// schedule cannot be seen in the result; float partial results are merged by the caller in task order.
package enum Parallel {
  /// Rows in a chunk of work: fixed, because float reductions merge chunk by chunk in order.
  package static let chunkRowCount = 65_536

  private static let configuredThreadCount = Atomic<Int>(0)

  /// Workers that a parallel loop may use: `--threads`, else the processors of the machine.
  package static var threadCount: Int {
    let configured = configuredThreadCount.load(ordering: .relaxed)
    return configured > 0 ? configured : processorCount
  }

  /// Sets `threadCount`; 0 goes back to the machine's processors.
  package static func setThreadCount(_ count: Int) {
    precondition(count >= 0, "a thread count is not negative")
    configuredThreadCount.store(count, ordering: .relaxed)
  }

  @TaskLocal private static var isAlone = false

  /// Runs `body` with parallel loops that stay on the calling thread: for work that must not take the processors
  /// from others.
  package static func alone<Output>(_ body: () throws -> Output) rethrows -> Output {
    try $isAlone.withValue(true, operation: body)
  }

  private static let processorCount = max(1, onlineProcessorCount())

  /// Runs `body` once for each task 0..<taskCount, on up to `threadCount` workers, and waits for all.
  package static func perform(_ taskCount: Int, _ body: (_ task: Int) -> Void) {
    perform(taskCount) { _, task in body(task) }
  }

  /// As `perform(_:_:)`, and tells the body which worker (0..<threadCount) runs it, for per-worker scratch.
  ///
  /// Which tasks a worker gets is up to the schedule: scratch must not carry a result from task to task.
  package static func perform(_ taskCount: Int, _ body: (_ worker: Int, _ task: Int) -> Void) {
    let workerCount = isAlone ? 1 : min(threadCount, taskCount)
    if workerCount <= 1 {
      for task in 0..<max(0, taskCount) { body(0, task) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let next = Atomic<Int>(0)
      // SAFETY: concurrentPerform returns only when every iteration has ended, so the body does not outlive
      // this call; that it may run on several threads at once is this function's contract.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
        while true {
          let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
          if task >= taskCount { return }
          body(worker, task)
        }
      }
    }
  }

  /// Runs `body` for each fixed chunk of `rowCount` rows: chunk number and its rows.
  package static func forEachChunk(
    of rowCount: Int, _ body: (_ chunk: Int, _ rows: Range<Int>) -> Void
  ) {
    perform(chunkCount(of: rowCount)) { chunk in
      body(chunk, rows(ofChunk: chunk, of: rowCount))
    }
  }

  /// Number of chunks that `rowCount` rows are cut into.
  package static func chunkCount(of rowCount: Int) -> Int {
    (rowCount + chunkRowCount - 1) / chunkRowCount
  }

  /// The rows of one chunk.
  package static func rows(ofChunk chunk: Int, of rowCount: Int) -> Range<Int> {
    let start = chunk * chunkRowCount
    return start..<min(start + chunkRowCount, rowCount)
  }

  /// Runs `background` on a thread of its own while `foreground` runs here, and waits for both; with one worker
  /// in all, `background` runs first. Both may use parallel loops: for work of which one part waits for a disk.
  ///
  /// - Parameter foreground: given a function that waits until `background` has ended.
  package static func beside<Output: ~Copyable, Failure: Error>(
    _ background: @escaping @Sendable () -> Void,
    _ foreground: (_ wait: () -> Void) throws(Failure) -> Output
  ) throws(Failure) -> Output {
    if threadCount <= 1 {
      background()
      return try foreground({})
    }
    let thread = BackgroundThread(background)
    thread.startOrRun()
    defer { thread.join() }
    return try foreground({ thread.join() })
  }
}
