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
    if groupKeys.dense != nil {
      try groupKeys.checkCount(groupKeys.denseCount, aggregates, control)
    }
    let chunkCount = Parallel.chunkCount(of: rowCount)
    let merge = Mutex(GroupMerge(groupKeys, aggregates, chunkCount))
    let first = FirstError()
    let wave = waveCount(groupKeys, control)
    var start = 0
    while start < chunkCount {
      let chunks = start..<min(start + wave, chunkCount)
      Parallel.perform(chunks.count) { task in
        let chunk = chunks.lowerBound + task
        first.run(chunk) { () throws(QueryError) in
          try control.check()
          let rows = Parallel.rows(ofChunk: chunk, of: rowCount)
          let partial = try self.scan(chunk, rows, groupKeys, control)
          let failure = merge.withLock { merge -> QueryError? in
            do throws(QueryError) {
              try merge.add(partial, chunk, control)
              return nil
            } catch { return error }
          }
          if let failure { throw failure }
        }
      }
      try first.rethrow()
      start = chunks.upperBound
    }
    return try merge.withLock { merge throws(QueryError) in try merge.finish(control) }
  }

  /// Chunks scanned before all of them are merged: those that are finished wait for an earlier one, and what they
  /// hold is to stay within a quarter of the query's memory. Without a limit all of them.
  private func waveCount(_ groupKeys: GroupKeys, _ control: QueryControl) -> Int {
    if control.byteCountMax == .max { return .max }
    let groupCount = groupKeys.dense == nil ? Parallel.chunkRowCount : groupKeys.denseCount
    let cells = keys.count + 1 + 2 * aggregates.count
    let collecting = aggregates.count { $0.function.collectsValues }
    let byteCount =
      groupCount * GroupKeys.byteCount(ofGroupOf: cells)
      + collecting * Parallel.chunkRowCount * 24
    return max(1, control.byteCountMax / 4 / byteCount)
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
