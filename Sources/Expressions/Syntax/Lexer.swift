/// Cuts the text of a query into tokens.
struct Lexer {
  private let bytes: [UInt8]
  private var at = 0
  private var tokens: [Token] = []

  /// The tokens of a text, the last one `.end`.
  static func tokens(of text: String) throws(QueryError) -> [Token] {
    let count = text.utf8.count
    if count > QueryLimits.textByteCountMax {
      throw QueryError(
        .limit, "the query has \(count) bytes; at most \(QueryLimits.textByteCountMax) are accepted"
      )
    }
    var lexer = Lexer(bytes: Array(text.utf8))
    return try lexer.run()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func byte(_ ahead: Int = 0) -> UInt8? {
    at + ahead < bytes.count ? bytes[at + ahead] : nil
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  private mutating func run() throws(QueryError) -> [Token] {
    while let next = byte() {
      let start = at
      switch next {
      case 0x20, 0x09, 0x0A, 0x0D:
        at += 1
      case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"):
        while let b = byte(), b != 0x0A { at += 1 }
      case UInt8(ascii: "'"):
        append(.string(try quotedText("string")), from: start)
      case UInt8(ascii: "\""):
        let name = try quotedText("name")
        if name.isEmpty { throw QueryError(.syntax, "a name in quotes is empty", at: start) }
        append(.quoted(name), from: start)
      case _
      where Lexer.isDigit(next)
        || (next == UInt8(ascii: ".") && byte(1).map(Lexer.isDigit) == true):
        append(.number(try number()), from: start)
      case _ where Lexer.isNameStart(next):
        while let b = byte(), Lexer.isNameStart(b) || Lexer.isDigit(b) { at += 1 }
        append(.word(text(start..<at)), from: start)
      default:
        append(.symbol(try symbol()), from: start)
      }
    }
    append(.end, from: bytes.count)
    return tokens
  }

  /// Adds a token that ends here.
  private mutating func append(_ kind: Token.Kind, from start: Int) {
    tokens.append(Token(kind: kind, byteOffset: start, byteCount: at - start))
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// Letters, the underscore, and every byte of a character beyond ASCII.
  static func isNameStart(_ byte: UInt8) -> Bool {
    byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  /// The text up to the closing quote; the quote doubled stands for itself.
  private mutating func quotedText(_ what: String) throws(QueryError) -> String {
    let start = at
    let quote = bytes[at]
    var out: [UInt8] = []
    at += 1
    while let b = byte() {
      at += 1
      if b == quote {
        if byte() != quote { return String(decoding: out, as: UTF8.self) }
        at += 1
      }
      out.append(b)
    }
    throw QueryError(.syntax, "a \(what) in quotes does not end", at: start)
  }

  private mutating func symbol() throws(QueryError) -> Token.Symbol {
    let start = at
    if at + 1 < bytes.count {
      let pair = text(at..<at + 2)
      let known = pair == "!=" ? .notEqual : pair == "==" ? .equal : Token.Symbol(rawValue: pair)
      if let known {
        at += 2
        return known
      }
    }
    if bytes[at] < 0x80, let known = Token.Symbol(rawValue: text(at..<at + 1)) {
      at += 1
      return known
    }
    let shown = bytes[at] < 0x20 || bytes[at] == 0x7F ? "a control character" : text(at..<at + 1)
    throw QueryError(.syntax, "\(shown) cannot stand in a query", at: start)
  }

  /// `12` is an integer, `12.50` a decimal, `1e3` a float; what fits neither of the first two is a long number, past
  /// 38 digits a float.
  private mutating func number() throws(QueryError) -> Literal {
    let start = at
    var digits: [UInt8] = []
    var scale = 0
    var isFloat = false
    var hasPoint = false
    while let b = byte(), Lexer.isDigit(b) || (b == UInt8(ascii: ".") && !hasPoint) {
      if b == UInt8(ascii: ".") {
        hasPoint = true
      } else {
        digits.append(b)
        if hasPoint { scale += 1 }
      }
      at += 1
    }
    if let e = byte(), e | 0x20 == UInt8(ascii: "e") {
      let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
      if let digit = byte(1 + sign), Lexer.isDigit(digit) {
        isFloat = true
        at += 1 + sign
        while let b = byte(), Lexer.isDigit(b) { at += 1 }
      }
    }
    if let b = byte(), Lexer.isNameStart(b) || b == UInt8(ascii: ".") {
      throw QueryError(.syntax, "a number runs into other text", at: start)
    }
    guard let value = Double(text(start..<at)), value.isFinite else {
      throw QueryError(.overflow, "a number out of range", at: start)
    }
    if !isFloat, scale <= QueryLimits.literalScaleMax,
      let mantissa = Int128(String(decoding: digits, as: UTF8.self))
    {
      return .exact(mantissa, scale: scale, nearest: value)
    }
    return .float(value)
  }
}
