extension JSON {
  /// One line, no spaces. Numbers that JSON cannot say (NaN, infinities) are written as null.
  package var compactText: String {
    var out: [UInt8] = []
    append(to: &out, indent: nil)
    return String(decoding: out, as: UTF8.self)
  }

  /// Two-space indented, with a newline at the end: for files that people read.
  package var prettyText: String {
    var out: [UInt8] = []
    append(to: &out, indent: 0)
    out.append(UInt8(ascii: "\n"))
    return String(decoding: out, as: UTF8.self)
  }

  /// Appends the compact text as UTF-8.
  package func append(to out: inout [UInt8]) { append(to: &out, indent: nil) }

  private func append(to out: inout [UInt8], indent: Int?) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): out.append(contentsOf: String(value).utf8)
    case .number(let value): out.append(contentsOf: JSON.numberText(value).utf8)
    case .string(let value): JSON.appendQuoted(value, to: &out)
    case .array(let values):
      JSON.appendList(values, "[", "]", indent, &out) { value, inner, out in
        value.append(to: &out, indent: inner)
      }
    case .object(let members):
      JSON.appendList(members, "{", "}", indent, &out) { member, inner, out in
        JSON.appendQuoted(member.name, to: &out)
        out.append(contentsOf: (inner == nil ? ":" : ": ").utf8)
        member.value.append(to: &out, indent: inner)
      }
    }
  }

  private static func appendList<Element>(
    _ elements: [Element], _ open: String, _ close: String, _ indent: Int?, _ out: inout [UInt8],
    _ appendElement: (Element, Int?, inout [UInt8]) -> Void
  ) {
    out.append(contentsOf: open.utf8)
    let inner = indent.map { $0 + 1 }
    for (i, element) in elements.enumerated() {
      if i > 0 { out.append(UInt8(ascii: ",")) }
      if let inner { appendNewline(inner, &out) }
      appendElement(element, inner, &out)
    }
    if let indent, !elements.isEmpty { appendNewline(indent, &out) }
    out.append(contentsOf: close.utf8)
  }

  private static func appendNewline(_ indent: Int, _ out: inout [UInt8]) {
    out.append(UInt8(ascii: "\n"))
    out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * 2))
  }

  /// The shortest decimal that reads back as the same Double; `null` when it is not finite.
  package static func numberText(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    if value == value.rounded() && abs(value) < 1e15 { return String(Int64(value)) + ".0" }
    return value.description
  }

  /// Appends a string with its quotes and escapes.
  package static func appendQuoted(_ string: String, to out: inout [UInt8]) {
    var string = string
    string.withUTF8 { appendQuoted(utf8: $0, to: &out) }
  }

  /// Appends valid UTF-8 with quotes and escapes.
  package static func appendQuoted(utf8: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
    let hex = Array("0123456789abcdef".utf8)
    out.append(UInt8(ascii: "\""))
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "\""): out.append(contentsOf: [0x5C, 0x22])
      case UInt8(ascii: "\\"): out.append(contentsOf: [0x5C, 0x5C])
      case 0x0A: out.append(contentsOf: [0x5C, UInt8(ascii: "n")])
      case 0x0D: out.append(contentsOf: [0x5C, UInt8(ascii: "r")])
      case 0x09: out.append(contentsOf: [0x5C, UInt8(ascii: "t")])
      case 0..<0x20, 0x7F:
        out.append(contentsOf: "\\u00".utf8)
        out.append(hex[Int(byte >> 4)])
        out.append(hex[Int(byte & 15)])
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}
