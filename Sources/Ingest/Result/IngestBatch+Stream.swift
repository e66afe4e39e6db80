package import Columns
import Kernels
import Synchronization

extension IngestBatch {
  /// Whether codes are in id order, as they are in a store's first batch: `stream` then costs no more than `table`.
  /// Otherwise it puts the rows in order in a temporary file.
  package var isInCodeOrder: Bool { codes == nil }

  /// Brings all rows in windows of memory that are used again and again: part by part as soon as a part is
  /// sorted, and in whole blocks as soon as a block is complete.
  ///
  /// - Parameters:
  ///   - windowRowCount: rows sorted between two windows, about; a part is never divided.
  ///   - blockRowCount: every window but the last has a whole number of them.
  ///   - part: called from any thread, once a part, while its rows are warm.
  ///   - blocks: prepares tasks for a window's rows, in order; the tasks run while the next window is sorted,
  ///     and end before `blocks` is called again. `check` then throws what went wrong in them.
  /// - Returns: the customers, as in `TransactionTable`.
  package func stream(
    windowRowCount: Int, blockRowCount: Int, part: (IngestPartRows) -> Void,
    blocks: (IngestWindow) throws -> IngestWindowTasks
  ) throws -> (customerCodes: AlignedBuffer<UInt32>, rowStarts: AlignedBuffer<UInt32>) {
    take(parts.indices)
    let source: any SortedParts =
      if let codes {
        try CodeBuckets(
          partitions, filled, codes: codes, extras: extras, rowCount: rowCount,
          wantedRowCount: windowRowCount)
      } else {
        PartitionParts(partitions, filled, parts, extras: extras)
      }
    let parts = source.parts
    let groups = IngestBatch.groups(of: parts, windowRowCount: windowRowCount)
    let capacity = blockRowCount + (groups.map { parts.rows(of: $0).count }.max() ?? 0)
    let columns = TableColumns(
      customerCount: customerCount, rowCount: rowCount, layout: partitions.layout,
      storedRowCount: capacity)
    var window = columns.rows
    var other = RowColumns(rowCount: groups.count > 1 ? capacity : 0, layout: partitions.layout)
    var carried = 0..<0
    var pending = IngestWindowTasks.none
    for group in groups {
      window.copyRows(from: other, at: carried.lowerBound, to: 0, count: carried.count)
      let rows = parts.rows(of: group)
      let firstRow = rows.lowerBound - carried.count
      try sort(source, group, columns, into: window, from: firstRow, part, beside: pending)
      let count = carried.count + rows.count
      let complete = rows.upperBound == rowCount ? count : count - count % blockRowCount
      pending = .none
      if complete > 0 {
        pending = try blocks(
          IngestWindow(columns: window, firstRow: firstRow, count: complete, extras: extras))
      }
      carried = complete..<count
      swap(&window, &other)
    }
    Parallel.perform(pending.count) { pending.run($0) }
    try pending.check()
    return (columns.customerCodeBuffer, columns.rowStartBuffer)
  }

  /// Sorts some parts into a window whose first row is `firstRow`, while the tasks of the window before run.
  private func sort(
    _ source: any SortedParts, _ group: Range<Int>, _ columns: TableColumns,
    into window: RowColumns, from firstRow: Int, _ body: (IngestPartRows) -> Void,
    beside pending: IngestWindowTasks
  ) throws {
    let failure = Mutex<IngestError?>(nil)
    // SAFETY: each task of the loop has its own part, and rows and customers of that one alone.
    nonisolated(unsafe) let source = source
    Parallel.perform(group.count + pending.count) { task in
      if task >= group.count {
        pending.run(task - group.count)
        return
      }
      let index = group.lowerBound + task
      let part = source.parts[index]
      let place = part.rows.lowerBound - firstRow
      partitions.scratches.lend { scratch in
        let starts = scratch.starts(part.customers.count)
        let codes = columns.customerCodes + part.customers.lowerBound
        do throws(IngestError) {
          try source.fill(index, window, at: place, starts: starts, codes: codes, scratch)
        } catch {
          failure.withLock { $0 = $0 ?? error }
          return
        }
        for (k, customer) in part.customers.enumerated() {
          columns.rowStarts[customer] = UInt32(part.rows.lowerBound) + starts[k]
        }
        body(
          IngestPartRows(
            part: part, codes: UnsafePointer(codes), starts: UnsafePointer(starts),
            days: UnsafePointer(window.days) + place,
            amounts: UnsafePointer(window.amounts) + place,
            orders: window.orders.map { UnsafePointer($0) + place }))
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    try pending.check()
  }

  /// Ranges of parts of at most about so many rows.
  private static func groups(of parts: [IngestPart], windowRowCount: Int) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var first = 0
    for part in parts.indices {
      let isLast = part + 1 == parts.count
      if isLast || parts.rows(of: first..<part + 2).count > windowRowCount {
        groups.append(first..<part + 1)
        first = part + 1
      }
    }
    return groups
  }
}

extension [IngestPart] {
  fileprivate func rows(of group: Range<Int>) -> Range<Int> {
    self[group.lowerBound].rows.lowerBound..<self[group.upperBound - 1].rows.upperBound
  }
}

/// The sorted rows of a part, in memory that is theirs during the call that brings them.
package struct IngestPartRows {
  package let part: IngestPart
  /// Of each customer of the part.
  package let codes: UnsafePointer<UInt32>
  /// First row of each customer, counted from the part's first, and the number of rows.
  package let starts: UnsafePointer<UInt32>
  package let days: UnsafePointer<Int32>
  package let amounts: UnsafePointer<Int64>
  package let orders: UnsafePointer<UInt64>?
}

/// Consecutive rows of a batch, in memory that is theirs until the tasks made of them have ended.
package struct IngestWindow {
  let columns: RowColumns
  package let firstRow: Int
  package let count: Int
  let extras: [KeptColumn]

  package var days: UnsafePointer<Int32> { UnsafePointer(columns.days) }
  package var amounts: UnsafePointer<Int64> { UnsafePointer(columns.amounts) }
  package var orders: UnsafePointer<UInt64>? { columns.orders.map { UnsafePointer($0) } }

  /// The kept columns' values.
  package func extraColumns() -> [Column] {
    zip(extras, columns.extraCodes).map { extra, codes in
      extra.column(codes: UnsafeBufferPointer(start: codes, count: count))
    }
  }
}

/// Tasks for the rows of a window.
package struct IngestWindowTasks: Sendable {
  let count: Int
  let run: @Sendable (Int) -> Void
  let check: @Sendable () throws -> Void

  package init(
    count: Int, run: @escaping @Sendable (Int) -> Void,
    check: @escaping @Sendable () throws -> Void
  ) {
    self.count = count
    self.run = run
    self.check = check
  }

  static let none = IngestWindowTasks(count: 0, run: { _ in }, check: {})
}
