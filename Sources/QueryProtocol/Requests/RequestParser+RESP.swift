/// What comes next in a RESP command `*2 CR LF $3 CR LF GET CR LF $2 CR LF c1 CR LF`.
enum RESPState: Sendable {
  /// `*`.
  case commandMark
  /// Digits of the number of arguments, then CR LF.
  case argumentCount
  /// `$`.
  case argumentMark
  /// Digits of an argument's length, then CR LF.
  case argumentLength
  /// The argument's bytes.
  case argumentBytes
  /// CR, then LF, behind the bytes.
  case argumentCarriageReturn
  case argumentNewline
}

extension RequestParser {
  /// One command: an array of bulk strings. Empty arrays are skipped.
  ///
  /// A declared count or length is believed only as far as the bytes of a request can reach, and nothing is
  /// allocated for it in advance.
  mutating func nextCommand(
    in bytes: Span<UInt8>, from position: inout Int
  ) throws(ProtocolError) -> Bool {
    if respState == .commandMark, wholeCommand(in: bytes, from: &position) { return true }
    while position < bytes.count {
      switch respState {
      case .commandMark:
        try expect(UInt8(ascii: "*"), "'*'", in: bytes, from: &position)
        respState = .argumentCount
      case .argumentCount:
        // The shortest argument, `$0 CR LF CR LF`, takes six bytes.
        let max = requestByteCountMax / 6
        guard try readNumber(in: bytes, from: &position, "the number of arguments", max: max)
        else { return false }
        remainingArgumentCount = number
        respState = number == 0 ? .commandMark : .argumentMark
        if number == 0 { pendingByteCount = 0 }
      case .argumentMark:
        try expect(UInt8(ascii: "$"), "'$'", in: bytes, from: &position)
        respState = .argumentLength
      case .argumentLength:
        guard
          try readNumber(
            in: bytes, from: &position, "the length of an argument", max: requestByteCountMax)
        else { return false }
        if pendingByteCount + number + 2 > requestByteCountMax {
          throw .requestTooLong(byteCountMax: requestByteCountMax)
        }
        remainingByteCount = number
        request.arguments.append(request.bytes.count..<request.bytes.count + number)
        respState = number == 0 ? .argumentCarriageReturn : .argumentBytes
      case .argumentBytes:
        let taken = min(remainingByteCount, bytes.count - position)
        request.append(bytes.extracting(position..<position + taken))
        try count(taken)
        position += taken
        remainingByteCount -= taken
        if remainingByteCount == 0 { respState = .argumentCarriageReturn }
      case .argumentCarriageReturn:
        try expect(0x0D, "CR behind an argument", in: bytes, from: &position)
        respState = .argumentNewline
      case .argumentNewline:
        try expect(0x0A, "LF behind an argument", in: bytes, from: &position)
        remainingArgumentCount -= 1
        respState = remainingArgumentCount == 0 ? .commandMark : .argumentMark
        if remainingArgumentCount == 0 { return true }
      }
    }
    return false
  }

  /// Takes a command all of whose bytes are here; false, and nothing taken, when they are not, or not as they
  /// should be, which `nextCommand` then says.
  private mutating func wholeCommand(in bytes: Span<UInt8>, from position: inout Int) -> Bool {
    guard pendingByteCount == 0, request.bytes.isEmpty else { return false }
    let end = min(bytes.count, position + requestByteCountMax)
    var at = position
    guard let count = shortNumber(behind: UInt8(ascii: "*"), in: bytes, from: &at, end), count > 0
    else { return false }
    let first = at
    for _ in 0..<count {
      guard let length = shortNumber(behind: UInt8(ascii: "$"), in: bytes, from: &at, end),
        at + length + 2 <= end, bytes[at + length] == 0x0D, bytes[at + length + 1] == 0x0A
      else {
        request.arguments.removeAll(keepingCapacity: true)
        return false
      }
      request.arguments.append(at - first..<at - first + length)
      at += length + 2
    }
    // The framing between the arguments comes along: one copy.
    request.append(bytes.extracting(first..<at))
    position = at
    return true
  }

  /// A mark, one to four digits, CR LF; nil of anything else.
  @inline(__always)
  private func shortNumber(
    behind mark: UInt8, in bytes: Span<UInt8>, from at: inout Int, _ end: Int
  ) -> Int? {
    guard at + 4 <= end, bytes[at] == mark else { return nil }
    var here = at + 1
    var number = 0
    while here < end && here - at <= 4 {
      let digit = bytes[here] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      number = number * 10 + Int(digit)
      here += 1
    }
    guard here > at + 1, here + 2 <= end, bytes[here] == 0x0D, bytes[here + 1] == 0x0A else {
      return nil
    }
    at = here + 2
    return number
  }

  private mutating func expect(
    _ byte: UInt8, _ name: StaticString, in bytes: Span<UInt8>, from position: inout Int
  ) throws(ProtocolError) {
    guard bytes[position] == byte else {
      throw .malformedCommand(expected: "\(name)", found: bytes[position])
    }
    try count(1)
    position += 1
  }

  /// Digits and CR LF into `number`; false when the bytes end first.
  private mutating func readNumber(
    in bytes: Span<UInt8>, from position: inout Int, _ what: StaticString, max: Int
  ) throws(ProtocolError) -> Bool {
    while position < bytes.count {
      let byte = bytes[position]
      try count(1)
      position += 1
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9") where digitCount >= 0 && digitCount < 10:
        number = (digitCount == 0 ? 0 : number * 10) + Int(byte - UInt8(ascii: "0"))
        digitCount += 1
        if number > max { throw .invalidLength(what: "\(what)", max: max) }
      case 0x0D where digitCount > 0:
        // The carriage return is remembered as a negative count of digits.
        digitCount = -1
      case 0x0A where digitCount < 0:
        digitCount = 0
        return true
      default:
        throw .invalidLength(what: "\(what)", max: max)
      }
    }
    return false
  }
}
