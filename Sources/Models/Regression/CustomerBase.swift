package import Columns
import Kernels

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
    let isKnown = AlignedBuffer<Bool>(count: customerCount) { isKnown in
      isKnown.initialize(repeating: false)
      // SAFETY: codes of a batch are distinct: every chunk of them writes its own elements.
      nonisolated(unsafe) let isKnown = isKnown
      for batch in batches {
        Parallel.forEachChunk(of: batch.customerCount) { _, chunk in
          let codes = batch.customerCodes.span
          let starts = batch.rowStarts.span
          let days = batch.days.span
          for k in chunk where days[Int(starts[k])] <= day { isKnown[Int(codes[k])] = true }
        }
      }
    }
    var customers: [UInt32] = []
    customers.reserveCapacity(customerCount)
    let known = isKnown.span
    for code in known.indices where known[code] { customers.append(UInt32(code)) }
    return customers
  }
}
