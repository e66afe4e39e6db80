/// One request: its arguments, the first of which names the command.
///
/// The bytes are owned, so that a request can wait behind a query of the same client. Memory is used again
/// from request to request.
package struct Request: Sendable {
  /// The line without its newline, or the RESP arguments one after the other; then unescaped arguments.
  var bytes: [UInt8] = []
  /// Where each argument lies in `bytes`.
  var arguments: [Range<Int>] = []
  /// Whether it came as a line, whose rest can be taken as it stands.
  package internal(set) var isLine = true
  /// How many of `bytes` are the line itself.
  var lineByteCount = 0
  /// Where the first argument of a line stands that begins with a double quote and is no JSON string.
  var malformedQuoteAt: Int?

  package init() {}

  /// Number of arguments, the command's name included.
  package var count: Int { arguments.count }

  /// Bytes held while the request waits.
  package var byteCount: Int { bytes.count + arguments.count * MemoryLayout<Range<Int>>.stride }

  /// The bytes of an argument.
  @_lifetime(borrow self)
  package func argument(_ index: Int) -> Span<UInt8> {
    bytes.span.extracting(arguments[index])
  }

  /// An argument as text; nil when it is not valid UTF-8.
  package func text(_ index: Int) -> String? {
    String(validating: bytes[arguments[index]], as: UTF8.self)
  }

  /// An argument as a decimal number.
  package func integer(_ index: Int) -> Int? {
    text(index).flatMap { Int($0) }
  }

  /// Whether an argument is a word, whatever its case. The word is in capitals.
  package func argument(_ index: Int, is word: StaticString) -> Bool {
    let range = arguments[index]
    guard range.count == word.utf8CodeUnitCount else { return false }
    for i in 0..<range.count where capital(bytes[range.lowerBound + i]) != word.utf8Start[i] {
      return false
    }
    return true
  }

  /// Everything from an argument on, as text: the rest of the line as it stands, or RESP arguments joined by
  /// spaces. Nil when it is not valid UTF-8.
  package func tail(from index: Int) -> String? {
    guard index < count else { return "" }
    if isLine {
      return String(
        validating: bytes[lineStart(of: index)..<lineByteCount], as: UTF8.self)
    }
    var joined: [UInt8] = []
    for (i, range) in arguments[index...].enumerated() {
      if i > 0 { joined.append(UInt8(ascii: " ")) }
      joined.append(contentsOf: bytes[range])
    }
    return String(validating: joined, as: UTF8.self)
  }

  /// Where an argument of a line starts in the line: its quote, when it has one.
  private func lineStart(of index: Int) -> Int { lineStarts[index] }

  /// Where each argument of a line starts in the line, its quote included.
  var lineStarts: [Int] = []

  /// Drops the first arguments, as a prefix such as NAMED does.
  mutating func removeFirst(_ count: Int) {
    arguments.removeFirst(count)
    if isLine { lineStarts.removeFirst(count) }
  }

  /// Makes ready for the next request; memory past `keeping` bytes goes back.
  mutating func clear(keeping: Int) {
    bytes.removeAll(keepingCapacity: bytes.capacity <= keeping)
    arguments.removeAll(keepingCapacity: arguments.capacity <= keeping / 16)
    lineStarts.removeAll(keepingCapacity: lineStarts.capacity <= keeping / 8)
    lineByteCount = 0
    malformedQuoteAt = nil
  }
}

/// An ASCII letter as a capital; every other byte as it is.
@inline(__always)
func capital(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte & 0xDF : byte
}
