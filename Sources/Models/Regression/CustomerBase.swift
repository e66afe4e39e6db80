package import Columns
import Kernels

/// What models are fitted on and scored from: everybody's transactions, and attributes where there are some.
package struct CustomerBase: Sendable {
  /// Everybody's transactions.
  package let rows: any TransactionSource
  /// The same as tables; empty where they are not in memory.
  package let batches: [TransactionTable]
  package let customerCount: Int
  package let attributes: Frame?
  /// Of each customer, by code; the greatest day for those without transactions.
  private let firstDays: AlignedBuffer<Int32>

  /// Checks that batches and attributes speak of customers 0..<customerCount.
  package init(
    batches: [TransactionTable], customerCount: Int, attributes: Frame?
  ) throws(RegressionError) {
    try CustomerBase.check(attributes, customerCount)
    for batch in batches where batch.customerCount > 0 {
      let last = Int(batch.customerCodes[batch.customerCount - 1])
      if last >= customerCount {
        throw .customerOutOfRange(code: last, customerCount: customerCount)
      }
    }
    let tables = TransactionTables(batches, customerCount: customerCount)
    rows = tables
    self.batches = batches
    self.customerCount = customerCount
    self.attributes = attributes
    firstDays = CustomerBase.firstDays(customerCount) { tables.forEachRange(holding: nil, $0) }
  }

  /// Of rows that are brought by ranges of customers, all of which are below `customerCount`. Every pass over
  /// them, of which a fit and a scoring take up to nine, reads them anew.
  package init(
    _ rows: any TransactionSource, customerCount: Int, attributes: Frame?
  ) throws {
    try CustomerBase.check(attributes, customerCount)
    self.rows = rows
    batches = (rows as? TransactionTables)?.tables ?? []
    self.customerCount = customerCount
    self.attributes = attributes
    firstDays = try CustomerBase.firstDays(customerCount) { body throws(any Error) in
      try rows.forEachRange(body)
    }
  }

  private static func check(
    _ attributes: Frame?, _ customerCount: Int
  ) throws(RegressionError) {
    if let attributes, attributes.rowCount != customerCount {
      throw .attributeRows(expected: customerCount, found: attributes.rowCount)
    }
  }

  private static func firstDays<Failure: Error>(
    _ customerCount: Int,
    _ forEachRange: ((Range<Int>, [TransactionRuns]) -> Void) throws(Failure) -> Void
  ) throws(Failure) -> AlignedBuffer<Int32> {
    var failure: Failure?
    let buffer = AlignedBuffer<Int32>(count: customerCount) { firstDays in
      firstDays.update(repeating: .max)
      // SAFETY: every range writes its own customers.
      nonisolated(unsafe) let firstDays = firstDays
      do throws(Failure) {
        try forEachRange { range, batches in
          for runs in batches {
            let low = runs.firstCustomer(withCodeFrom: range.lowerBound)
            let high = runs.firstCustomer(withCodeFrom: range.upperBound)
            for k in low..<max(low, high) where runs.starts[k] < runs.starts[k + 1] {
              let code = Int(runs.codes[k])
              firstDays[code] = min(firstDays[code], runs.days[Int(runs.starts[k])])
            }
          }
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
    return buffer
  }

  /// Customers with a transaction on or before `day`, by rising code.
  package func customers(knownBy day: Int32) -> [UInt32] {
    var customers: [UInt32] = []
    customers.reserveCapacity(customerCount)
    let days = firstDays.pointer
    for code in days.indices where days[code] <= day && days[code] != .max {
      customers.append(UInt32(code))
    }
    return customers
  }

  /// Calls `body` for stretches of some customers, `places` of the list, with their purchase days; several at the
  /// same time.
  package func forEachStretch(
    of customers: [UInt32], _ body: (_ places: Range<Int>, _ stretch: PurchaseStretch) -> Void
  ) throws {
    let length = DesignReader.stretchCount
    try rows.forEachRange(holding: customers) { range, batches in
      let places = customers.places(of: range)
      for start in stride(from: places.lowerBound, to: places.upperBound, by: length) {
        let some = start..<min(start + length, places.upperBound)
        body(some, PurchaseStretch(batches, customers: customers[some]))
      }
    }
  }
}
