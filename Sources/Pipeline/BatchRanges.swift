import Aggregation
import Columns
import Kernels
import Storage
import Synchronization

/// The rows of batches, read by ranges of customers, as many at a time as memory allows.
///
/// Each batch is sorted by customer, so that a range of codes is a run of its blocks. A range is read, used and
/// forgotten by one thread, in memory that the thread's next range uses again. What does not fit is read again:
/// a block with customers of two ranges is decoded twice, so that ranges are long where there is memory.
struct BatchRanges: TransactionSource {
  enum Batch: Sendable {
    case stored(StoredBatch)
    case table(TransactionTable)
  }

  /// One batch's rows of a range.
  struct Rows {
    let runs: TransactionRuns
    /// The kept column that was asked for, where the batch has it; the runs' row r is `firstRow + r` of it.
    let extra: (column: Column, firstRow: Int)?
  }

  /// In the order in which they came.
  let batches: [Batch]
  let customerCount: Int
  /// Codes of each range; a range of more rows than expected is divided when it is read.
  private let ranges: [Range<Int>]
  private let rowLimit: Int

  /// Rows of a range where memory allows: enough that few blocks are decoded twice, few enough that two threads
  /// take no more than 50 MB.
  static let preferredRowCount = 16 * StorageLimits.blockRowCount

  /// - Parameters:
  ///   - limit: bytes that the rows of all threads together should take at most.
  ///   - leastRowCount: rows that a range may have whatever the limit: a block, unless in a test.
  init(
    _ batches: [Batch], customerCount: Int, limit: Int,
    leastRowCount: Int = StorageLimits.blockRowCount
  ) throws(AggregationError) {
    self.batches = batches
    self.customerCount = customerCount
    for (number, batch) in batches.enumerated() {
      let last: Int? =
        switch batch {
        case .stored(let stored): stored.blocks.last?.codes.upperBound
        case .table(let table): table.customerCodes.pointer.last.map { Int($0) }
        }
      if let last, last >= customerCount { throw .malformedBatch(batch: number, customer: -1) }
    }
    let stored = batches.compactMap(\.stored)
    let rowCount = stored.reduce(0) { $0 + $1.rowCount }
    // Day, amount and order id, and code and first row of a customer who may have this row alone.
    let rowByteCount = stored.contains(where: \.hasOrders) ? 28 : 20
    let allowed = limit / Parallel.threadCount / rowByteCount
    let wanted = max(
      BatchRanges.preferredRowCount, 2 * stored.count * StorageLimits.blockRowCount)
    // Eight ranges at least, so that threads have much the same to do.
    let rangeRowCount = max(leastRowCount, min(allowed, wanted, rowCount / 8))
    rowLimit = 2 * rangeRowCount
    ranges = BatchRanges.ranges(stored, customerCount, rangeRowCount)
  }

  var hasOrders: Bool {
    batches.contains { batch in
      switch batch {
      case .stored(let stored): stored.hasOrders
      case .table(let table): table.orders != nil
      }
    }
  }

  /// Names of the kept columns of all batches.
  var extraNames: Set<String> {
    Set(
      batches.flatMap { batch in
        switch batch {
        case .stored(let stored): stored.extraNames
        case .table(let table): table.extras.map(\.name)
        }
      })
  }

  func forEachRange(
    holding codes: [UInt32]?, _ body: (_ codes: Range<Int>, _ rows: [TransactionRuns]) -> Void
  ) throws {
    try forEachRange(holding: codes, wantsOrders: true, extra: nil) { codes, rows in
      body(codes, rows.map(\.runs))
    }
  }

  /// As `forEachRange(holding:_:)`, with a kept column.
  func forEachRange(
    holding codes: [UInt32]?, wantsOrders: Bool, extra: String?,
    _ body: (_ codes: Range<Int>, _ rows: [Rows]) -> Void
  ) throws {
    let stored = batches.compactMap(\.stored)
    let readers = (0..<Parallel.threadCount).map { _ in
      RangeReader(
        batches: batches, stored: stored, rowLimit: rowLimit, wantsOrders: wantsOrders,
        extra: extra)
    }
    let first = Mutex<(code: Int, error: any Error)?>(nil)
    // SAFETY: each worker has its own reader.
    nonisolated(unsafe) let own = readers
    Parallel.perform(ranges.count) { worker, task in
      var range = ranges[task]
      if let codes {
        let places = codes.places(of: range)
        if places.isEmpty { return }
        range = Int(codes[places.lowerBound])..<Int(codes[places.upperBound - 1]) + 1
      }
      if first.withLock({ $0.map { $0.code < range.lowerBound } ?? false }) { return }
      do {
        try own[worker].read(range, body)
      } catch {
        first.withLock {
          if $0 == nil || range.lowerBound < $0!.code { $0 = (range.lowerBound, error) }
        }
      }
    }
    if let error = first.withLock({ $0?.error }) { throw error }
  }

