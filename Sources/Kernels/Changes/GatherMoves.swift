/// Rows of the moved pairs that both sides have; `noRow` on both sides of the others.
///
/// `moved` holds numbers of pairs; the outputs are as long.
package func gatherPairRows(
  _ moved: UnsafeBufferPointer<UInt32>, beforeRows: UnsafeBufferPointer<UInt32>,
  afterRows: UnsafeBufferPointer<UInt32>, intoBefore before: UnsafeMutableBufferPointer<UInt32>,
  after: UnsafeMutableBufferPointer<UInt32>
) {
  precondition(before.count == moved.count && after.count == moved.count)
  for k in moved.indices {
    let (i, j) = (beforeRows[Int(moved[k])], afterRows[Int(moved[k])])
    let isInBoth = i != noRow && j != noRow
    before[k] = isInBoth ? i : noRow
    after[k] = isInBoth ? j : noRow
  }
}

/// Values at rows as keys, `offset` added; 0 where there is no row. Keys are as many as rows.
package func gatherKeys(
  _ values: UnsafeBufferPointer<Int32>, rows: UnsafeBufferPointer<UInt32>, adding offset: Int64,
  into keys: UnsafeMutableBufferPointer<Int64>
) {
  precondition(keys.count == rows.count)
  for k in rows.indices {
    keys[k] = rows[k] == noRow ? 0 : Int64(values[Int(rows[k])]) &+ offset
  }
}

/// As for 32-bit integers.
package func gatherKeys(
  _ values: UnsafeBufferPointer<Int64>, rows: UnsafeBufferPointer<UInt32>,
  into keys: UnsafeMutableBufferPointer<Int64>
) {
  precondition(keys.count == rows.count)
  for k in rows.indices { keys[k] = rows[k] == noRow ? 0 : values[Int(rows[k])] }
}

/// Mean amounts at rows; 0 where there is no row or no order.
package func gatherMeanKeys(
  _ totals: UnsafeBufferPointer<Int64>, orders: UnsafeBufferPointer<Int32>,
  rows: UnsafeBufferPointer<UInt32>, into keys: UnsafeMutableBufferPointer<Int64>
) {
  precondition(keys.count == rows.count && totals.count == orders.count)
  for k in rows.indices {
    keys[k] = 0
    if rows[k] == noRow { continue }
    let row = Int(rows[k])
    keys[k] = meanAmount(totals[row], orders: Int64(orders[row]))
  }
}

/// Scores at rows; 0 where there is no row, or where the row's validity bit is 0.
package func gatherScores(
  _ scores: UnsafeBufferPointer<UInt8>, validity: UnsafeBufferPointer<UInt64>?,
  rows: UnsafeBufferPointer<UInt32>, into gathered: UnsafeMutableBufferPointer<UInt8>
) {
  precondition(gathered.count == rows.count)
  for k in rows.indices {
    if rows[k] == noRow {
      gathered[k] = 0
      continue
    }
    let row = Int(rows[k])
    let isValid = validity.map { $0[row >> 6] &>> UInt64(row & 63) & 1 != 0 } ?? true
    gathered[k] = isValid ? scores[row] : 0
  }
}

/// 1 + the number of thresholds below each key; 0 where there is no row or its count is 0.
package func scoreKeys(
  _ keys: UnsafeBufferPointer<Int64>, thresholds: [Int64], counts: UnsafeBufferPointer<Int32>,
  rows: UnsafeBufferPointer<UInt32>, into scores: UnsafeMutableBufferPointer<UInt8>
) {
  precondition(keys.count == rows.count && scores.count == rows.count && thresholds.count < 255)
  for k in rows.indices {
    scores[k] = 0
    guard rows[k] != noRow, counts[Int(rows[k])] != 0 else { continue }
    var score: UInt8 = 1
    for threshold in thresholds { score &+= keys[k] > threshold ? 1 : 0 }
    scores[k] = score
  }
}

/// Sets `bit` where the keys of a pair differ.
package func markChanges(
  _ before: UnsafeBufferPointer<Int64>, _ after: UnsafeBufferPointer<Int64>, bit: UInt64,
  into masks: UnsafeMutableBufferPointer<UInt64>
) {
  precondition(before.count == masks.count && after.count == masks.count)
  for k in masks.indices { masks[k] |= before[k] == after[k] ? 0 : bit }
}
