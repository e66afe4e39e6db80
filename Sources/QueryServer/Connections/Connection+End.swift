import NIOCore
import QueryProtocol

extension Connection {
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
  private func refuse(_ error: ReplyError, _ transport: any Transport) {
    speakClientsProtocol()
    loop.writer.error(error)
    isEnding = true
    flush(transport)
  }

  private func speakClientsProtocol() {
    if session.encoding == .line && parser.isRESP == true { session.encoding = .resp2 }
    loop.writer.encoding = session.encoding
  }

  /// Ends behind the last reply: closes this side once it is sent, and throws away what the client still sends
  /// for a moment, because closing with unread bytes would make the kernel throw away the reply.
  func end(_ transport: any Transport) {
    guard !isEndScheduled else { return }
    isEndScheduled = true
    held = []
    waiting.removeAll()
    waitingByteCount = 0
    transport.notifyWhenSent()
  }

  /// The last reply is sent, or cannot be.
  func outputIsSent() {
    guard let transport else { return }
    endingSince = .now()
    if isInputClosed { return closeNow() }
    transport.closeOutput()
    if isReadHeld {
      isReadHeld = false
      transport.read()
    }
  }

  /// Ends when the client has sent its last byte, or the server shuts down, and all replies are written.
  func endIfNothingIsLeft() {
    if isInputClosed && endingSince != nil { return closeNow() }
    guard let transport, isInputClosed && held.isEmpty || isDraining, !isQueryRunning,
      waiting.isEmpty, !isEnding
    else { return }
    isEnding = true
    end(transport)
  }

  /// The server shuts down: requests that are here are answered, then the connection ends.
  func drain() {
    isDraining = true
    endIfNothingIsLeft()
  }

  func closeNow() { transport?.close() }

  /// Closes a client that takes too long, after a word why.
  func checkTime(_ now: NIODeadline) {
    guard let transport else { return }
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
    if let partialSince, held.isEmpty, !isQueryRunning, !isReadHeld,
      now - partialSince > TimeAmount(seconds: limits.requestSecondsMax)
    {
      loop.counters.timedOutCount.increment()
      refuse(
        ReplyError(
          .timedOut, "a request took longer than \(limits.requestSecondsMax) s to arrive; closing"),
        transport)
      return
    }
    guard !isQueryRunning else { return }
    let silence = session.isAuthenticated ? limits.idleSecondsMax : limits.requestSecondsMax
    // Whoever has not authenticated does not gain time by sending something.
    let since = session.isAuthenticated ? lastActivity : connectedAt
    if now - since > TimeAmount(seconds: silence) {
      loop.counters.timedOutCount.increment()
      // Whoever does not take replies gets no further one.
      if !transport.isWritable { return closeNow() }
      refuse(
        ReplyError(
          .timedOut,
          session.isAuthenticated
            ? "no request for \(silence) s; closing" : "no token within \(silence) s; closing"),
        transport)
    }
  }
}

extension TimeAmount {
  init(seconds: Double) { self = .nanoseconds(Int64(min(seconds, 1e9) * 1e9)) }
}
