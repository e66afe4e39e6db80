import Aggregation
import Columns
import Ingest
import Storage

extension Job {
  /// What a customer has at most with new rows; refuses rows that take one past what a summary can hold, before
  /// anything is published.
  ///
  /// Cost: one batch's record is read. Where the bound does not do, all rows are read once: after 2⁶³ units of
  /// turnover in all since that was last done, or 2³¹ rows.
  mutating func customerMost(
    with batch: IngestBatch, _ rows: NewRows, _ order: CustomerOrder, memoryLimit: Int
  ) throws -> CustomerMost {
    let own = CustomerMost(magnitude: UInt128(batch.magnitude), rowCount: batch.rowCount)
    let bound = try store.customerMost() + own
    if bound.fits(customerLimit) { return bound }
    let (store, limit) = (store, customerLimit)
    return try clock.measure("check totals") {
      let reader = RowReader(
        store: store, new: rows, kept: nil, customerCount: order.count, limit: memoryLimit)
      let sums = try CustomerSums(try reader.ranges(mayHold: false), limit: limit)
      let new = try BatchRanges(
        [try rows.batch()], customerCount: order.count, limit: memoryLimit / 2)
      // Whoever is past the limit without these rows is no reason to refuse them.
      if let code = try CustomerSums.having(sums.past, in: new).first {
        throw PipelineError.customerTooLarge(id: order.ids[Int(code)])
      }
      return sums.most
    }
  }
}

extension Store {
  /// Names the customer of an overflow, and where its rows are.
  func naming(_ error: any Error, ids: StringTable?) -> any Error {
    guard case .totalOverflow(let code)? = error as? AggregationError,
      let ids = try? ids ?? loadCustomerIDs(), code < ids.count
    else { return error }
    let names = manifest.batches.filter { entry in
      guard let batch = try? storedBatch(entry),
        let rows = try? BatchRanges([.stored(batch)], customerCount: ids.count, limit: .max),
        let found = try? CustomerSums.having([UInt32(code)], in: rows)
      else { return false }
      return !found.isEmpty
    }.map(\.name)
    return PipelineError.unscorableCustomer(id: ids[code], batches: names)
  }
}
