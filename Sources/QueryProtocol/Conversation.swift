/// A client and a server in one process: bytes in, bytes out, without a socket.
///
/// What the tests and the fuzzers talk to. Queries are answered at once, on the caller's thread.
///
///     let client = Conversation(customers, service)
///     client.reply(to: Array("GET c1\n".utf8))      // {"ok":true,"customer":{…}}
package final class Conversation {
  private var parser: RequestParser
  private var session: Session
  private var writer = ReplyWriter()
  private let base: CustomerBase
  private let service: Service
  /// Whether the connection is closed: further bytes get no reply.
  package private(set) var isClosed = false

  package init(_ base: CustomerBase, _ service: Service) {
    let isOpen = service.token == nil
    let limits = service.limits
    parser = RequestParser(
      requestByteCountMax: isOpen
        ? limits.requestByteCountMax : limits.unauthenticatedRequestByteCountMax)
    session = Session(id: 7, isAuthenticated: isOpen)
    self.base = base
    self.service = service
  }

  /// Sends bytes and returns what comes back.
  package func reply(to bytes: [UInt8]) -> [UInt8] {
    var position = 0
    do throws(ProtocolError) {
      while !isClosed, try parser.next(in: bytes.span, from: &position) { answer() }
    } catch {
      if parser.isRESP == true && session.encoding == .line { session.encoding = .resp2 }
      writer.encoding = session.encoding
      writer.error(error)
      isClosed = true
    }
    let reply = writer.buffer.bytes
    writer.buffer.removeAll(keeping: 4096)
    return reply
  }

  private func answer() {
    if !parser.request.isLine && session.encoding == .line { session.encoding = .resp2 }
    let (_, outcome) = session.run(parser.request, on: base, service, into: &writer)
    if session.isAuthenticated { parser.requestByteCountMax = service.limits.requestByteCountMax }
    switch outcome {
    case .replied: break
    case .repliedLast: isClosed = true
    case .deferred(let work):
      work.run(service, secondsLeft: service.limits.querySecondsMax, into: &writer)
    }
  }
}
