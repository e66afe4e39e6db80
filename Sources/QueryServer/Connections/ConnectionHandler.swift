import NIOCore
import NIOTLS
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
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let loop: LoopState
  var parser: RequestParser
  var session: Session
  var context: ChannelHandlerContext?

  /// Bytes that were read, but are not looked at as long as requests wait or replies are not taken.
  var held: ByteBuffer?
  /// Requests behind a query of this client.
  var waiting = CircularBuffer<Request>()
  var waitingByteCount = 0
  /// What is wrong with the stream behind them.
  var waitingFailure: ProtocolError?
  /// The query of this client that runs, or waits for a worker.
  var runningQuery: DeferredRequest?
  var isQueryRunning: Bool { runningQuery != nil }

  /// Whether the channel asked for more bytes while reading was paused.
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

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    loop.add(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    loop.remove(self)
    runningQuery?.cancel()
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var buffer = unwrapInboundIn(data)
    loop.counters.bytesReadCount.increment(by: buffer.readableBytes)
    if isEnding || isDraining || waitingFailure != nil { return }
    lastActivity = .now()
    if held != nil {
      held!.writeBuffer(&buffer)
    } else {
      answer(&buffer, context)
      if buffer.readableBytes > 0 && !isEnding { held = buffer }
    }
  }

  /// Asked for more bytes by the channel: passed on, unless this client has to wait.
  func read(context: ChannelHandlerContext) {
    if isPaused(context) {
      if !isReadHeld { loop.counters.pauseCount.increment() }
      isReadHeld = true
    } else {
      context.read()
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { resume(context) }
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent {
      isHandshakePending = false
      lastActivity = .now()
    }
    if case .inputClosed? = event as? ChannelEvent {
      isInputClosed = true
      endIfNothingIsLeft(context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A broken connection or TLS stream: nothing can be said to the client any more.
    context.close(promise: nil)
  }

  /// Whether nothing more may be read for now.
  func isPaused(_ context: ChannelHandlerContext) -> Bool {
    !isEnding && (held != nil || isQueueFull || isDraining || !context.channel.isWritable)
  }

  /// Whether as many requests wait as may.
  var isQueueFull: Bool {
    waiting.count + (isQueryRunning ? 1 : 0)
      >= loop.service.limits.unansweredRequestCountMax
      || waitingByteCount >= 2 * loop.service.limits.requestByteCountMax
  }
}
