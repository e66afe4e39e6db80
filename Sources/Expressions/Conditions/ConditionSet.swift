package import Columns
import Kernels

/// Conditions over one source that are evaluated side by side, a batch of rows at a time: what several of them
/// share (`r >= 4` in five segments) is computed once, and a column is read while it is in the cache.
///
///     let set = try ConditionSet(rules.map { try source.bind($0, as: .rule) }, of: source)
///     let bitmaps = try set.bitmaps()          // one a condition: rows where it is true
///
/// Answers are those of `BoundExpression.bitmap()`, three-valued logic and guarded errors included.
package struct ConditionSet: Sendable {
  /// A part of one or several conditions.
  struct Node: Sendable {
    enum Kind: Sendable {
      /// True, false or null for every row.
      case constant(Bool?)
      /// A comparison of a column with constants, or a tag: runs as one SIMD compare.
      case leaf
      /// The column has no value.
      case isNull(column: Int)
      case not(Int)
      /// Leaves first, so that costly parts are left out where the cheap ones decide.
      case and([Int])
      case or([Int])
      /// Anything else: runs on vectors.
      case general
    }

    let bound: Bound
    let kind: Kind
    /// Whether it can be null in some row; it then keeps a second row of words, of rows where it is known.
    let isNullable: Bool
  }

  let nodes: [Node]
  /// The node of each condition.
  let roots: [Int]
  let evaluator: Evaluator
  package let rowCount: Int

  /// - Parameter conditions: bound to `source`, all of them before the set is made.
  /// - Throws: `.type` for an expression that is no condition.
  package init(_ conditions: [BoundExpression], of source: QuerySource) throws(QueryError) {
    evaluator = Evaluator(source, extra: source.wholeBaseColumns)
    rowCount = source.frame.rowCount
    var compiler = ConditionCompiler(columns: evaluator.columns)
    var roots: [Int] = []
    for condition in conditions {
      try condition.expectCondition()
      roots.append(compiler.node(of: condition.bound))
    }
    nodes = compiler.nodes
    self.roots = roots
  }

  package var count: Int { roots.count }

  /// Runs `body` for every batch of rows, in parallel; batches start at multiples of 64 rows.
  package func forEachBatch(
    _ control: QueryControl = .unlimited,
    _ body: (_ batch: ConditionBatch) throws(QueryError) -> Void
  ) throws(QueryError) {
    let first = FirstError()
    let batches = (0..<max(1, Parallel.threadCount)).map { _ in ConditionBatch(self) }
    Parallel.perform(Parallel.chunkCount(of: rowCount)) { worker, chunk in
      first.run(chunk) { () throws(QueryError) in
        try control.check()
        let rows = Parallel.rows(ofChunk: chunk, of: rowCount)
        var start = rows.lowerBound
        while start < rows.upperBound {
          let end = min(start + QueryLimits.batchRowCount, rows.upperBound)
          batches[worker].begin(start..<end)
          try body(batches[worker])
          start = end
        }
      }
    }
    try first.rethrow()
  }

  /// For each condition the rows where it is true.
  package func bitmaps(_ control: QueryControl = .unlimited) throws(QueryError) -> [Bitmap] {
    let wordCount = Bitmap.wordCount(of: rowCount)
    var failure: QueryError?
    let all = AlignedBuffer<UInt64>(count: count * wordCount) { all in
      nonisolated(unsafe) let all = all  // SAFETY: every batch writes its own words.
      do throws(QueryError) {
        try forEachBatch(control) { (batch) throws(QueryError) in
          for condition in roots.indices {
            let start = condition * wordCount + batch.rows.lowerBound / 64
            let words = try batch.words(condition)
            _ = UnsafeMutableBufferPointer(rebasing: all[start...]).update(fromContentsOf: words)
          }
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
    return (0..<count).map { condition in
      let words = AlignedBuffer<UInt64>(count: wordCount) { words in
        let start = condition * wordCount
        _ = words.update(fromContentsOf: all.pointer[start..<start + wordCount])
      }
      return Bitmap(count: rowCount, words: words)
    }
  }
}
