import Aggregation
import Columns
import Storage

/// The fold of what a snapshot does not have into its summary.
struct StoreFold {
  let fold: SummaryFold

  /// Reads the snapshot's summary; nil when there is none that can be built on.
  ///
  /// - Parameters:
  ///   - hasNewOrders: whether rows to be added have order ids.
  ///   - limit: `--limit-memory`.
  init?(
    _ store: Store, customerCount: Int, asOf: Int32, hasNewOrders: Bool, limit: Int
  ) throws {
    guard let state = try SummaryState.basis(store, asOf: asOf) else { return nil }
    let known = Set(state.batchNumbers)
    let earlier = store.manifest.batches.filter { known.contains($0.number) }
    let later = try store.manifest.batches.filter { !known.contains($0.number) }
      .map { try store.storedBatch($0) }
    let hasOrders =
      try (hasNewOrders || later.contains(where: \.hasOrders))
      && earlier.contains { entry in
        try store.batchHasOrders(entry)
      }
    guard
      let fold = SummaryFold(
        state.summary, isGivenUp: true,
        basis: CustomerSummary.FoldBasis(
          lastDay: earlier.map(\.lastDay).max() ?? CustomerSummary.noDay, hasOrderIds: hasOrders),
        customerCount: customerCount, asOf: asOf)
    else { return nil }
    self.fold = fold
    // Batches that are in the store but not in the snapshot.
    for batch in later {
      try fold.add(BatchRanges([.stored(batch)], customerCount: customerCount, limit: limit / 2))
    }
  }

  /// The summary with new rows folded in.
  ///
  /// - Parameter allRows: the store's and the new ones.
  func summary(adding new: NewRows?, allRows: RowReader) throws -> CustomerSummary {
    switch new {
    case .table(let table): try fold.add(table)
    case .stream(let stream, _):
      try fold.add(
        BatchRanges(
          [.stored(stream.storedBatch())], customerCount: allRows.customerCount,
          limit: allRows.limit / 2))
    case nil: break
    }
    return try finish(allRows)
  }

  /// The summary, when all rows are folded in. Rows of the customers that could not be folded are read.
  func finish(_ allRows: RowReader) throws -> CustomerSummary {
    try fold.finish { _ in try allRows.ranges(mayHold: false) }
  }
}
