import Aggregation
import Columns
import Storage

/// The fold of what the last snapshot does not have into its summary.
struct StoreFold {
  let fold: SummaryFold
  private let store: Store
  /// Numbers of the batches in the snapshot.
  private let known: Set<Int>
  /// Batches that are in the store but not in the snapshot: folded already.
  private let later: [TransactionTable]

  /// Reads the snapshot's summary; nil when there is none that can be built on.
  ///
  /// - Parameter hasNewOrders: whether rows to be added have order ids.
  init?(
    _ store: Store, customerCount: Int, asOf: Int32, hasNewOrders: Bool
  ) throws {
    guard let state = try SummaryState.latest(store) else { return nil }
    let known = Set(state.batchNumbers)
    let earlier = store.manifest.batches.filter { known.contains($0.number) }
    later = try Job.loadBatches(store) { !known.contains($0.number) }
    let hasOrders =
      try (hasNewOrders || later.contains { $0.orders != nil })
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
    self.store = store
    self.known = known
    for table in later { try fold.add(table) }
  }

  /// The summary with new rows folded in.
  func summary(adding new: [TransactionTable]) throws -> CustomerSummary {
    for table in new { try fold.add(table) }
    return try finish { new }
  }

  /// The summary, when all rows are folded in; `new` are those besides the store's.
  func finish(_ new: () throws -> [TransactionTable]) throws -> CustomerSummary {
    try fold.finish { _ in
      try Job.loadBatches(store) { known.contains($0.number) } + later + new()
    }
  }
}
