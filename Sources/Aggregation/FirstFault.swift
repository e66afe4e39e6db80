import Kernels
import Synchronization

/// What went wrong in parallel tasks: the fault of the lowest code, whatever the schedule.
final class FirstFault: Sendable {
  private let first = Mutex<(code: Int, error: AggregationError)?>(nil)

  /// - Parameter code: the first customer of the task's.
  func record(_ found: (batch: Int, fault: AggregateFault), code: Int) {
    let error = AggregationError(found.fault, batch: found.batch)
    first.withLock { if $0 == nil || code < $0!.code { $0 = (code, error) } }
  }

  func rethrow() throws(AggregationError) {
    if let error = first.withLock({ $0?.error }) { throw error }
  }
}
