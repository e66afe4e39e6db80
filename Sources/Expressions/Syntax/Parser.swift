/// Recursive descent over the tokens of a query; the grammar is in Documentation/Queries.md.
struct Parser {
  let text: String
  let tokens: [Token]
  var at = 0
  /// Brackets, functions and unary operators that are open.
  var openCount = 0
  var nodeCount = 0
  /// Whether words such as FROM, which mean something only in SELECT, are keywords.
  var isStatement = true

  init(_ text: String) throws(QueryError) {
    self.text = text
    tokens = try Lexer.tokens(of: text)
  }

  /// Words that cannot be bare column names.
  static let reserved: Set<String> = [
    "SELECT", "FROM", "WHERE", "GROUP", "BY", "HAVING", "ORDER", "LIMIT", "OFFSET", "AS", "AND",
    "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", "CASE", "WHEN", "THEN", "ELSE", "END",
    "TRUE", "FALSE", "DISTINCT", "ASC", "DESC",
  ]

  /// Those that stay reserved where there is no SELECT: `from = 'Champions'` is a condition.
  static let reservedInExpressions = reserved.subtracting([
    "SELECT", "FROM", "WHERE", "GROUP", "BY", "HAVING", "ORDER", "LIMIT", "OFFSET", "AS", "ASC",
    "DESC",
  ])

  func isReserved(_ word: String) -> Bool {
    let words = isStatement ? Parser.reserved : Parser.reservedInExpressions
    return words.contains(word.uppercased())
  }

  var token: Token { tokens[at] }

  func peek(_ ahead: Int = 1) -> Token { tokens[min(at + ahead, tokens.count - 1)] }

  mutating func advance() { if at < tokens.count - 1 { at += 1 } }

  func isKeyword(_ keyword: String, _ token: Token) -> Bool {
    if case .word(let word) = token.kind { word.uppercased() == keyword } else { false }
  }

  func isKeyword(_ keyword: String) -> Bool { isKeyword(keyword, token) }

  /// Steps over the keyword if it is next.
  mutating func take(_ keyword: String) -> Bool {
    guard isKeyword(keyword) else { return false }
    advance()
    return true
  }

  /// Steps over the symbol if it is next.
  mutating func take(_ symbol: Token.Symbol) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ keyword: String) throws(QueryError) {
    if !take(keyword) { throw unexpected("\(keyword)") }
  }

  mutating func expect(_ symbol: Token.Symbol) throws(QueryError) {
    if !take(symbol) { throw unexpected(symbol.rawValue) }
  }

  func unexpected(_ expected: String) -> QueryError {
    QueryError(.syntax, "expected \(expected), found \(shownToken)", at: token.byteOffset)
  }

  /// How messages quote the next token: a number as it is written, up to 40 bytes.
  private var shownToken: String {
    guard case .number = token.kind else { return token.shown }
    let written = text.utf8.dropFirst(token.byteOffset).prefix(min(token.byteCount, 40))
    return String(decoding: written, as: UTF8.self)
  }

  mutating func expectEnd() throws(QueryError) {
    _ = take(.semicolon)
    if token.kind != .end { throw unexpected("the end of the query") }
  }

  /// A node over `children`, within the limits of depth and count.
  mutating func node(
    _ kind: Syntax.Kind, at byteOffset: Int, over children: [Syntax] = []
  ) throws(QueryError) -> Syntax {
    var depth = 0
    var size = 1
    for child in children {
      depth = max(depth, child.depth)
      size += child.size
    }
    try count(1, at: byteOffset)
    if depth >= QueryLimits.depthMax { throw tooDeep(byteOffset) }
    return Syntax(kind: kind, byteOffset: byteOffset, depth: depth + 1, size: size)
  }

  /// Counts nodes against the limit; what the tree holds twice (the subject of CASE) counts twice.
  mutating func count(_ nodes: Int, at byteOffset: Int) throws(QueryError) {
    nodeCount += nodes
    if nodeCount > QueryLimits.nodeCountMax {
      throw QueryError(
        .limit, "the query has more than \(QueryLimits.nodeCountMax) parts", at: byteOffset)
    }
  }

  func tooDeep(_ byteOffset: Int) -> QueryError {
    QueryError(
      .limit, "the expression is nested deeper than \(QueryLimits.depthMax) levels", at: byteOffset)
  }

  /// Runs `body` one level deeper, so that no text exhausts the stack.
  mutating func nested(
    _ body: (inout Parser) throws(QueryError) -> Syntax
  ) throws(QueryError) -> Syntax {
    openCount += 1
    defer { openCount -= 1 }
    if openCount > QueryLimits.depthMax { throw tooDeep(token.byteOffset) }
    return try body(&self)
  }
}
