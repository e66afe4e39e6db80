package import Columns
import Kernels

extension TransactionTable {
  /// Customers that one task cuts.
  private static let stretchCount = 16_384

  /// The rows up to and including `day`: of each customer the first so many, for days rise.
  package func truncated(after day: Int32) -> TransactionTable {
    let kept = keptRowCounts(upTo: day)
    var codes: [UInt32] = []
    var newStarts: [UInt32] = [0]
    codes.reserveCapacity(customerCount)
    newStarts.reserveCapacity(customerCount + 1)
    // First new row of every customer, those without rows included.
    var places: [UInt32] = []
    places.reserveCapacity(customerCount)
    var count: UInt32 = 0
    for k in 0..<customerCount {
      places.append(count)
      if kept[k] == 0 { continue }
      count += kept[k]
      codes.append(customerCodes[k])
      newStarts.append(count)
    }
    // A day at the end of the log cuts nothing: the columns are shared.
    if Int(count) == rowCount { return self }
    let rows = KeptRows(
      starts: rowStarts, counts: kept, places: places, rowCount: Int(count),
      stretchCount: TransactionTable.stretchCount)
    return TransactionTable(
      customerCodes: AlignedBuffer(codes), rowStarts: AlignedBuffer(newStarts),
      days: rows.of(days), amounts: rows.of(amounts), orders: orders.map { rows.of($0) })
  }

  private func keptRowCounts(upTo day: Int32) -> [UInt32] {
    let count = customerCount
    return [UInt32](unsafeUninitializedCapacity: count) { counts, initialized in
      // SAFETY: a task writes the customers of its own stretch only.
      nonisolated(unsafe) let counts = counts
      Parallel.perform((count + TransactionTable.stretchCount - 1) / TransactionTable.stretchCount)
      {
        task in
        let (days, starts) = (self.days.span, rowStarts.span)
        let first = task * TransactionTable.stretchCount
        for k in first..<min(first + TransactionTable.stretchCount, count) {
          var end = Int(starts[k + 1])
          while end > Int(starts[k]) && days[end - 1] > day { end -= 1 }
          counts[k] = UInt32(end) - starts[k]
        }
      }
      initialized = count
    }
  }
}

/// Which rows of each customer are kept, and where they go.
private struct KeptRows {
  let starts: AlignedBuffer<UInt32>
  let counts: [UInt32]
  let places: [UInt32]
  let rowCount: Int
  let stretchCount: Int

  func of<Element>(_ column: AlignedBuffer<Element>) -> AlignedBuffer<Element> {
    AlignedBuffer<Element>(count: rowCount) { target in
      // SAFETY: a task writes the rows of the customers of its own stretch only.
      nonisolated(unsafe) let target = target
      Parallel.perform((counts.count + stretchCount - 1) / stretchCount) { task in
        withExtendedLifetime(column) {
          let (source, starts) = (column.pointer, starts.span)
          for k in task * stretchCount..<min((task + 1) * stretchCount, counts.count) {
            let (start, place) = (Int(starts[k]), Int(places[k]))
            for row in 0..<Int(counts[k]) { target[place + row] = source[start + row] }
          }
        }
      }
    }
  }
}
