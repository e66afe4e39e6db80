extension Parser {
  /// `SELECT … FROM customers [AT '…'] [WHERE …] [GROUP BY …] [HAVING …] [ORDER BY …] [LIMIT n] [OFFSET n]`
  mutating func select() throws(QueryError) -> SelectStatement {
    var statement = SelectStatement()
    try expect("SELECT")
    statement.isDistinct = take("DISTINCT")
    repeat { statement.items.append(try selectItem()) } while take(.comma)
    if statement.items.count > QueryLimits.selectCountMax {
      throw QueryError(.limit, "SELECT has more than \(QueryLimits.selectCountMax) columns")
    }
    try expect("FROM")
    statement.tableByteOffset = token.byteOffset
    statement.table = try identifier("the table customers")
    if take("AT") {
      guard case .string(let text) = token.kind else {
        throw unexpected("a date or a snapshot in quotes")
      }
      statement.at = text
      statement.atByteOffset = token.byteOffset
      advance()
    }
    if take("WHERE") { statement.condition = try expression() }
    if take("GROUP") {
      try expect("BY")
      repeat { statement.groupBy.append(try expression()) } while take(.comma)
      try checkKeyCount(statement.groupBy.count, "GROUP BY")
    }
    if take("HAVING") { statement.having = try expression() }
    if take("ORDER") {
      try expect("BY")
      repeat { statement.orderBy.append(try orderItem()) } while take(.comma)
      try checkKeyCount(statement.orderBy.count, "ORDER BY")
    }
    while isKeyword("LIMIT") && statement.limit == nil || isKeyword("OFFSET") {
      if take("LIMIT") {
        statement.limit = try rowCount()
      } else {
        advance()
        statement.offset = try rowCount()
      }
    }
    try expectEnd()
    return statement
  }

  private func checkKeyCount(_ count: Int, _ clause: String) throws(QueryError) {
    if count > QueryLimits.keyCountMax {
      throw QueryError(.limit, "\(clause) has more than \(QueryLimits.keyCountMax) keys")
    }
  }

  private mutating func selectItem() throws(QueryError) -> SelectStatement.Item {
    if take(.star) { return .init(value: nil, name: "*", hasAlias: false) }
    let start = token.byteOffset
    let value = try expression()
    let end = token.byteOffset
    if take("AS") {
      return .init(value: value, name: try identifier("a name"), hasAlias: true)
    }
    switch token.kind {
    case .quoted(let name):
      advance()
      return .init(value: value, name: name, hasAlias: true)
    case .word(let name) where !Parser.reserved.contains(name.uppercased()):
      advance()
      return .init(value: value, name: name, hasAlias: true)
    default:
      if case .name(let name) = value.kind {
        return .init(value: value, name: name, hasAlias: false)
      }
      return .init(value: value, name: writtenText(start..<end), hasAlias: false)
    }
  }

  /// The text of a column as it was written, runs of blanks as one.
  private func writtenText(_ range: Range<Int>) -> String {
    let bytes = Array(text.utf8)[range]
    let parts = bytes.split { $0 <= 0x20 }
    return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
  }

  private mutating func identifier(_ expected: String) throws(QueryError) -> String {
    switch token.kind {
    case .quoted(let name):
      advance()
      return name
    case .word(let name) where !Parser.reserved.contains(name.uppercased()):
      advance()
      return name
    default: throw unexpected(expected)
    }
  }

  private mutating func orderItem() throws(QueryError) -> SelectStatement.Order {
    let value = try expression()
    let isDescending = take("DESC")
    if !isDescending { _ = take("ASC") }
    var nullsFirst = false
    if take("NULLS") {
      nullsFirst = take("FIRST")
      if !nullsFirst { try expect("LAST") }
    }
    return .init(value: value, isDescending: isDescending, nullsFirst: nullsFirst)
  }

  private mutating func rowCount() throws(QueryError) -> Int {
    guard case .number(.integer(let count)) = token.kind else {
      throw unexpected("a whole number of rows")
    }
    advance()
    // Past 2^40 rows there is nothing to count; the bound keeps sums of LIMIT and OFFSET from overflowing.
    return Int(min(count, 1 << 40))
  }
}
