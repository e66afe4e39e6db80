import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The places of pieces that are made at the same time and stand in a file in order.
final class WriteTurns: Sendable {
  private struct State {
    var next = 0
    var end: Int
    var failure: ExportError?
  }
  private let state: Mutex<State>

  init(firstOffset: Int) { state = Mutex(State(end: firstOffset)) }

  /// Where the last piece ends.
  var end: Int { state.withLock { $0.end } }
  var failure: ExportError? { state.withLock { $0.failure } }

  func fail(_ error: ExportError) {
    state.withLock { if $0.failure == nil { $0.failure = error } }
  }

  /// The offset of piece `task`, known once those before it are made: tasks are handed out in order, so the
  /// wait is a fraction of the time that one takes. Nil when another one failed.
  func take(_ task: Int, byteCount: Int) -> Int? {
    while true {
      let (isTurn, offset) = state.withLock { state -> (Bool, Int?) in
        if state.failure != nil { return (true, nil) }
        guard state.next == task else { return (false, nil) }
        let offset = state.end
        state.next += 1
        state.end += byteCount
        return (true, offset)
      }
      if isTurn { return offset }
      sched_yield()
    }
  }
}
