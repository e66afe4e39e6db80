import JSONText

extension RequestParser {
  /// One line, up to a newline with or without a carriage return before it. Empty lines are skipped.
  mutating func nextLine(
    in bytes: Span<UInt8>, from position: inout Int
  ) throws(ProtocolError) -> Bool {
    while position < bytes.count {
      let start = position
      let limit = min(bytes.count, start + requestByteCountMax - pendingByteCount + 1)
      var at = start
      while at < limit && bytes[at] != 0x0A { at += 1 }
      request.append(bytes.extracting(start..<at))
      position = at
      guard at < bytes.count, at < limit else {
        try count(at - start)
        return false
      }
      position = at + 1
      try count(at + 1 - start)
      if request.bytes.last == 0x0D { request.bytes.removeLast() }
      request.lineByteCount = request.bytes.count
      request.splitLine()
      if request.count > 0 {
        if request.argument(0, is: "POST") || request.argument(0, is: "HOST:") {
          throw .foreignProtocol
        }
        return true
      }
      request.clear(keeping: RequestParser.keptByteCount)
      pendingByteCount = 0
    }
    return false
  }
}

extension Request {
  mutating func append(_ more: Span<UInt8>) {
    more.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
  }

  /// Finds the arguments of a line: words between spaces or tabs; one in double quotes is a JSON string.
  ///
  /// A quote that does not start an argument is a byte like any other. One that starts an argument which is no
  /// JSON string is remembered in `malformedQuoteAt`, not refused: `SELECT` lines use quotes their own way and are
  /// taken by `tail(from:)`.
  mutating func splitLine() {
    let end = lineByteCount
    var at = 0
    while true {
      while at < end && isSpace(bytes[at]) { at += 1 }
      if at == end { return }
      lineStarts.append(at)
      if bytes[at] == UInt8(ascii: "\""), let (argument, next) = quotedArgument(from: at) {
        arguments.append(argument)
        at = next
      } else {
        let start = at
        if bytes[at] == UInt8(ascii: "\""), malformedQuoteAt == nil { malformedQuoteAt = at }
        while at < end && !isSpace(bytes[at]) { at += 1 }
        arguments.append(start..<at)
      }
    }
  }

  /// The argument whose quote is at `start`, and where the line goes on; nil when it is no JSON string that
  /// ends at a space or the line's end. One with escapes is unescaped behind the line.
  private mutating func quotedArgument(from start: Int) -> (Range<Int>, next: Int)? {
    var at = start + 1
    var hasEscape = false
    while at < lineByteCount && bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] == UInt8(ascii: "\\") {
        hasEscape = true
        at += 1
      } else if bytes[at] < 0x20 {
        return nil
      }
      at += 1
    }
    guard at < lineByteCount, at + 1 == lineByteCount || isSpace(bytes[at + 1]) else { return nil }
    if !hasEscape { return (start + 1..<at, at + 1) }
    guard case .string(let text)? = try? JSON.parse(bytes[start...at]) else { return nil }
    let from = bytes.count
    bytes.append(contentsOf: text.utf8)
    return (from..<bytes.count, at + 1)
  }
}

@inline(__always)
private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
