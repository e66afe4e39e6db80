package import Columns
import Kernels

/// A parsed expression that is bound to no data yet.
///
///     let rule = try Expression.parse("r >= 4 AND clv > quantile(clv, 0.9)")
///     let champions = try source.bind(rule, as: .rule).bitmap()
package struct Expression: Sendable {
  package let text: String
  let syntax: Syntax

  /// Parses one expression, all of the text.
  package static func parse(_ text: String) throws(QueryError) -> Expression {
    var parser = try Parser(text)
    parser.isStatement = false
    let syntax = try parser.expression()
    try parser.expectEnd()
    return Expression(text: text, syntax: syntax)
  }

  /// Names of columns as written, each once, in order.
  package var columnNames: [String] {
    var names: [String] = []
    collect(syntax) {
      if case .name(let name) = $0.kind, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Tags asked by HAS TAG, each once, in order.
  package var tagNames: [String] {
    var names: [String] = []
    collect(syntax) {
      if case .hasTag(let name) = $0.kind, !names.contains(name) { names.append(name) }
    }
    return names
  }

  private func collect(_ syntax: Syntax, _ visit: (Syntax) -> Void) {
    visit(syntax)
    for child in syntax.children { collect(child, visit) }
  }
}

/// What functions an expression may use.
package enum ExpressionContext: Sendable {
  /// Functions of one row.
  case row
  /// Those, and functions of the whole base: `rank(x)`, `share(x)`, and every aggregate as one value of all
  /// rows (`quantile(x, p)`, `avg(x)`, …).
  case rule
}

/// An expression bound to a source: run it as often as you like.
package struct BoundExpression: Sendable {
  let source: QuerySource
  let bound: Bound
  let evaluator: Evaluator

  package var type: ValueType { bound.type }

  /// The value, where it is the same for all rows and no row was needed to know it: the linter's "always true".
  package var constant: Literal? { bound.constant }

  /// Throws `.type` for an expression that is no condition.
  package func expectCondition() throws(QueryError) {
    guard bound.type == .bool || bound.type == .null else {
      throw QueryError(
        .type, "expected a condition, found a value of type \(bound.type.name)",
        at: bound.byteOffset)
    }
  }

  /// Rows for which the condition is true (not false, not null).
  ///
  /// - Throws: `.type` for an expression that is no condition; `.overflow`, `.timeout`, `.cancelled`.
  package func bitmap(_ control: QueryControl = .unlimited) throws(QueryError) -> Bitmap {
    try expectCondition()
    let filter = Filter(bound, evaluator)
    let count = source.frame.rowCount
    let first = FirstError()
    let words = AlignedBuffer<UInt64>(count: Bitmap.wordCount(of: count)) { words in
      nonisolated(unsafe) let words = words
      Parallel.forEachChunk(of: count) { chunk, rows in
        first.run(chunk) { () throws(QueryError) in
          try control.check()
          let range = rows.lowerBound / 64..<rows.lowerBound / 64 + BitWords.wordCount(rows.count)
          try filter.run(
            chunk: chunk, rows, into: UnsafeMutableBufferPointer(rebasing: words[range]), control)
        }
      }
    }
    try first.rethrow()
    return Bitmap(count: count, words: words)
  }

  /// The expression's value for every row, as a column: exact, but a decimal that money does not hold is a float.
  package func column(
    named name: String, _ control: QueryControl = .unlimited
  ) throws(QueryError) -> Column {
    if case .column(let index) = bound.node {
      let column = evaluator.columns[index]
      return Column(name, column.values, validity: column.validity)
    }
    let column = try ColumnBuilder.column(
      name, bound, evaluator, rowCount: source.frame.rowCount, control)
    // A column has no scale besides that of money.
    guard case .decimal(let scale) = bound.type, case .int64(let units) = column.values else {
      return column
    }
    let divisor = Double(powerOfTen(scale))
    let floats = AlignedBuffer<Double>(count: units.count) { floats in
      for i in 0..<units.count { floats[i] = Double(units[i]) / divisor }
    }
    return Column(name, .float64(floats), validity: column.validity)
  }
}

extension QuerySource {
  /// Resolves the expression's names and types. In a rule, functions of the whole base are computed here,
  /// once for all rules of this source.
  package func bind(
    _ expression: Expression, as context: ExpressionContext = .row,
    _ control: QueryControl = .unlimited
  ) throws(QueryError) -> BoundExpression {
    var binder = Binder(self, isRule: context == .rule, control: control)
    let bound = try binder.bind(expression.syntax)
    return BoundExpression(
      source: self, bound: bound, evaluator: Evaluator(self, extra: wholeBaseColumns))
  }
}
