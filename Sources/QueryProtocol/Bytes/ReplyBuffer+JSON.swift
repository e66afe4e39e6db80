package import JSONText

extension ReplyBuffer {
  /// Bytes as a JSON string, quoted and escaped. The bytes are valid UTF-8.
  package mutating func append(quoted utf8: UnsafeBufferPointer<UInt8>) {
    advance(by: JSONString.write(utf8, to: reserve(6 * utf8.count + 2)))
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
}

/// JSON strings.
enum JSONString {
  /// Writes bytes with quotes and escapes; returns how many it wrote: at most six for each, and two.
  ///
  /// SAFETY: the caller has reserved as many.
  static func write(
    _ utf8: UnsafeBufferPointer<UInt8>, to out: UnsafeMutablePointer<UInt8>
  ) -> Int {
    out[0] = UInt8(ascii: "\"")
    var at = 1
    for byte in utf8 {
      if mustEscape(byte) {
        at += write(escaped: byte, to: out + at)
      } else {
        out[at] = byte
        at += 1
      }
    }
    out[at] = UInt8(ascii: "\"")
    return at + 1
  }

  private static func write(escaped byte: UInt8, to out: UnsafeMutablePointer<UInt8>) -> Int {
    out[0] = UInt8(ascii: "\\")
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): out[1] = byte
    case 0x0A: out[1] = UInt8(ascii: "n")
    case 0x0D: out[1] = UInt8(ascii: "r")
    case 0x09: out[1] = UInt8(ascii: "t")
    default:
      out[1] = UInt8(ascii: "u")
      out[2] = UInt8(ascii: "0")
      out[3] = UInt8(ascii: "0")
      out[4] = hexDigit(byte >> 4)
      out[5] = hexDigit(byte & 15)
      return 6
    }
    return 2
  }

  @inline(__always)
  private static func mustEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
