/// A word of a query and where it stands.
struct Token: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    /// A bare name or keyword, as written.
    case word(String)
    /// A name in double quotes.
    case quoted(String)
    /// A string in single quotes.
    case string(String)
    case number(Literal)
    case symbol(Symbol)
    case end
  }

  enum Symbol: String, Sendable {
    case leftBracket = "("
    case rightBracket = ")"
    case comma = ","
    case semicolon = ";"
    case plus = "+"
    case minus = "-"
    case star = "*"
    case slash = "/"
    case percent = "%"
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  let kind: Kind
  /// First byte in the text.
  let byteOffset: Int
  let byteCount: Int

  /// How messages quote it.
  var shown: String {
    switch kind {
    case .word(let text): text
    case .quoted(let text): "\"\(text)\""
    case .string(let text): "'\(text)'"
    case .number: "a number"
    case .symbol(let symbol): symbol.rawValue
    case .end: "the end"
    }
  }
}
