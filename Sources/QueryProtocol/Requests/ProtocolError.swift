/// Why a stream of bytes cannot go on: the client gets it as the last reply, then the connection closes.
package enum ProtocolError: Error, Equatable, CustomStringConvertible {
  /// A request longer than the limit in force.
  case requestTooLong(byteCountMax: Int)
  /// A RESP command that is not an array of bulk strings.
  case malformedCommand(expected: String, found: UInt8)
  /// A RESP count or length that is no number or out of range.
  case invalidLength(what: String, max: Int)
  /// A request of another protocol, which a browser may have been tricked into sending.
  case foreignProtocol

  package var code: String {
    switch self {
    case .requestTooLong: "request_too_long"
    case .malformedCommand, .invalidLength: "protocol_error"
    case .foreignProtocol: "foreign_protocol"
    }
  }

  package var description: String {
    switch self {
    case .requestTooLong(let max):
      "a request of more than \(max) bytes; closing, send shorter ones"
    case .malformedCommand(let expected, let found):
      "Protocol error: expected \(expected), got \(ProtocolError.shown(found)); closing"
    case .invalidLength(let what, let max):
      "Protocol error: \(what) is not a number from 0 to \(max); closing"
    case .foreignProtocol:
      "this is not an HTTP server; closing"
    }
  }

  private static func shown(_ byte: UInt8) -> String {
    (0x21...0x7E).contains(byte)
      ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
  }
}
