import NIOCore
import QueryProtocol

/// One client: cuts its bytes into requests, answers look-ups at once, queries in their turn.
///
/// Replies leave in the order of requests. While a query of this client runs, further requests wait in
/// `waiting`; when there are too many, or the client does not take its replies, reading from it pauses, so that
/// what it sends stays in the kernel's buffers and then in its own.
///
/// Everything of a client that can grow has a bound: half a request (`requestByteCountMax`), waiting requests
/// (`unansweredRequestCountMax`, and twice a request's bytes), bytes read but not cut up (one read), replies
/// not sent (`outputByteCountMax`).
final class Connection {
  let loop: LoopState
  var parser: RequestParser
  var session: Session
  /// Nil once the connection is closed.
  private(set) var transport: (any Transport)?

  /// Bytes that were read, but are not looked at as long as requests wait or replies are not taken.
  var held: [UInt8] = []
  /// Requests behind a query of this client.
  var waiting = CircularBuffer<Request>()
  var waitingByteCount = 0
  /// What is wrong with the stream behind them.
  var waitingFailure: ProtocolError?
  /// The query of this client that runs, or waits for a worker.
  var runningQuery: DeferredRequest?
  var isQueryRunning: Bool { runningQuery != nil }

  /// Whether the transport wanted to read while reading was paused.
  var isReadHeld = false
  /// Whether a turn is scheduled that goes on with held bytes.
  var isTurnScheduled = false
  /// Whether the client will send nothing more.
  var isInputClosed = false
  /// Whether the last reply is written: what still comes is thrown away.
  var isEnding = false
  /// Whether the server shuts down: nothing more is read.
  var isDraining = false

  /// Whether a TLS handshake must still end.
  var isHandshakePending: Bool

  let connectedAt = NIODeadline.now()
  /// When something was last read or answered.
  var lastActivity = NIODeadline.now()
  /// When the unfinished request began.
  var partialSince: NIODeadline?
  var isEndScheduled = false
  /// When the last reply was sent.
  var endingSince: NIODeadline?

  init(loop: LoopState, connectionNumber: Int, speaksTLS: Bool) {
    self.loop = loop
    isHandshakePending = speaksTLS
    let limits = loop.service.limits
    let isOpen = loop.service.token == nil
    session = Session(id: connectionNumber, isAuthenticated: isOpen)
    parser = RequestParser(
      requestByteCountMax: isOpen
        ? limits.requestByteCountMax : limits.unauthenticatedRequestByteCountMax)
  }

  func open(_ transport: any Transport) {
    self.transport = transport
    loop.add(self)
  }

  /// The transport is closed: nobody waits for replies any more.
  func didClose() {
    loop.remove(self)
    runningQuery?.cancel()
    transport = nil
  }

  /// Takes in what the client sent.
  func received(_ bytes: UnsafeRawBufferPointer) {
    loop.counters.bytesReadCount.increment(by: bytes.count)
    if isEnding || isDraining || waitingFailure != nil { return }
    guard let transport else { return }
    let now = NIODeadline.now()
    lastActivity = now
    if held.isEmpty {
      let taken = answer(bytes, transport, at: now)
      if taken < bytes.count && !isEnding { held = Array(bytes[taken...]) }
    } else {
      held.append(contentsOf: bytes)
    }
  }

  /// Whether the transport may read; it is told by `Transport.read` when it may again.
  func mayRead() -> Bool {
    guard let transport else { return false }
    if isPaused(transport) {
      if !isReadHeld { loop.counters.pauseCount.increment() }
      isReadHeld = true
      return false
    }
    return true
  }

  /// The client took enough of its replies.
  func becameWritable() {
    if let transport { resume(transport) }
  }

  func handshakeEnded() {
    isHandshakePending = false
    lastActivity = .now()
  }

  /// The client sends nothing more.
  func inputClosed() {
    isInputClosed = true
    endIfNothingIsLeft()
  }

  /// Whether nothing more may be read for now.
  func isPaused(_ transport: any Transport) -> Bool {
    !isEnding && (!held.isEmpty || isQueueFull || isDraining || !transport.isWritable)
  }

  /// Whether as many requests wait as may.
  var isQueueFull: Bool {
    waiting.count + (isQueryRunning ? 1 : 0)
      >= loop.service.limits.unansweredRequestCountMax
      || waitingByteCount >= 2 * loop.service.limits.requestByteCountMax
  }
}