  /// Ranges of codes that hold about so many rows each, by the blocks of customers: a block's rows are taken to
  /// be spread evenly between its least and its greatest code.
  private static func ranges(
    _ batches: [StoredBatch], _ customerCount: Int, _ rangeRowCount: Int
  ) -> [Range<Int>] {
    if batches.isEmpty { return TransactionTables.ranges(of: customerCount) }
    let width = max(1, (customerCount + cellCount - 1) / cellCount)
    var changes = [Double](repeating: 0, count: customerCount / width + 2)
    for batch in batches {
      for block in batch.blocks {
        let cells = block.codes.lowerBound / width...block.codes.upperBound / width
        let share = Double(block.rows.count) / Double(cells.count)
        changes[cells.lowerBound] += share
        changes[cells.upperBound + 1] -= share
      }
    }
    var ranges: [Range<Int>] = []
    var (start, rows, rate) = (0, 0.0, 0.0)
    for cell in 0...customerCount / width {
      rate += changes[cell]
      let code = cell * width
      if code > start, rows + rate > Double(rangeRowCount) {
        ranges.append(start..<code)
        (start, rows) = (code, 0)
      }
      rows += rate
    }
    if start < customerCount { ranges.append(start..<customerCount) }
    return ranges
  }

  private static let cellCount = 1 << 16
}

extension BatchRanges.Batch {
  fileprivate var stored: StoredBatch? {
    if case .stored(let stored) = self { stored } else { nil }
  }
}

/// Reads one range after the other, in memory of its own.
private final class RangeReader {
  private let batches: [BatchRanges.Batch]
  private let stored: [StoredBatch]
  private let rowLimit: Int
  private let wantsOrders: Bool
  private let extra: String?
  private let memory = BatchRangeMemory()

  init(
    batches: [BatchRanges.Batch], stored: [StoredBatch], rowLimit: Int, wantsOrders: Bool,
    extra: String?
  ) {
    self.batches = batches
    self.stored = stored
    self.rowLimit = rowLimit
    self.wantsOrders = wantsOrders
    self.extra = extra
  }

  /// Divides a range that turns out to have more rows than it should; a customer's are never divided.
  func read(
    _ codes: Range<Int>, _ body: (Range<Int>, [BatchRanges.Rows]) -> Void
  ) throws {
    let limit = codes.count > 1 ? rowLimit : .max
    guard
      let found = try memory.read(stored, codes: codes, rowLimit: limit, wantsOrders: wantsOrders)
    else {
      let middle = codes.lowerBound + codes.count / 2
      try read(codes.lowerBound..<middle, body)
      try read(middle..<codes.upperBound, body)
      return
    }
    var rows: [BatchRanges.Rows] = []
    var (number, next) = (0, 0)
    for batch in batches {
      switch batch {
      case .table(let table):
        let column = extra.flatMap { name in table.extras.first { $0.name == name } }
        rows.append(BatchRanges.Rows(runs: table.runs, extra: column.map { ($0, 0) }))
      case .stored(let stored):
        if next < found.count, found[next].batch == number {
          rows.append(try self.rows(found[next], of: stored))
          next += 1
        }
        number += 1
      }
    }
    withExtendedLifetime(batches) { body(codes, rows) }
  }

  private func rows(
    _ found: BatchRangeRows, of batch: StoredBatch
  ) throws -> BatchRanges.Rows {
    guard let extra, batch.extraNames.contains(extra) else {
      return BatchRanges.Rows(runs: found.runs, extra: nil)
    }
    let (column, firstRow) = try batch.extra(extra, rows: found.rows)
    return BatchRanges.Rows(
      runs: found.runs, extra: (column, found.rows.lowerBound - firstRow))
  }
}
