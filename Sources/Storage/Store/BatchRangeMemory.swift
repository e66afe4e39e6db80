import Columns
package import Kernels

/// The rows of a range of customers in one batch.
package struct BatchRangeRows {
  /// Number of the batch among those that were read.
  package let batch: Int
  /// Only customers of the range; valid until the memory that they are in is used again.
  package let runs: TransactionRuns
  /// Where they stand in the batch.
  package let rows: Range<Int>
}

/// Memory of one worker for the rows of one range of customers after the other.
package final class BatchRangeMemory {
  private let codes = Scratch()
  private let starts = Scratch()
  private let days = Scratch()
  private let amounts = Scratch()
  private let orders = Scratch()
  /// One block, and another.
  private let block = Scratch()
  private let countBlock = Scratch()

  package init() {}

  /// Reads the rows of the customers with these codes, batch by batch; batches without any are left out.
  ///
  /// - Parameters:
  ///   - rowLimit: rows past which nothing is read, and the answer is nil.
  ///   - wantsOrders: whether order ids are read where there are any.
  package func read(
    _ batches: [StoredBatch], codes range: Range<Int>, rowLimit: Int = .max,
    wantsOrders: Bool = true
  ) throws(StorageError) -> [BatchRangeRows]? {
    var parts: [Part] = []
    var customerLimit = 0
    for (number, batch) in batches.enumerated() {
      let blocks = batch.blocks(of: range)
      if blocks.isEmpty { continue }
      parts.append(Part(batch: number, blocks: blocks, firstCustomer: customerLimit))
      customerLimit += blocks.count * StorageLimits.blockRowCount
    }
    // Only what is written to is ever backed by memory.
    let codes = codes.reserve(4 * max(1, customerLimit)).bindMemory(to: UInt32.self)
    let starts = starts.reserve(4 * (customerLimit + parts.count + 1)).bindMemory(to: UInt32.self)
    var rowCount = 0
    var orderCount = 0
    for i in parts.indices {
      let batch = batches[parts[i].batch]
      try readCustomers(
        &parts[i], batch, range, codes.baseAddress! + parts[i].firstCustomer,
        starts.baseAddress! + parts[i].firstCustomer + i)
      rowCount += parts[i].rows.count
      if wantsOrders && batch.hasOrders { orderCount += parts[i].rows.count }
      if rowCount > rowLimit { return nil }
    }
    let days = days.reserve(4 * max(1, rowCount)).bindMemory(to: Int32.self)
    let amounts = amounts.reserve(8 * max(1, rowCount)).bindMemory(to: Int64.self)
    let orders = orders.reserve(8 * max(1, orderCount)).bindMemory(to: UInt64.self)
    var found: [BatchRangeRows] = []
    var (row, orderRow) = (0, 0)
    for (i, part) in parts.enumerated() where part.customerCount > 0 {
      let batch = batches[part.batch]
      let place = row..<row + part.rows.count
      typealias Name = DirectoryPlan.BatchColumn
      try batch.open(Name.day, .day).decode(
        rows: part.rows, into: days.baseAddress! + row, beside: block)
      try batch.open(Name.amount, .money).decode(
        rows: part.rows, into: amounts.baseAddress! + row, beside: block)
      row = place.upperBound
      var ownOrders: UnsafeBufferPointer<UInt64>?
      if wantsOrders && batch.hasOrders {
        let start = orders.baseAddress! + orderRow
        try batch.open(Name.order, .int64).decode(rows: part.rows, into: start, beside: block)
        ownOrders = UnsafeBufferPointer(start: start, count: part.rows.count)
        orderRow += part.rows.count
      }
      let first = part.firstCustomer
      let runs = TransactionRuns(
        codes: UnsafeBufferPointer(rebasing: codes[first..<first + part.customerCount]),
        starts: UnsafeBufferPointer(
          rebasing: starts[first + i..<first + i + part.customerCount + 1]),
        days: UnsafeBufferPointer(rebasing: days[place]),
        amounts: UnsafeBufferPointer(rebasing: amounts[place]), orders: ownOrders)
      found.append(BatchRangeRows(batch: part.batch, runs: runs, rows: part.rows))
    }
    return found
  }

  private struct Part {
    let batch: Int
    let blocks: Range<Int>
    /// Place of its customers among those of all batches.
    let firstCustomer: Int
    var customerCount = 0
    var rows = 0..<0
  }

  /// Appends the codes that are in the range, and the first rows of their customers counted from the first.
  private func readCustomers(
    _ part: inout Part, _ batch: StoredBatch, _ range: Range<Int>,
    _ codes: UnsafeMutablePointer<UInt32>, _ starts: UnsafeMutablePointer<UInt32>
  ) throws(StorageError) {
    let customers = try batch.open(DirectoryPlan.BatchColumn.customer, .uint32)
    let counts = try batch.open(DirectoryPlan.BatchColumn.count, .uint32)
    var sum = 0
    var firstRow = 0
    var previous = -1
    for number in part.blocks {
      let all = customers.header.rows(ofBlock: number)
      let own = block.reserve(4 * all.count).bindMemory(to: UInt32.self)
      let rowCounts = countBlock.reserve(4 * all.count).bindMemory(to: UInt32.self)
      try customers.decode(block: number, into: own.baseAddress!)
      try counts.decode(block: number, into: rowCounts.baseAddress!)
      var before = 0
      var total = 0
      for i in own.indices {
        let code = Int(own[i])
        guard code > previous, rowCounts[i] > 0 else {
          throw .damaged(
            customers.path, block: number, found: "codes or numbers of rows out of order",
            expected: "rising codes, each with rows")
        }
        previous = code
        if code < range.lowerBound {
          before += Int(rowCounts[i])
        } else if code < range.upperBound {
          codes[part.customerCount] = own[i]
          starts[part.customerCount] = UInt32(truncatingIfNeeded: sum)
          part.customerCount += 1
          sum += Int(rowCounts[i])
        }
        total += Int(rowCounts[i])
      }
      let rows = batch.blocks[number].rows
      guard total == rows.count, previous == batch.blocks[number].codes.upperBound else {
        throw .damaged(
          counts.path, block: number, found: "customers of \(total) rows up to code \(previous)",
          expected: "\(rows.count) up to \(batch.blocks[number].codes.upperBound)")
      }
      // Later blocks have no codes below the range.
      if number == part.blocks.lowerBound { firstRow = rows.lowerBound + before }
    }
    starts[part.customerCount] = UInt32(truncatingIfNeeded: sum)
    part.rows = firstRow..<firstRow + sum
  }
}

extension StoredBatch {
  /// The blocks of customers that may have codes of a range.
  func blocks(of codes: Range<Int>) -> Range<Int> {
    func place(_ isBefore: (CustomerBlock) -> Bool) -> Int {
      var (low, high) = (0, blocks.count)
      while low < high {
        let middle = (low + high) / 2
        if isBefore(blocks[middle]) { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let first = place { $0.codes.upperBound < codes.lowerBound }
    return first..<max(first, place { $0.codes.lowerBound < codes.upperBound })
  }
}
