import Kernels
import Synchronization

/// A thread that finishes column files: it waits for the disk and reads back, while others compute.
final class DiskThread: Sendable {
  private let work: Work
  private let thread: BackgroundThread

  private final class Work: Sendable {
    private let files: [FileInProgress]
    private let outcome = Mutex<Result<[ColumnFileSummary], StorageError>?>(nil)

    init(_ files: [FileInProgress]) { self.files = files }

    func run() {
      let result = Result { () throws(StorageError) in try ColumnFileWriter.finishAll(files) }
      outcome.withLock { $0 = result }
    }

    /// The result, once there is one.
    var result: Result<[ColumnFileSummary], StorageError>? { outcome.withLock { $0 } }
  }

  /// Starts with files whose blocks are all written; finishes them at once where no thread is to be had.
  init(_ files: [FileInProgress]) {
    let work = Work(files)
    self.work = work
    thread = BackgroundThread { work.run() }
    thread.startOrRun()
  }

  /// Waits for the thread to end.
  func join() { thread.join() }

  /// What came of it, when it has ended.
  func result() -> Result<[ColumnFileSummary], StorageError> {
    join()
    return work.result!
  }
}
