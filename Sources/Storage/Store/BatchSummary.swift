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

  private struct Part {
    var firstDay = Int32.max
    var lastDay = Int32.min
    /// total = high · 2³² + low; at most 2³² rows, so neither half overflows.
    var low: UInt64 = 0
    var high: Int64 = 0

    mutating func add(_ other: Part) {
      firstDay = min(firstDay, other.firstDay)
      lastDay = max(lastDay, other.lastDay)
      low &+= other.low
      high &+= other.high
    }
  }

  init(_ table: TransactionTable, _ folder: String) throws(StorageError) {
    let whole = Mutex(Part())
    Parallel.forEachChunk(of: table.rowCount) { _, rows in
      var part = Part()
      let days = IntegerBounds.find(in: UnsafeBufferPointer(rebasing: table.days.pointer[rows]))
      (part.firstDay, part.lastDay) = (days.minimum, days.maximum)
      for amount in UnsafeBufferPointer(rebasing: table.amounts.pointer[rows]) {
        part.low &+= UInt64(truncatingIfNeeded: amount) & 0xFFFF_FFFF
        part.high &+= amount >> 32
      }
      // Integers: the order in which parts come together does not matter.
      whole.withLock { [part] in $0.add(part) }
    }
    let sum = whole.withLock { $0 }
    firstDay = table.rowCount == 0 ? 0 : sum.firstDay
    lastDay = table.rowCount == 0 ? 0 : sum.lastDay
    guard let top = Int32(exactly: sum.high &+ Int64(sum.low >> 32)) else {
      throw StorageError(
        .limit, path: folder, found: "amounts whose sum is past 64 bits",
        expected: "a sum of at most \(Money.text(.max))", advice: "check the amounts")
    }
    total = Int64(top) << 32 | Int64(sum.low & 0xFFFF_FFFF)
  }
}
