package import Columns

/// What models are fitted on and scored from: everybody's transactions, and attributes where there are some.
package struct CustomerBase: Sendable {
  package let batches: [TransactionTable]
  package let customerCount: Int
  package let attributes: Frame?

  /// Checks that batches and attributes speak of customers 0..<customerCount.
  package init(
    batches: [TransactionTable], customerCount: Int, attributes: Frame?
  ) throws(RegressionError) {
    if let attributes, attributes.rowCount != customerCount {
      throw .attributeRows(expected: customerCount, found: attributes.rowCount)
    }
    for batch in batches where batch.customerCount > 0 {
      let last = Int(batch.customerCodes[batch.customerCount - 1])
      if last >= customerCount {
        throw .customerOutOfRange(code: last, customerCount: customerCount)
      }
    }
    self.batches = batches
    self.customerCount = customerCount
    self.attributes = attributes
  }

  /// Customers with a transaction on or before `day`, by rising code.
  package func customers(knownBy day: Int32) -> [UInt32] {
    var isKnown = [Bool](repeating: false, count: customerCount)
    for batch in batches {
      let codes = batch.customerCodes.span
      let starts = batch.rowStarts.span
      let days = batch.days.span
      for k in codes.indices where days[Int(starts[k])] <= day { isKnown[Int(codes[k])] = true }
    }
    return isKnown.indices.filter { isKnown[$0] }.map { UInt32($0) }
  }
}
