import NIOCore
import QueryProtocol

extension ConnectionHandler {
  /// The stream cannot go on: says why, then ends.
  func refuse(_ error: ProtocolError) {
    loop.counters.protocolErrorCount.increment()
    speakClientsProtocol()
    loop.writer.error(error)
    isEnding = true
  }

  /// As `refuse`, but behind the replies that are still to come.
  func refuseInTurn(_ error: ProtocolError) {
    if isQueryRunning || !waiting.isEmpty { waitingFailure = error } else { refuse(error) }
  }

  /// Says why, then ends; for what happens between requests.
  func refuse(_ error: ReplyError, _ context: ChannelHandlerContext) {
    speakClientsProtocol()
    loop.writer.error(error)
    isEnding = true
    flush(context)
  }

  private func speakClientsProtocol() {
    if session.encoding == .line && parser.isRESP == true { session.encoding = .resp2 }
    loop.writer.encoding = session.encoding
  }

  /// Ends behind the last reply: closes this side once it is sent, and throws away what the client still sends
  /// for a moment, because closing with unread bytes would make the kernel throw away the reply.
  func end(_ context: ChannelHandlerContext) {
    guard !isEndScheduled else { return }
    isEndScheduled = true
    held = nil
    waiting.removeAll()
    waitingByteCount = 0
    let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.whenComplete { _ in bound.value.closeOutput() }
    context.writeAndFlush(
      wrapOutboundOut(context.channel.allocator.buffer(capacity: 0)), promise: sent)
  }

  private func closeOutput() {
    guard let context else { return }
    endingSince = .now()
    if isInputClosed { return closeNow() }
    let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
    let closed = context.eventLoop.makePromise(of: Void.self)
    closed.futureResult.whenFailure { _ in bound.value.closeNow() }
    context.close(mode: .output, promise: closed)
    if isReadHeld {
      isReadHeld = false
      context.read()
    }
  }

  /// Ends when the client has sent its last byte, or the server shuts down, and all replies are written.
  func endIfNothingIsLeft(_ context: ChannelHandlerContext) {
    if isInputClosed && endingSince != nil { return closeNow() }
    guard isInputClosed && held == nil || isDraining, !isQueryRunning, waiting.isEmpty, !isEnding
    else { return }
    isEnding = true
    end(context)
  }

  /// The server shuts down: requests that are here are answered, then the connection ends.
  func drain() {
    isDraining = true
    if let context { endIfNothingIsLeft(context) }
  }

  func closeNow() { context?.close(promise: nil) }

  /// Closes a client that takes too long, after a word why.
  func checkTime(_ now: NIODeadline) {
    guard let context else { return }
    let limits = loop.service.limits
    if isEnding {
      let isSent = endingSince != nil
      let limit = TimeAmount(seconds: isSent ? 1 : limits.requestSecondsMax)
      if now - (endingSince ?? lastActivity) > limit { closeNow() }
      return
    }
    if isHandshakePending {
      guard now - lastActivity > TimeAmount(seconds: limits.requestSecondsMax) else { return }
      loop.counters.timedOutCount.increment()
      return closeNow()
    }
    if let partialSince, held == nil, !isQueryRunning, !isReadHeld,
      now - partialSince > TimeAmount(seconds: limits.requestSecondsMax)
    {
      loop.counters.timedOutCount.increment()
      refuse(
        ReplyError(
          .timedOut, "a request took longer than \(limits.requestSecondsMax) s to arrive; closing"),
        context)
      return
    }
    guard !isQueryRunning else { return }
    let silence = session.isAuthenticated ? limits.idleSecondsMax : limits.requestSecondsMax
    // Whoever has not authenticated does not gain time by sending something.
    let since = session.isAuthenticated ? lastActivity : connectedAt
    if now - since > TimeAmount(seconds: silence) {
      loop.counters.timedOutCount.increment()
      // Whoever does not take replies gets no further one.
      if !context.channel.isWritable { return closeNow() }
      refuse(
        ReplyError(
          .timedOut,
          session.isAuthenticated
            ? "no request for \(silence) s; closing" : "no token within \(silence) s; closing"),
        context)
    }
  }
}

extension TimeAmount {
  init(seconds: Double) { self = .nanoseconds(Int64(min(seconds, 1e9) * 1e9)) }
}
