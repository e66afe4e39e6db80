import Aggregation
package import Columns
package import Models

/// What is known on a day: all transactions up to it, and nothing later.
///
/// Later rows are cut off, not hidden: a strategy that is handed a `Knowledge` cannot see past its day, whatever
/// it does.
package struct Knowledge: Sendable {
  package let day: Int32
  /// Transactions up to the day, and attributes as they are today.
  package let base: CustomerBase
  package let summary: CustomerSummary
  /// Codes of the customers with a transaction by the day, rising.
  package let customers: [UInt32]

  package init(_ base: CustomerBase, asOf day: Int32) throws {
    self.day = day
    self.base = try CustomerBase(
      batches: base.batches.map { $0.truncated(after: day) }, customerCount: base.customerCount,
      attributes: base.attributes)
    summary = try CustomerSummary.aggregate(
      self.base.batches, customerCount: base.customerCount, asOf: day)
    customers = self.base.customers(knownBy: day)
  }

  /// What was known on an earlier day.
  package func earlier(by days: Int) throws -> Knowledge {
    try Knowledge(base, asOf: Int32(clamping: Int64(day) - Int64(days)))
  }
}

extension TransactionTable {
  /// The rows up to and including `day`: of each customer the first so many, for days rise.
  package func truncated(after day: Int32) -> TransactionTable {
    let all = self.days.pointer
    let starts = rowStarts.pointer
    var codes: [UInt32] = []
    var newStarts: [UInt32] = [0]
    var ranges: [Range<Int>] = []
    codes.reserveCapacity(customerCount)
    newStarts.reserveCapacity(customerCount + 1)
    ranges.reserveCapacity(customerCount)
    var count = 0
    for k in 0..<customerCount {
      let start = Int(starts[k])
      var end = Int(starts[k + 1])
      while end > start && all[end - 1] > day { end -= 1 }
      if end == start { continue }
      count += end - start
      codes.append(customerCodes.pointer[k])
      newStarts.append(UInt32(count))
      ranges.append(start..<end)
    }
    // A snapshot date at the end of the log cuts nothing: the columns are shared.
    if count == rowCount { return self }
    func kept<Element>(_ buffer: AlignedBuffer<Element>) -> AlignedBuffer<Element> {
      let source = buffer.pointer
      return AlignedBuffer<Element>(count: count) { target in
        var place = 0
        for range in ranges {
          for row in range {
            target[place] = source[row]
            place += 1
          }
        }
      }
    }
    return TransactionTable(
      customerCodes: AlignedBuffer(codes), rowStarts: AlignedBuffer(newStarts),
      days: kept(self.days), amounts: kept(amounts), orders: orders.map { kept($0) })
  }
}
