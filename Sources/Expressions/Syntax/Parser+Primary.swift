import Columns

extension Parser {
  /// A literal, a column, a call, CASE, HAS TAG, or an expression in brackets.
  mutating func primary() throws(QueryError) -> Syntax {
    let start = token.byteOffset
    switch token.kind {
    case .number(let literal):
      advance()
      return try node(.literal(literal), at: start)
    case .string(let text):
      advance()
      return try node(.literal(.string(text)), at: start)
    case .quoted(let name):
      advance()
      return try node(.name(name), at: start)
    case .symbol(.leftBracket):
      advance()
      let inner = try expression()
      try expect(.rightBracket)
      return inner
    case .word(let word):
      return try wordExpression(word, start)
    case .symbol, .end:
      throw unexpected("a value")
    }
  }

  private mutating func wordExpression(_ word: String, _ start: Int) throws(QueryError) -> Syntax {
    switch word.uppercased() {
    case "NULL":
      advance()
      return try node(.literal(.null), at: start)
    case "TRUE", "FALSE":
      advance()
      return try node(.literal(.bool(word.uppercased() == "TRUE")), at: start)
    case "CASE":
      advance()
      return try caseWhen(start)
    case "DATE":
      if case .string(let text) = peek().kind {
        advance()
        guard let day = Day.parse(text) else {
          throw QueryError(
            .syntax, "'\(text)' is not a date; write DATE 'YYYY-MM-DD'", at: token.byteOffset)
        }
        advance()
        return try node(.literal(.day(day)), at: start)
      }
    case "HAS":
      if isKeyword("TAG", peek()) {
        advance()
        advance()
        switch token.kind {
        case .string(let name), .quoted(let name):
          advance()
          return try node(.hasTag(name), at: start)
        default: throw unexpected("the tag's name in quotes")
        }
      }
    default:
      if isReserved(word) { throw unexpected("a value") }
    }
    advance()
    if token.kind == .symbol(.leftBracket) { return try call(word.lowercased(), start) }
    return try node(.name(word), at: start)
  }

  private mutating func call(_ name: String, _ start: Int) throws(QueryError) -> Syntax {
    try expect(.leftBracket)
    if take(.star) {
      try expect(.rightBracket)
      let call = Syntax.Call(name: name, arguments: [], isDistinct: false, isStar: true)
      return try node(.call(call), at: start)
    }
    let isDistinct = take("DISTINCT")
    var arguments: [Syntax] = []
    if token.kind != .symbol(.rightBracket) {
      repeat { arguments.append(try expression()) } while take(.comma)
    }
    try expect(.rightBracket)
    let call = Syntax.Call(
      name: name, arguments: arguments, isDistinct: isDistinct, isStar: false)
    return try node(.call(call), at: start, over: arguments)
  }

  /// `CASE WHEN a THEN b … ELSE c END`, and `CASE x WHEN v THEN b …` as `CASE WHEN x = v …`.
  private mutating func caseWhen(_ start: Int) throws(QueryError) -> Syntax {
    let subject = isKeyword("WHEN") ? nil : try expression()
    var branches: [Syntax.CaseBranch] = []
    var all: [Syntax] = []
    while take("WHEN") {
      var condition = try expression()
      if let subject {
        try count(subject.size, at: subject.byteOffset)
        condition = try node(
          .comparison(.equal, subject, condition), at: condition.byteOffset,
          over: [subject, condition])
      }
      try expect("THEN")
      let value = try expression()
      branches.append(Syntax.CaseBranch(condition: condition, value: value))
      all += [condition, value]
    }
    if branches.isEmpty { throw unexpected("WHEN") }
    let otherwise = take("ELSE") ? try expression() : nil
    try expect("END")
    if let otherwise { all.append(otherwise) }
    return try node(.caseWhen(branches, otherwise: otherwise), at: start, over: all)
  }
}
