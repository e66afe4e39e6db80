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
