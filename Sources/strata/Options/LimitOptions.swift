import ArgumentParser
import QueryProtocol

/// What a client of the query socket may use up.
struct LimitOptions: ParsableArguments {
  @Option(help: "Clients connected at a time.")
  var maxClients = ServiceLimits().clientCountMax

  @Option(help: "Bytes of one request.")
  var maxRequestBytes = ServiceLimits().requestByteCountMax

  @Option(help: "Bytes of one request before AUTH.")
  var maxRequestBytesBeforeAuth = ServiceLimits().unauthenticatedRequestByteCountMax

  @Option(help: "Customer ids in one MGET.")
  var maxIds = ServiceLimits().identifierCountMax

  @Option(help: "Unanswered requests of one client; past it, reading from that client pauses.")
  var maxUnanswered = ServiceLimits().unansweredRequestCountMax

  @Option(help: "Bytes of replies of one client that wait to be sent.")
  var maxOutputBytes = ServiceLimits().outputByteCountMax

  @Option(help: "Seconds from the first byte of a request to its last.")
  var requestTimeout = ServiceLimits().requestSecondsMax

  @Option(help: "Seconds without a request after which a client is closed.")
  var idleTimeout = ServiceLimits().idleSecondsMax

  @Option(help: "Seconds that a query may take.")
  var queryTimeout = ServiceLimits().querySecondsMax

  @Option(help: "Bytes of memory that a step of one query may take.")
  var maxQueryBytes = ServiceLimits().queryByteCountMax

  @Option(help: "Rows in one reply.")
  var maxRows = ServiceLimits().replyRowCountMax

  func validate() throws {
    let counts = [
      maxClients, maxRequestBytes, maxRequestBytesBeforeAuth, maxIds, maxUnanswered, maxOutputBytes,
      maxRows, maxQueryBytes,
    ]
    let times = [requestTimeout, idleTimeout, queryTimeout]
    guard counts.allSatisfy({ $0 > 0 }), times.allSatisfy({ $0 > 0 && $0 <= 86_400 }) else {
      throw ValidationError("limits are above 0, and times at most 86400 seconds")
    }
  }

  var limits: ServiceLimits {
    var limits = ServiceLimits()
    limits.clientCountMax = maxClients
    limits.requestByteCountMax = maxRequestBytes
    limits.unauthenticatedRequestByteCountMax = maxRequestBytesBeforeAuth
    limits.identifierCountMax = maxIds
    limits.unansweredRequestCountMax = maxUnanswered
    limits.outputByteCountMax = maxOutputBytes
    limits.requestSecondsMax = requestTimeout
    limits.idleSecondsMax = idleTimeout
    limits.querySecondsMax = queryTimeout
    limits.queryByteCountMax = maxQueryBytes
    limits.replyRowCountMax = maxRows
    return limits
  }
}
