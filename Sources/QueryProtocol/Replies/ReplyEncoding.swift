/// How replies are written to a client.
package enum ReplyEncoding: UInt8, Sendable {
  /// One line of JSON a reply.
  case line
  /// RESP2: integers, bulk strings, arrays.
  case resp2
  /// RESP3, after HELLO 3: also maps, doubles, booleans, null.
  case resp3
}
