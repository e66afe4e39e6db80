package import Kernels

/// Everybody's transactions, brought by ranges of customers: they need never be in memory all at once.
package protocol TransactionSource: Sendable {
  /// Whether rows have order ids.
  var hasOrders: Bool { get }

  /// Calls `body` for ranges of codes that together are all codes, each once, several at the same time.
  ///
  /// What `body` makes of a customer must depend on that customer alone: where ranges end is up to the memory
  /// there is. The rows are those of the range's customers, batch by batch, perhaps with rows of others; they are
  /// valid inside the call. Throws what reading throws, of the lowest codes first.
  ///
  /// - Parameter codes: rising; ranges without any of them may be left out, and rows of other customers. Nil for
  ///   everybody.
  func forEachRange(
    holding codes: [UInt32]?, _ body: (_ codes: Range<Int>, _ rows: [TransactionRuns]) -> Void
  ) throws
}

extension TransactionSource {
  package func forEachRange(
    _ body: (_ codes: Range<Int>, _ rows: [TransactionRuns]) -> Void
  ) throws {
    try forEachRange(holding: nil, body)
  }
}

/// Transactions that are in memory: ranges are short runs of codes.
package struct TransactionTables: TransactionSource {
  /// Codes of a range: few enough that small bases are work for several threads.
  package static let rangeCount = 8_192

  package let tables: [TransactionTable]
  package let customerCount: Int

  package init(_ tables: [TransactionTable], customerCount: Int) {
    self.tables = tables
    self.customerCount = customerCount
  }

  package var hasOrders: Bool { tables.contains { $0.orders != nil } }

  /// The ranges that so many customers make.
  package static func ranges(of customerCount: Int) -> [Range<Int>] {
    stride(from: 0, to: customerCount, by: rangeCount).map {
      $0..<min($0 + rangeCount, customerCount)
    }
  }

  package func forEachRange(
    holding codes: [UInt32]?, _ body: (_ codes: Range<Int>, _ rows: [TransactionRuns]) -> Void
  ) {
    let rows = tables.map(\.runs)
    withExtendedLifetime(tables) {
      let ranges = TransactionTables.ranges(of: customerCount)
      Parallel.perform(ranges.count) { task in
        if let codes, codes.places(of: ranges[task]).isEmpty { return }
        body(ranges[task], rows)
      }
    }
  }
}

extension TransactionTable {
  /// The table as kernels see it; valid while the table is held.
  package var runs: TransactionRuns {
    TransactionRuns(
      codes: customerCodes.pointer, starts: rowStarts.pointer, days: days.pointer,
      amounts: amounts.pointer, orders: orders?.pointer)
  }
}

extension RandomAccessCollection where Element == UInt32, Index == Int {
  /// The places of the values of a range among these, which rise.
  package func places(of range: Range<Int>) -> Range<Int> {
    func place(_ bound: Int) -> Int {
      var (low, high) = (startIndex, endIndex)
      while low < high {
        let middle = (low + high) / 2
        if Int(self[middle]) < bound { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let first = place(range.lowerBound)
    return first..<Swift.max(first, place(range.upperBound))
  }
}
