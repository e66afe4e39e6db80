import Synchronization

/// Whether no number is below the one before it. On all cores, in vectors.
package func areRising(_ values: UnsafeBufferPointer<UInt32>) -> Bool {
  let falls = Atomic(false)
  // SAFETY: only read.
  nonisolated(unsafe) let values = values
  Parallel.forEachChunk(of: values.count) { _, rows in
    if falls.load(ordering: .relaxed) { return }
    // Each chunk looks at the value before it too.
    let own = max(0, rows.lowerBound - 1)..<rows.upperBound
    if !IntegerBounds.isRising(UnsafeBufferPointer(rebasing: values[own])) {
      falls.store(true, ordering: .relaxed)
    }
  }
  return !falls.load(ordering: .relaxed)
}

/// Writes `first`, `first` + 1, …; on all cores.
package func fillRising(from first: UInt32, into values: UnsafeMutableBufferPointer<UInt32>) {
  // SAFETY: every chunk writes its own rows.
  nonisolated(unsafe) let values = values
  Parallel.forEachChunk(of: values.count) { _, rows in
    for row in rows { values[row] = first &+ UInt32(truncatingIfNeeded: row) }
  }
}

/// Whether the values are 0, 1, 2, …, and the greatest of them; on all cores.
package func compareWithPlaces(
  _ values: UnsafeBufferPointer<UInt32>
) -> (areEqual: Bool, greatest: UInt32) {
  let result = Mutex((areEqual: true, greatest: UInt32(0)))
  // SAFETY: only read.
  nonisolated(unsafe) let values = values
  Parallel.forEachChunk(of: values.count) { _, rows in
    var difference: UInt32 = 0
    var greatest: UInt32 = 0
    for row in rows {
      difference |= values[row] ^ UInt32(truncatingIfNeeded: row)
      greatest = max(greatest, values[row])
    }
    let found = (difference == 0, greatest)
    result.withLock {
      $0 = ($0.areEqual && found.0, max($0.greatest, found.1))
    }
  }
  return result.withLock { $0 }
}
