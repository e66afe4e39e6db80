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
    var readers: [(before: ChangeKeys, after: ChangeKeys)] = []
    var isAnyNew = false
    for name in names {
      guard let new = after.frame[name] else { throw after.missing(name) }
      if let old = before.frame[name], old.type == new.type {
        readers.append(ChangeKeys.comparable(old, new))
      } else {
        isAnyNew = true
      }
    }
    let columns = readers
    let all = isAnyNew
    var changed = [Bool](repeating: false, count: after.frame.rowCount)
    changed.withUnsafeMutableBufferPointer { changed in
      nonisolated(unsafe) let changed = changed  // SAFETY: a row is in one pair only.
      Parallel.forEachChunk(of: pairs.count) { _, range in
        let oldRows = UnsafeBufferPointer(rebasing: pairs.beforeRows.pointer[range])
        let newRows = UnsafeBufferPointer(rebasing: pairs.afterRows.pointer[range])
        for k in newRows.indices where newRows[k] != noRow {
          changed[Int(newRows[k])] = all || oldRows[k] == noRow
        }
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * range.count) { keys in
          let old = UnsafeMutableBufferPointer(rebasing: keys[..<range.count])
          let new = UnsafeMutableBufferPointer(rebasing: keys[range.count...])
          for column in columns {
            column.before.gather(oldRows, into: old)
            column.after.gather(newRows, into: new)
            for k in newRows.indices where old[k] != new[k] && newRows[k] != noRow {
              changed[Int(newRows[k])] = true
            }
          }
        }
      }
    }
    return Bitmap(changed)
  }
}
