/// Everything that a client can make grow, and how far: each is a flag of `strata serve`.
package struct ServiceLimits: Sendable, Equatable {
  /// Clients connected at a time.
  package var clientCountMax = 1_024
  /// Bytes of one request: a line with its newline, or a RESP command with its framing.
  package var requestByteCountMax = 65_536
  /// The same, for a client that must still authenticate.
  package var unauthenticatedRequestByteCountMax = 1_024
  /// Customer ids in one MGET or EXISTS.
  package var identifierCountMax = 1_000
  /// Requests of one client that wait for their reply; past it, reading from that client pauses.
  package var unansweredRequestCountMax = 1_024
  /// Bytes of replies of one client that are not sent yet. Past half of it nothing more of that client is
  /// answered until it reads; a single reply may take the other half, and is refused past that.
  package var outputByteCountMax = 8 << 20
  /// From the first byte of a request to its last, and from connecting to the end of a TLS handshake.
  package var requestSecondsMax: Double = 10
  /// Without any request.
  package var idleSecondsMax: Double = 300
  /// From the arrival of a query to its reply.
  package var querySecondsMax: Double = 5
  /// Memory that one step of a query (grouping, collecting values, ordering) may take.
  package var queryByteCountMax = 256 << 20
  /// Rows in the reply to one query, ids in one page of a segment.
  package var replyRowCountMax = 100_000
  /// Wrong tokens before the connection is closed.
  package var authenticationFailureCountMax = 3

  package init() {}

  /// Bytes of one reply.
  package var replyByteCountMax: Int { outputByteCountMax / 2 }

  /// Values in the reply to one query. Each takes two bytes or more, so that no reply that could be sent is refused.
  package var replyCellCountMax: Int { replyByteCountMax / 2 }
}
