import Synchronization

/// The error of the lowest-numbered task that failed: parallel loops report the same one on every schedule.
final class FirstError: Sendable {
  private let first = Mutex<(task: Int, error: StorageError)?>(nil)

  /// Runs `body`, keeping its error; true when it succeeded.
  @discardableResult
  func attempt(_ task: Int, _ body: () throws(StorageError) -> Void) -> Bool {
    do {
      try body()
      return true
    } catch {
      record(error, task)
      return false
    }
  }

  func record(_ error: StorageError, _ task: Int) {
    first.withLock { if $0 == nil || task < $0!.task { $0 = (task, error) } }
  }

  var hasFailed: Bool { first.withLock { $0 != nil } }

  func rethrow() throws(StorageError) {
    if let error = first.withLock({ $0?.error }) { throw error }
  }
}
