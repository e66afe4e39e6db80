package import Columns
import Kernels

/// Which customers of a snapshot have to be sent again.
package enum ChangedRows {
  /// Rows of `after` whose value in any of the columns differs from the one in `before`, and those whom `before`
  /// has not. A column that `before` has not, or has with another type, counts as changed for everybody.
  package static func selection(
    before: SnapshotSide, after: SnapshotSide, columns names: [String]
  ) throws(ChangesError) -> Bitmap {
    let pairs = try CustomerPairs(before, after)
    var readers: [(before: ChangeKeys.Reader, after: ChangeKeys.Reader)] = []
    var isAnyNew = false
    for name in names {
      guard let new = after.frame[name] else { throw after.missing(name) }
      if let old = before.frame[name], old.type == new.type {
        readers.append(ChangeKeys.comparable(old, new))
      } else {
        isAnyNew = true
      }
    }
    var changed = [Bool](repeating: false, count: after.frame.rowCount)
    changed.withUnsafeMutableBufferPointer { changed in
      nonisolated(unsafe) let changed = changed  // SAFETY: a row is in one pair only.
      Parallel.forEachChunk(of: pairs.count) { _, range in
        for pair in range where pairs.afterRows[pair] != noRow {
          let row = Int(pairs.afterRows[pair])
          let old = pairs.beforeRows[pair]
          changed[row] =
            isAnyNew || old == noRow
            || readers.contains { $0.before(Int(old)) != $0.after(row) }
        }
      }
    }
    return Bitmap(changed)
  }
}
