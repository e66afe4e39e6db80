package import Columns

extension CustomerSummary {
  /// What is known of the transactions that a summary was made from; with it, new batches can be folded in.
  package struct FoldBasis: Sendable {
    /// The last day of any earlier batch, `noDay` when there is none: rows after the old as-of date were left
    /// out of the summary and may now belong in.
    package let lastDay: Int32
    /// Whether any earlier batch has order ids: then a new row may carry an order id that was already counted.
    package let hasOrderIds: Bool

    package init(lastDay: Int32, hasOrderIds: Bool) {
      self.lastDay = lastDay
      self.hasOrderIds = hasOrderIds
    }
  }

  /// Folds new batches into the summary of the earlier ones; nil when only a full aggregation gives the answer.
  ///
  /// The result is exactly what `aggregate` gives for all batches together, without a window. A customer whose
  /// new rows all lie on or after their last day is folded; the rows of the others (late rows, or order ids
  /// that may already be counted) are asked for by `loadRows`, which gets their codes, rising, and returns
  /// tables that hold all rows, earlier and new, of at least these customers. It is not called when there is
  /// nobody to ask for.
  ///
  /// Nil when `asOf` is before the summary's, when earlier batches hold rows after the summary's as-of date, or
  /// when `customerCount` is below the summary's.
  ///
  /// Cost: the summary is copied (32 bytes a customer, read and written), plus the new rows. `SummaryFold` spares
  /// the copy.
  package static func fold(
    _ previous: CustomerSummary, basis: FoldBasis, newBatches: [TransactionTable],
    customerCount: Int, asOf: Int32,
    loadRows: (_ customerCodes: [UInt32]) throws -> [TransactionTable]
  ) throws -> CustomerSummary? {
    guard
      let fold = SummaryFold(
        previous, isGivenUp: false, basis: basis, customerCount: customerCount, asOf: asOf)
    else { return nil }
    for batch in newBatches { try fold.add(batch) }
    return try fold.finish { codes in
      let tables = try loadRows(codes)
      try checkCodes(of: tables, customerCount: customerCount)
      return TransactionTables(tables, customerCount: customerCount)
    }
  }
}
