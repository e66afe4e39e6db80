/// Every bound on what a query's text can make the engine do. Past one, the query is refused with an error.
package enum QueryLimits {
  /// UTF-8 bytes in a query or an expression.
  package static let textByteCountMax = 65_536
  /// Levels of nesting: brackets, functions, CASE, and chains such as `a + b + c` (each operator is a level).
  package static let depthMax = 100
  /// Nodes of a syntax tree, literals of IN lists left out.
  package static let nodeCountMax = 5_000
  /// Values in one IN list.
  package static let listCountMax = 10_000
  /// Items between SELECT and FROM, after `*` is spelled out.
  package static let selectCountMax = 1_024
  /// Keys in GROUP BY and in ORDER BY.
  package static let keyCountMax = 16
  /// Aggregates that keep every value (median, quantile, count(DISTINCT …)) in one query.
  package static let collectingAggregateCountMax = 16
  /// Groups times (keys + aggregates): what the result of a GROUP BY holds in memory, 16 bytes each.
  package static let groupCellCountMax = 64 << 20
  /// Groups counted in arrays rather than in a hash table.
  package static let denseGroupCountMax = 4_096
  /// Digits that a decimal may have after the point before it becomes a float.
  package static let decimalScaleMax = 8
  /// Digits after the point of a literal that is compared exactly; 10^38 is the largest power of ten in 128 bits.
  package static let literalScaleMax = 38
  /// Rows, groups or cells worked on between two looks at the deadline, where a batch of rows is not the unit.
  package static let checkedCount = 4_096
  /// Rows that are evaluated at a time: vectors of that length stay in the first-level cache, and
  /// their memory is not given back to the system and asked for again between two batches.
  package static let batchRowCount = 2_048
}
