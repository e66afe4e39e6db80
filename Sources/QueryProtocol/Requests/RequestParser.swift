/// Cuts a client's stream of bytes into requests, however the bytes arrive.
///
/// The first byte decides between the protocols: `*` is RESP, everything else the line protocol. Bytes are taken
/// in as they come and copied once into the request, so that half a request costs its own bytes and every
/// byte is looked at once, even when each comes alone.
///
///     var parser = RequestParser(requestByteCountMax: 65_536)
///     var position = 0
///     while try parser.next(in: bytes, from: &position) { answer(parser.request) }
///     // position == bytes.count; half a request stays in the parser
package struct RequestParser: Sendable {
  /// The last complete request, until `next` is called again.
  package var request = Request()
  /// Bytes of one request, framing included; past it the stream is given up.
  package var requestByteCountMax: Int
  /// True from the first byte when that is `*`; nil before any byte.
  package private(set) var isRESP: Bool?
  /// Bytes of the unfinished request so far.
  package internal(set) var pendingByteCount = 0

  var isComplete = true
  var respState = RESPState.commandMark
  /// RESP arguments, or bytes of the argument at hand, that are still to come.
  var remainingArgumentCount = 0
  var remainingByteCount = 0
  var number = 0
  var digitCount = 0

  package init(requestByteCountMax: Int) {
    self.requestByteCountMax = requestByteCountMax
  }

  /// Whether some but not all bytes of a request have come.
  package var isMidRequest: Bool { pendingByteCount > 0 }

  /// Takes bytes from `position` on, until a request is complete (true) or the bytes end (false).
  package mutating func next(
    in bytes: Span<UInt8>, from position: inout Int
  ) throws(ProtocolError) -> Bool {
    if isComplete {
      request.clear(keeping: RequestParser.keptByteCount)
      request.isLine = isRESP != true
      isComplete = false
    }
    guard position < bytes.count else { return false }
    let speaksRESP: Bool
    if let isRESP {
      speaksRESP = isRESP
    } else {
      speaksRESP = bytes[position] == UInt8(ascii: "*")
      isRESP = speaksRESP
      request.isLine = !speaksRESP
    }
    let hasRequest =
      speaksRESP
      ? try nextCommand(in: bytes, from: &position) : try nextLine(in: bytes, from: &position)
    if hasRequest {
      isComplete = true
      pendingByteCount = 0
    }
    return hasRequest
  }

  /// Counts bytes of the request at hand against its limit.
  mutating func count(_ byteCount: Int) throws(ProtocolError) {
    pendingByteCount += byteCount
    if pendingByteCount > requestByteCountMax {
      throw .requestTooLong(byteCountMax: requestByteCountMax)
    }
  }

  /// Memory that an idle client's parser keeps.
  static let keptByteCount = 1_024
}
