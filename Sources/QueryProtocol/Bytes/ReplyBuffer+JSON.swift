package import JSONText

extension ReplyBuffer {
  /// Bytes as a JSON string, quoted and escaped. The bytes are valid UTF-8.
  package mutating func append(quoted utf8: UnsafeBufferPointer<UInt8>) {
    append(UInt8(ascii: "\""))
    var start = 0
    for at in utf8.indices where mustEscape(utf8[at]) {
      append(UnsafeBufferPointer(rebasing: utf8[start..<at]))
      append(escaped: utf8[at])
      start = at + 1
    }
    append(UnsafeBufferPointer(rebasing: utf8[start...]))
    append(UInt8(ascii: "\""))
  }

  package mutating func append(quoted text: String) {
    var text = text
    text.withUTF8 { append(quoted: $0) }
  }

  /// Bytes of unknown origin as a JSON string: invalid UTF-8 is repaired.
  package mutating func append(quotedRepairing bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { append(quoted: String(decoding: $0, as: UTF8.self)) }
  }

  /// A value as compact JSON.
  package mutating func append(json value: JSON) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .integer(let value): append(integer: value)
    case .number(let value): append(double: value)
    case .string(let value): append(quoted: value)
    case .array(let values):
      append(UInt8(ascii: "["))
      for (i, value) in values.enumerated() {
        if i > 0 { append(UInt8(ascii: ",")) }
        append(json: value)
      }
      append(UInt8(ascii: "]"))
    case .object(let members):
      append(UInt8(ascii: "{"))
      for (i, member) in members.enumerated() {
        if i > 0 { append(UInt8(ascii: ",")) }
        append(quoted: member.name)
        append(UInt8(ascii: ":"))
        append(json: member.value)
      }
      append(UInt8(ascii: "}"))
    }
  }

  private mutating func append(escaped byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
    case 0x0A: append(UInt8(ascii: "n"))
    case 0x0D: append(UInt8(ascii: "r"))
    case 0x09: append(UInt8(ascii: "t"))
    default:
      append("u00")
      append(hexDigit(byte >> 4))
      append(hexDigit(byte & 15))
    }
  }
}

@inline(__always)
private func mustEscape(_ byte: UInt8) -> Bool {
  byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
}

private func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
