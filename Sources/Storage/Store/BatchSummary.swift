import Columns
import Kernels
import Synchronization

/// What batch.json and the manifest say of a batch's rows; computed in one parallel pass.
struct BatchSummary {
  /// Days since 1970-01-01; both 0 when there are no rows.
  let firstDay: Int32
  let lastDay: Int32
  /// The exact sum of the amounts.
  let total: Int64

  init(_ table: TransactionTable, _ folder: String) throws(StorageError) {
    let sums = BatchSums()
    Parallel.forEachChunk(of: table.rowCount) { _, rows in
      sums.add(
        days: UnsafeBufferPointer(rebasing: table.days.pointer[rows]),
        amounts: UnsafeBufferPointer(rebasing: table.amounts.pointer[rows]))
    }
    try self.init(sums, rowCount: table.rowCount, folder)
  }

  /// Of all rows of a batch, added up.
  init(_ sums: BatchSums, rowCount: Int, _ folder: String) throws(StorageError) {
    let sum = sums.total
    firstDay = rowCount == 0 ? 0 : sum.firstDay
    lastDay = rowCount == 0 ? 0 : sum.lastDay
    guard let top = Int32(exactly: sum.high &+ Int64(sum.low >> 32)) else {
      throw StorageError(
        .limit, path: folder, found: "amounts whose sum is past 64 bits",
        expected: "a sum of at most \(Money.text(.max))", advice: "check the amounts")
    }
    total = Int64(top) << 32 | Int64(sum.low & 0xFFFF_FFFF)
  }
}

/// Days and amounts of a batch added up, chunk by chunk, from any thread: integers, so that the order does not
/// matter.
final class BatchSums: Sendable {
  struct Total {
    var firstDay = Int32.max
    var lastDay = Int32.min
    /// total = high · 2³² + low; at most 2³² rows, so neither half overflows.
    var low: UInt64 = 0
    var high: Int64 = 0
  }
  private let whole = Mutex(Total())

  var total: Total { whole.withLock { $0 } }

  func add(days: UnsafeBufferPointer<Int32>, amounts: UnsafeBufferPointer<Int64>) {
    var low: UInt64 = 0
    var high: Int64 = 0
    let bounds = IntegerBounds.find(in: days)
    for amount in amounts {
      low &+= UInt64(truncatingIfNeeded: amount) & 0xFFFF_FFFF
      high &+= amount >> 32
    }
    whole.withLock { [low, high] in
      $0.firstDay = min($0.firstDay, bounds.minimum)
      $0.lastDay = max($0.lastDay, bounds.maximum)
      $0.low &+= low
      $0.high &+= high
    }
  }
}
