import Dispatch
import Kernels
import Synchronization

/// Finishes column files on threads of their own, each as soon as its blocks are written: they wait for the disk and
/// read back while the blocks of other files are still encoded.
///
///     let finisher = FileFinisher(files)
///     Parallel.perform(blocks.count) { … finisher.add(index) … }     // when all blocks of a file are written
///     let summaries = try finisher.finish()
final class FileFinisher: Sendable {
  private let work: Work
  private let threads: [BackgroundThread]

  /// What the threads do; they hold this alone, so that the finisher is never freed by one of them.
  private final class Work: Sendable {
    private struct Queue {
      /// Files whose blocks are written, and that nobody has taken yet.
      var ready: [Int] = []
      var isClosed = false
    }

    let files: [FileInProgress]
    private let queue = Mutex(Queue())
    /// Counted up for each file, and at the end for each thread.
    private let arrivals = DispatchSemaphore(value: 0)
    private let summaries: Mutex<[ColumnFileSummary?]>
    let errors = FirstError()

    init(_ files: [FileInProgress]) {
      self.files = files
      summaries = Mutex(Array(repeating: nil, count: files.count))
    }

    func add(_ file: Int) {
      queue.withLock { $0.ready.append(file) }
      arrivals.signal()
    }

    func close(threadCount: Int) {
      queue.withLock { $0.isClosed = true }
      for _ in 0..<threadCount { arrivals.signal() }
    }

    /// Finishes files until there will be no more.
    func run() {
      while true {
        arrivals.wait()
        let (file, isOver) = queue.withLock { queue in
          let file = queue.ready.isEmpty ? nil : queue.ready.removeFirst()
          return (file, file == nil && queue.isClosed)
        }
        if isOver { return }
        if let file { finish(file) }
      }
    }

    private func finish(_ file: Int) {
      errors.attempt(file) { () throws(StorageError) in
        let summary = try files[file].finishAndCheck()
        summaries.withLock { $0[file] = summary }
      }
    }

    func result() -> [ColumnFileSummary] { summaries.withLock { $0.map { $0! } } }
  }

  init(_ files: [FileInProgress]) {
    let work = Work(files)
    self.work = work
    // The caller takes its share at the end: were no thread to be had, all would still be done.
    threads = (1..<max(1, min(files.count, StorageLimits.syncThreadCountMax))).map { _ in
      BackgroundThread { work.run() }
    }
    for thread in threads { _ = thread.start() }
    for (index, file) in files.enumerated() where file.header.blockCount == 0 { work.add(index) }
  }

  deinit { join() }

  /// Adds a file whose blocks are all written.
  func add(_ file: Int) { work.add(file) }

  /// Waits until every file that was added is finished; no more are added.
  func join() {
    work.close(threadCount: threads.count + 1)
    work.run()
    for thread in threads { thread.join() }
  }

  /// What was written, when all files have been added and finished.
  func finish() throws(StorageError) -> [ColumnFileSummary] {
    join()
    try work.errors.rethrow()
    return work.result()
  }
}
