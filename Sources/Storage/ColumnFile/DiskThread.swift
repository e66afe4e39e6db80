import Glibc
import Synchronization

/// A thread that finishes column files: it waits for the disk and reads back, while others compute.
final class DiskThread: Sendable {
  private let work: Work
  // SAFETY: joined once, under the lock.
  private let thread: Mutex<pthread_t?>

  /// What the thread does; it holds this alone, so that nobody is freed by the thread itself.
  private final class Work: Sendable {
    private let files: [FileInProgress]
    private let outcome = Mutex<Result<[ColumnFileSummary], StorageError>?>(nil)

    init(_ files: [FileInProgress]) { self.files = files }

    func run() {
      let result = Result { () throws(StorageError) in try ColumnFileWriter.finishAll(files) }
      outcome.withLock { $0 = result }
    }

    /// The result; runs first where no thread was to be had.
    func result() -> Result<[ColumnFileSummary], StorageError> {
      if let result = outcome.withLock({ $0 }) { return result }
      run()
      return outcome.withLock { $0! }
    }
  }

  /// Starts with files whose blocks are all written.
  init(_ files: [FileInProgress]) {
    work = Work(files)
    let box = Unmanaged.passRetained(work)
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    if status != 0 { box.release() }
    self.thread = Mutex(status == 0 ? thread : nil)
  }

  /// Waits for the thread to end.
  func join() {
    thread.withLock { thread in
      if let running = thread { pthread_join(running, nil) }
      thread = nil
    }
  }

  /// What came of it, when it has ended.
  func result() -> Result<[ColumnFileSummary], StorageError> {
    join()
    return work.result()
  }
}
