import Columns

/// A parsed query. Parsing needs no data: which snapshot is asked (`at`) is known before any is loaded.
///
///     let query = try Query.parse("SELECT segment, count(*) FROM customers GROUP BY segment")
///     let result = try query.run(on: source, QueryControl(timeoutSeconds: 5, rowCountMax: 100_000))
///     print(result.tableText)
package struct Query: Sendable {
  package let text: String
  let statement: SelectStatement

  /// The text after AT, as written: a date or the name of a snapshot. The caller finds the snapshot.
  package var at: String? { statement.at }

  /// Where that text stands in the query, in UTF-8 bytes: its quote.
  package var atByteOffset: Int? { statement.at == nil ? nil : statement.atByteOffset }

  /// Parses one SELECT.
  package static func parse(_ text: String) throws(QueryError) -> Query {
    var parser = try Parser(text)
    let statement = try parser.select()
    guard statement.table.lowercased() == "customers" else {
      throw QueryError(
        .name, "unknown table \(statement.table); there is one table, customers",
        at: statement.tableByteOffset)
    }
    return Query(text: text, statement: statement)
  }

  /// Runs the query on one snapshot.
  ///
  /// - Throws: names and types that do not fit (`.name`, `.type`), and what `control` bounds.
  package func run(
    on source: QuerySource, _ control: QueryControl = .unlimited
  ) throws(QueryError) -> QueryResult {
    let plan = try QueryPlan(statement, source, control)
    return try plan.run(control)
  }

  /// Checks names and types without running anything; the columns that the result would have.
  package func check(on source: QuerySource) throws(QueryError) -> [QueryResult.Column] {
    let plan = try QueryPlan(statement, source, .unlimited)
    return zip(plan.names, plan.items).map { .init(name: $0, type: $1.type) }
  }
}
