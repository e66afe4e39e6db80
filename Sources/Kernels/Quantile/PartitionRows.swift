import Synchronization

/// The key of a row that belongs to no group.
package let keyOfNoGroup = UInt32.max

/// Adds the number of rows of each key to `counts`; rows with `keyOfNoGroup` are left out.
package func countKeys(
  _ keys: UnsafeBufferPointer<UInt32>, into counts: UnsafeMutableBufferPointer<UInt32>
) {
  for key in keys where key != keyOfNoGroup { counts[Int(key)] &+= 1 }
}

/// Writes row numbers, `firstRow` for the first key, to the places that `cursors` holds for their keys, and
/// moves the cursors on: rows of a key stay in order.
package func scatterRows(
  _ keys: UnsafeBufferPointer<UInt32>, firstRow: Int,
  cursors: UnsafeMutableBufferPointer<UInt32>, into rows: UnsafeMutableBufferPointer<UInt32>
) {
  var row = UInt32(truncatingIfNeeded: firstRow)
  for key in keys {
    if key != keyOfNoGroup {
      rows[Int(cursors[Int(key)])] = row
      cursors[Int(key)] &+= 1
    }
    row &+= 1
  }
}

/// Copies `values[rows[i]]` to `output[i]`.
package func gatherRows(
  _ values: UnsafeBufferPointer<Int32>, rows: UnsafeBufferPointer<UInt32>,
  into output: UnsafeMutableBufferPointer<Int32>
) {
  precondition(output.count == rows.count)
  for i in rows.indices { output[i] = values[Int(rows[i])] }
}

/// Copies `values[rows[i]]` to `output[i]`.
package func gatherRows(
  _ values: UnsafeBufferPointer<Int64>, rows: UnsafeBufferPointer<UInt32>,
  into output: UnsafeMutableBufferPointer<Int64>
) {
  precondition(output.count == rows.count)
  for i in rows.indices { output[i] = values[Int(rows[i])] }
}

/// Copies `values[i]` to `output[rows[i]]`; no row stands twice.
package func scatterBytes(
  _ values: UnsafeBufferPointer<UInt8>, rows: UnsafeBufferPointer<UInt32>,
  into output: UnsafeMutableBufferPointer<UInt8>
) {
  precondition(values.count == rows.count)
  for i in rows.indices { output[Int(rows[i])] = values[i] }
}

/// Whether any value is 0.
package func containsZero(_ values: UnsafeBufferPointer<Int32>) -> Bool {
  var found: Int32 = 0
  for value in values { found |= value == 0 ? 1 : 0 }
  return found != 0
}

/// The same of many values, on all cores.
package func containsZeroInParallel(_ values: UnsafeBufferPointer<Int32>) -> Bool {
  let found = Atomic(false)
  // SAFETY: only read.
  nonisolated(unsafe) let values = values
  Parallel.forEachChunk(of: values.count) { _, rows in
    if found.load(ordering: .relaxed) { return }
    if containsZero(UnsafeBufferPointer(rebasing: values[rows])) {
      found.store(true, ordering: .relaxed)
    }
  }
  return found.load(ordering: .relaxed)
}
