extension Parser {
  /// An expression: OR over AND over NOT over comparisons over sums over products over signs.
  mutating func expression() throws(QueryError) -> Syntax {
    try nested { (parser) throws(QueryError) in try parser.disjunction() }
  }

  private mutating func disjunction() throws(QueryError) -> Syntax {
    let first = try conjunction()
    guard isKeyword("OR") else { return first }
    var list = [first]
    while take("OR") { list.append(try conjunction()) }
    return try node(.or(list), at: first.byteOffset, over: list)
  }

  private mutating func conjunction() throws(QueryError) -> Syntax {
    let first = try negation()
    guard isKeyword("AND") else { return first }
    var list = [first]
    while take("AND") { list.append(try negation()) }
    return try node(.and(list), at: first.byteOffset, over: list)
  }

  private mutating func negation() throws(QueryError) -> Syntax {
    let start = token.byteOffset
    guard take("NOT") else { return try comparison() }
    let inner = try nested { (parser) throws(QueryError) in try parser.negation() }
    return try node(.not(inner), at: start, over: [inner])
  }

  private mutating func comparison() throws(QueryError) -> Syntax {
    var left = try sum()
    while true {
      let start = token.byteOffset
      if let op = comparisonOperator() {
        advance()
        let right = try sum()
        left = try node(.comparison(op, left, right), at: start, over: [left, right])
      } else if take("IS") {
        let isNegated = take("NOT")
        try expect("NULL")
        left = try node(.isNull(left, isNegated: isNegated), at: start, over: [left])
      } else {
        let next = isKeyword("NOT") ? peek() : token
        let isNegated = isKeyword("NOT")
        if isKeyword("BETWEEN", next) {
          if isNegated { advance() }
          advance()
          left = try between(left, start, isNegated)
        } else if isKeyword("IN", next) {
          if isNegated { advance() }
          advance()
          left = try inList(left, start, isNegated)
        } else if isKeyword("LIKE", next) {
          if isNegated { advance() }
          advance()
          let pattern = try sum()
          let kind = Syntax.Kind.like(left, pattern, isNegated: isNegated)
          left = try node(kind, at: start, over: [left, pattern])
        } else {
          return left
        }
      }
    }
  }

  private func comparisonOperator() -> ComparisonOperator? {
    if case .symbol(let symbol) = token.kind {
      ComparisonOperator(rawValue: symbol.rawValue)
    } else {
      nil
    }
  }

  private mutating func between(
    _ value: Syntax, _ start: Int, _ isNegated: Bool
  ) throws(QueryError) -> Syntax {
    let low = try sum()
    try expect("AND")
    let high = try sum()
    // Each bound may compute the value again: nested, it would grow without end.
    try count(value.size, at: value.byteOffset)
    let kind = Syntax.Kind.between(value, low, high, isNegated: isNegated)
    return try node(kind, at: start, over: [value, value, low, high])
  }

  private mutating func inList(
    _ value: Syntax, _ start: Int, _ isNegated: Bool
  ) throws(QueryError) -> Syntax {
    try expect(.leftBracket)
    var list: [Syntax] = []
    /// How often the value is computed at most: for all plain values together, and for each other one.
    var copies = [value, value]
    repeat {
      if list.count == QueryLimits.listCountMax {
        throw QueryError(
          .limit, "an IN list has more than \(QueryLimits.listCountMax) values",
          at: token.byteOffset)
      }
      let countBefore = nodeCount
      let item = try expression()
      // Plain values do not count as parts: a long list of them is cheap.
      if case .literal = item.kind {
        nodeCount = countBefore
      } else {
        try count(value.size, at: value.byteOffset)
        copies.append(value)
      }
      list.append(item)
    } while take(.comma)
    try expect(.rightBracket)
    try count(value.size, at: value.byteOffset)
    let kind = Syntax.Kind.inList(value, list, isNegated: isNegated)
    return try node(kind, at: start, over: copies + list)
  }

  private mutating func sum() throws(QueryError) -> Syntax {
    var left = try product()
    while true {
      let start = token.byteOffset
      let op: ArithmeticOperator
      switch token.kind {
      case .symbol(.plus): op = .add
      case .symbol(.minus): op = .subtract
      default: return left
      }
      advance()
      let right = try product()
      left = try node(.arithmetic(op, left, right), at: start, over: [left, right])
    }
  }

  private mutating func product() throws(QueryError) -> Syntax {
    var left = try signed()
    while true {
      let start = token.byteOffset
      let op: ArithmeticOperator
      switch token.kind {
      case .symbol(.star): op = .multiply
      case .symbol(.slash): op = .divide
      case .symbol(.percent): op = .remainder
      default: return left
      }
      advance()
      let right = try signed()
      left = try node(.arithmetic(op, left, right), at: start, over: [left, right])
    }
  }

  private mutating func signed() throws(QueryError) -> Syntax {
    let start = token.byteOffset
    if take(.plus) {
      return try nested { (parser) throws(QueryError) in try parser.signed() }
    }
    guard take(.minus) else { return try primary() }
    let inner = try nested { (parser) throws(QueryError) in try parser.signed() }
    if case .literal(let literal) = inner.kind, let negated = literal.negated {
      return try node(.literal(negated), at: start)
    }
    return try node(.negated(inner), at: start, over: [inner])
  }
}
