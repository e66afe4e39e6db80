import Reports

/// What is wrong with a query or an expression, where, and what to do about it.
///
///     monetry_total > 100
///     ^
///     unknown column monetry_total; did you mean monetary_total?
package struct QueryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of error; raw values stand in replies, so they do not change.
  package enum Code: String, Sendable {
    /// The text does not follow the grammar.
    case syntax
    /// A column, tag or function that does not exist.
    case name
    /// Operands of types that do not go together, an aggregate where none can stand.
    case type
    /// A bound of `QueryLimits` or the caller's row limit is passed.
    case limit
    /// A number does not fit its type.
    case overflow
    /// The deadline passed.
    case timeout
    /// The caller gave up.
    case cancelled
  }

  package let code: Code
  package let message: String
  /// Offset of the offending text in UTF-8 bytes; nil when the error is of the query as a whole.
  package let byteOffset: Int?

  package init(_ code: Code, _ message: String, at byteOffset: Int? = nil) {
    self.code = code
    self.message = message
    self.byteOffset = byteOffset
  }

  package var description: String {
    byteOffset.map { "\(message) (at byte \($0))" } ?? message
  }

  /// 1-based line and column (in characters) of the offending text in `query`.
  package func position(in query: String) -> (line: Int, column: Int)? {
    guard let byteOffset else { return nil }
    let before = String(decoding: Array(query.utf8.prefix(byteOffset)), as: UTF8.self)
    let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
    return (lines.count, (lines.last?.count ?? 0) + 1)
  }

  /// The offending line, a caret under the offending text as a terminal shows it, and the message; for an error
  /// of the query as a whole the message alone. The line begins at the left margin: put nothing before it.
  package func rendered(in query: String) -> String {
    guard let position = position(in: query) else { return message }
    let lines = query.split(separator: "\n", omittingEmptySubsequences: false)
    // Windows of long lines: a caret at column 9,000 helps nobody.
    let line = Array(lines[min(position.line, lines.count) - 1])
    let start = max(0, position.column - 1 - 60)
    let end = min(line.count, position.column - 1 + 40)
    let window = start < end ? line[start..<end] : []
    let shown = window.map { character -> Character in
      character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? " " : character
    }
    let left = start > 0 ? "…" : ""
    let before = String(shown.prefix(max(0, position.column - 1 - start)))
    let pad = String(repeating: " ", count: displayWidth(left + before))
    return left + String(shown) + (end < line.count ? "…" : "") + "\n" + pad + "^\n" + message
  }
}
