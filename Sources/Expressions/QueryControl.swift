import Synchronization

/// What bounds a running query: a deadline, limits on its result and its memory, and a way to stop it from another
/// thread.
///
/// Checked once a block of rows or groups: a query stops within a few milliseconds.
package final class QueryControl: Sendable {
  /// Rows that a result may have; past it the query is an error, not a shorter answer.
  package let rowCountMax: Int
  /// Rows times columns that a result may have.
  package let cellCountMax: Int
  /// Memory that a step of the query (grouping, collecting values, ordering) may take, in bytes.
  package let byteCountMax: Int
  private let deadline: ContinuousClock.Instant?
  private let isCancelled = Atomic<Bool>(false)

  package init(
    timeoutSeconds: Double? = nil, rowCountMax: Int = .max, cellCountMax: Int = .max,
    byteCountMax: Int = .max
  ) {
    self.rowCountMax = rowCountMax
    self.cellCountMax = cellCountMax
    self.byteCountMax = byteCountMax
    deadline = timeoutSeconds.map { .now + .milliseconds(Int64(max(0, min($0, 1e9)) * 1_000)) }
  }

  /// No deadline and no limits: for queries in the user's own process.
  package static var unlimited: QueryControl { QueryControl() }

  /// Asks the query to stop; any thread may.
  package func cancel() { isCancelled.store(true, ordering: .relaxed) }

  /// Throws when a step would take more memory than it may; `advice` says what takes less.
  func checkMemory(
    _ byteCount: Int, _ step: @autoclosure () -> String, _ advice: StaticString
  ) throws(QueryError) {
    guard byteCount > byteCountMax else { return }
    throw QueryError(
      .limit,
      "\(step()) would take more than the \(byteCountMax) bytes that a query may hold; \(advice)")
  }

  /// Throws when the query is to stop.
  package func check() throws(QueryError) {
    if isCancelled.load(ordering: .relaxed) {
      throw QueryError(.cancelled, "the query was cancelled")
    }
    if let deadline, ContinuousClock.now >= deadline {
      throw QueryError(.timeout, "the query took longer than it may; narrow it or raise the limit")
    }
  }
}

/// The first error, in task order, of tasks that run in parallel.
final class FirstError: Sendable {
  private let state = Mutex<(task: Int, error: QueryError)?>(nil)
  private let failed = Atomic<Bool>(false)

  /// Runs the body of one task unless a task failed before.
  ///
  /// Tasks are handed out in order, so every task before the failing one runs to its end, and the error kept
  /// is the same whatever the schedule.
  func run(_ task: Int, _ body: () throws(QueryError) -> Void) {
    if failed.load(ordering: .relaxed) { return }
    do {
      try body()
    } catch {
      failed.store(true, ordering: .relaxed)
      state.withLock { if $0 == nil || $0!.task > task { $0 = (task, error) } }
    }
  }

  func rethrow() throws(QueryError) {
    if let failure = state.withLock({ $0 }) { throw failure.error }
  }
}
