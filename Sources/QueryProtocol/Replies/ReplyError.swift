/// A request that cannot be answered, as the client sees it; the connection goes on.
package struct ReplyError: Error, Equatable, CustomStringConvertible {
  /// What happened, for programs: the `code` of the line protocol.
  package enum Code: String, Sendable, CaseIterable {
    case authenticationRequired = "authentication_required"
    case wrongToken = "wrong_token"
    case unknownCommand = "unknown_command"
    case wrongArguments = "wrong_arguments"
    case invalidText = "invalid_text"
    case unsupportedProtocol = "unsupported_protocol"
    case unknownColumn = "unknown_column"
    case unknownSegment = "unknown_segment"
    case unknownCursor = "unknown_cursor"
    case invalidQuery = "invalid_query"
    case limitExceeded = "limit_exceeded"
    case deadlineExceeded = "deadline_exceeded"
    case notFound = "not_found"
    case unavailable = "unavailable"
    case shuttingDown = "shutting_down"
    case tooManyClients = "too_many_clients"
    case timedOut = "timed_out"
    case internalError = "internal_error"

    /// The word that starts a RESP error; client libraries tell errors apart by it.
    package var respPrefix: String {
      switch self {
      case .authenticationRequired: "NOAUTH"
      case .wrongToken: "WRONGPASS"
      case .unsupportedProtocol: "NOPROTO"
      case .limitExceeded: "LIMIT"
      case .deadlineExceeded: "TIMEOUT"
      case .shuttingDown: "SHUTDOWN"
      default: "ERR"
      }
    }
  }

  package let code: Code
  package let message: String
  /// Where in a query it is wrong.
  package let place: Place?

  /// A place in a query: line and column, from 1, and the line with a caret under it.
  package struct Place: Sendable, Equatable {
    package let line: Int
    package let column: Int
    package let excerpt: String
  }

  package init(_ code: Code, _ message: String, at place: Place? = nil) {
    self.code = code
    self.message = message
    self.place = place
  }

  static func replyTooLarge(_ limits: ServiceLimits) -> ReplyError {
    ReplyError(
      .limitExceeded,
      "the reply takes more than \(limits.replyByteCountMax) bytes; ask for fewer rows or columns")
  }

  package var description: String { "\(code.rawValue): \(message)" }
}
