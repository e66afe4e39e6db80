/// What is wrong with a JSON text, and where.
package struct JSONError: Error, Equatable, CustomStringConvertible {
  package let byteOffset: Int
  package let reason: String
  package var description: String { "not valid JSON at byte \(byteOffset): \(reason)" }
}

extension JSON {
  /// Arrays and objects inside each other, at most; deeper text is refused, so that no text exhausts the stack.
  package static let depthLimit = 64

  /// Parses one JSON text, all of it. Duplicate names in an object are an error.
  package static func parse(_ utf8: some Sequence<UInt8>) throws(JSONError) -> JSON {
    var parser = JSONParser(bytes: Array(utf8))
    return try parser.parseDocument()
  }

  package static func parse(_ text: String) throws(JSONError) -> JSON { try parse(text.utf8) }
}

private struct JSONParser {
  let bytes: [UInt8]
  var at = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func parseDocument() throws(JSONError) -> JSON {
    let value = try parseValue(depth: 0)
    skipSpace()
    if at < bytes.count { throw error("text after the value") }
    return value
  }

  func error(_ reason: String) -> JSONError { JSONError(byteOffset: at, reason: reason) }

  mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  mutating func parseValue(depth: Int) throws(JSONError) -> JSON {
    if depth > JSON.depthLimit { throw error("nested deeper than \(JSON.depthLimit)") }
    skipSpace()
    guard at < bytes.count else { throw error("the text ends where a value is expected") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return try parseObject(depth: depth)
    case UInt8(ascii: "["): return try parseArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    default: return try parseNumber()
    }
  }

  mutating func parseWord(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    guard bytes[at...].starts(with: word.utf8) else { throw error("expected \(word)") }
    at += word.utf8.count
    return value
  }

  mutating func parseObject(depth: Int) throws(JSONError) -> JSON {
    var members: [JSON.Member] = []
    var names: Set<String> = []
    at += 1
    skipSpace()
    if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
      at += 1
      return .object([])
    }
    while true {
      skipSpace()
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
        throw error("expected a name")
      }
      let name = try parseString()
      if !names.insert(name).inserted { throw error("the name \(name) stands twice") }
      skipSpace()
      guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else {
        throw error("expected a colon")
      }
      at += 1
      members.append(JSON.Member(name, try parseValue(depth: depth + 1)))
      if try parseSeparator(close: UInt8(ascii: "}")) { return .object(members) }
    }
  }

  mutating func parseArray(depth: Int) throws(JSONError) -> JSON {
    var values: [JSON] = []
    at += 1
    skipSpace()
    if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
      at += 1
      return .array([])
    }
    while true {
      values.append(try parseValue(depth: depth + 1))
      if try parseSeparator(close: UInt8(ascii: "]")) { return .array(values) }
    }
  }

  /// True at the closing bracket, false at a comma.
  mutating func parseSeparator(close: UInt8) throws(JSONError) -> Bool {
    skipSpace()
    guard at < bytes.count else { throw error("the text ends inside a list") }
    let byte = bytes[at]
    if byte == close || byte == UInt8(ascii: ",") {
      at += 1
      return byte == close
    }
    throw error("expected a comma or \(Character(UnicodeScalar(close)))")
  }

  mutating func parseString() throws(JSONError) -> String {
    var out: [UInt8] = []
    at += 1
    while true {
      guard at < bytes.count else { throw error("the text ends inside a string") }
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") {
        at += 1
        guard let string = String(validating: out, as: UTF8.self) else {
          throw error("a string is not valid UTF-8")
        }
        return string
      }
      if byte < 0x20 { throw error("a control character in a string") }
      at += 1
      if byte == UInt8(ascii: "\\") {
        out.append(contentsOf: String(try parseEscape()).utf8)
      } else {
        out.append(byte)
      }
    }
  }

  mutating func parseEscape() throws(JSONError) -> UnicodeScalar {
    guard at < bytes.count else { throw error("the text ends inside an escape") }
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try parseUnicodeEscape()
    default: throw error("an unknown escape")
    }
  }

  mutating func parseUnicodeEscape() throws(JSONError) -> UnicodeScalar {
    let high = try parseHex4()
    if let scalar = UnicodeScalar(high) { return scalar }
    guard high < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
      bytes[at + 1] == UInt8(ascii: "u")
    else { throw error("half a surrogate pair") }
    at += 2
    let low = try parseHex4()
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = UnicodeScalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw error("half a surrogate pair") }
    return scalar
  }

  mutating func parseHex4() throws(JSONError) -> UInt32 {
    guard at + 4 <= bytes.count else { throw error("the text ends inside an escape") }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(UnicodeScalar(bytes[at])).hexDigitValue, bytes[at] < 0x80 else {
        throw error("expected a hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }

  mutating func parseNumber() throws(JSONError) -> JSON {
    let start = at
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
    let wholeStart = at
    skipDigits()
    let wholeCount = at - wholeStart
    guard wholeCount > 0 else { throw error("expected a value") }
    if wholeCount > 1, bytes[wholeStart] == UInt8(ascii: "0") {
      throw error("a number starts with 0")
    }
    var isInteger = true
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      if skipDigits() == 0 { throw error("no digit after the point") }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
        at += 1
      }
      if skipDigits() == 0 { throw error("no digit in the exponent") }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw error("a number out of range") }
    return .number(value)
  }

  @discardableResult
  mutating func skipDigits() -> Int {
    let start = at
    while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 { at += 1 }
    return at - start
  }
}
