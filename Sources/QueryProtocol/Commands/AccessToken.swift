/// A secret that clients prove to know.
package struct AccessToken: Sendable {
  private let bytes: [UInt8]

  /// Takes a token of 1 to 512 bytes; white space around it, such as a file's last newline, is dropped.
  package init?(_ text: [UInt8]) {
    let isSpace = { (byte: UInt8) in byte <= 0x20 }
    let trimmed = text.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    guard (1...512).contains(trimmed.count) else { return nil }
    bytes = Array(trimmed)
  }

  /// Whether a client's token is this one. Takes as long wherever the first difference stands: all of the
  /// client's bytes are compared, against this token's bytes over and over.
  package func matches(_ candidate: Span<UInt8>) -> Bool {
    var difference = UInt64(bytes.count ^ candidate.count)
    var at = 0
    for i in candidate.indices {
      difference |= UInt64(candidate[i] ^ bytes[at])
      at = at + 1 == bytes.count ? 0 : at + 1
    }
    return difference == 0
  }
}
