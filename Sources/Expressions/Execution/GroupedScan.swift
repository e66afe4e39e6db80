import Columns
import Kernels
import Synchronization

/// Filter, group and aggregate in one pass over the rows, a chunk of 65,536 at a time on all cores.
///
/// Groups come out in the order of their keys: ascending, nulls last, strings by bytes. Without keys there is
/// one group, even over no rows.
struct GroupedScan: Sendable {
  let evaluator: Evaluator
  let rowCount: Int
  let filter: Filter?
  let keys: [Bound]
  let aggregates: [Aggregate]

  struct Result {
    let groupCount: Int
    /// Keys, then aggregates.
    let columns: [Column]
  }

  func run(_ control: QueryControl) throws(QueryError) -> Result {
    let collecting = aggregates.count { $0.function.collectsValues }
    if collecting > QueryLimits.collectingAggregateCountMax {
      throw QueryError(
        .limit,
        "more than \(QueryLimits.collectingAggregateCountMax) of median, quantile and "
          + "count(DISTINCT …) in one query")
    }
    let groupKeys = GroupKeys(keys, evaluator)
    let merge = Mutex(GroupMerge(groupKeys, aggregates, Parallel.chunkCount(of: rowCount)))
    let first = FirstError()
    Parallel.forEachChunk(of: rowCount) { chunk, rows in
      first.run(chunk) { () throws(QueryError) in
        try control.check()
        let partial = try self.scan(chunk, rows, groupKeys, control)
        let failure = merge.withLock { merge -> QueryError? in
          do throws(QueryError) {
            try merge.add(partial, chunk)
            return nil
          } catch { return error }
        }
        if let failure { throw failure }
      }
    }
    try first.rethrow()
    return try merge.withLock { merge throws(QueryError) in try merge.finish(control) }
  }

  /// One chunk: its mask, its group numbers, its accumulators. nil where no row passes.
  private func scan(
    _ chunk: Int, _ rows: Range<Int>, _ groupKeys: GroupKeys, _ control: QueryControl
  ) throws(QueryError) -> GroupPartial? {
    var mask = BitWords.ones(rows.count)
    if let filter, !filter.isAlwaysTrue {
      var failure: QueryError?
      mask.withUnsafeMutableBufferPointer { words in
        do throws(QueryError) {
          try filter.run(chunk: chunk, rows, into: words, control)
        } catch { failure = error }
      }
      if let failure { throw failure }
      if BitWords.isZero(mask) { return nil }
    }
    var partial = GroupPartial(groupKeys, aggregates)
    try partial.scan(evaluator, rows, mask, control)
    return partial
  }
}
