package import JSONText

/// What a server remembers of a client between its requests.
package struct Session: Sendable {
  /// The connection's number, unique in this process.
  package let id: Int
  /// How replies are written; follows the first byte, then HELLO.
  package var encoding = ReplyEncoding.line
  /// Whether the client gave the token, or none is asked.
  package var isAuthenticated: Bool
  /// The name that the client gave itself.
  package var name = ""
  /// Wrong tokens so far.
  package var authenticationFailureCount = 0

  package init(id: Int, isAuthenticated: Bool) {
    self.id = id
    self.isAuthenticated = isAuthenticated
  }
}

/// What became of a request.
package enum Outcome {
  /// The reply stands in the writer.
  case replied
  /// The reply stands in the writer, and is the last: the connection closes behind it.
  case repliedLast
  /// The work does not belong on an event loop: run it elsewhere, and its reply is the request's.
  case deferred(DeferredRequest)
}

/// The one who answers: what requests need beside the snapshot.
package final class Service: Sendable {
  package let limits: ServiceLimits
  /// The token that clients must give; nil when none is asked.
  package let token: AccessToken?
  package let scorer: (any CustomerScorer)?
  package let host: any ServiceHost
  package let version: String

  package init(
    limits: ServiceLimits = ServiceLimits(), token: AccessToken? = nil,
    scorer: (any CustomerScorer)? = nil, host: any ServiceHost, version: String = "1.0.0"
  ) {
    self.limits = limits
    self.token = token
    self.scorer = scorer
    self.host = host
    self.version = version
  }
}

/// What only the process around the protocol knows. Called off the event loops.
package protocol ServiceHost: Sendable {
  /// Sections of INFO, asked by a client of that snapshot: titles and members in order.
  func information(on base: CustomerBase) -> [(title: String, members: [JSON.Member])]
  /// Names of the snapshots in the store, oldest first, with what is known of each.
  func snapshots() throws -> [JSON]
  /// The snapshot in force at a date, `YYYY-MM-DD`; nil when the store has none.
  func customers(at date: String) throws -> CustomerBase?
}
