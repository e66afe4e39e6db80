import Synchronization

/// What happened to clients since the start.
final class ServerCounters: Sendable {
  let connectedCount = Atomic<Int>(0)
  let acceptedCount = Atomic<Int>(0)
  /// Turned away because there were too many.
  let refusedCount = Atomic<Int>(0)
  /// Closed because a request, a handshake or a silence took too long.
  let timedOutCount = Atomic<Int>(0)
  /// Closed because their bytes were no requests, or too long a one.
  let protocolErrorCount = Atomic<Int>(0)
  /// Times that reading from a client paused because too much of its own was unanswered or unsent.
  let pauseCount = Atomic<Int>(0)
  let unknownCommandCount = Atomic<Int>(0)
  let bytesReadCount = Atomic<Int>(0)
  let bytesWrittenCount = Atomic<Int>(0)
  /// Memory of replies that clients have not taken yet, now, in bytes.
  let unsentByteCount = Atomic<Int>(0)

  let startedAt = ContinuousClock.now

  var uptimeSeconds: Double { startedAt.duration(to: .now) / .seconds(1) }
}

extension Atomic where Value == Int {
  func increment(by count: Int = 1) { wrappingAdd(count, ordering: .relaxed) }
  var value: Int { load(ordering: .relaxed) }
}
