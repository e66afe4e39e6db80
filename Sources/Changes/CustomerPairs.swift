package import Columns
import Kernels

/// The customers of two snapshots side by side, by id: the row of each in either one, `noRow` where it is not.
package struct CustomerPairs: Sendable {
  package let beforeRows: AlignedBuffer<UInt32>
  package let afterRows: AlignedBuffer<UInt32>

  package var count: Int { beforeRows.count }

  /// Joins by code in one pass: both snapshots stand in the order of ids, and a code is always the same id.
  init(_ before: SnapshotSide, _ after: SnapshotSide) throws(ChangesError) {
    let (a, b) = (before.codes, after.codes)
    if a.count == b.count, a.pointer.elementsEqual(b.pointer) {
      let rows = AlignedBuffer<UInt32>(count: a.count) { rows in
        for row in rows.indices { rows[row] = UInt32(truncatingIfNeeded: row) }
      }
      (beforeRows, afterRows) = (rows, rows)
      return
    }
    let greatest = max(a.pointer.max() ?? 0, b.pointer.max() ?? 0)
    let wordCount = Int(greatest) / 64 + 1
    var isFine = true
    func marks(_ codes: AlignedBuffer<UInt32>) -> AlignedBuffer<UInt64> {
      AlignedBuffer<UInt64>(count: wordCount) { words in
        words.initialize(repeating: 0)
        isFine = markCodes(codes.pointer, in: words) && isFine
      }
    }
    let (beforeMarks, afterMarks) = (marks(a), marks(b))
    let common = countCommonBits(beforeMarks.pointer, afterMarks.pointer)
    let count = a.count + b.count - common
    var later: AlignedBuffer<UInt32>?
    beforeRows = AlignedBuffer<UInt32>(count: count) { beforeRows in
      later = AlignedBuffer<UInt32>(count: count) { afterRows in
        isFine =
          isFine
          && joinRows(
            a.pointer, b.pointer, beforeMarks: beforeMarks.pointer,
            afterMarks: afterMarks.pointer, beforeRows: beforeRows, afterRows: afterRows)
      }
    }
    afterRows = later!
    guard isFine else { throw .notOneOrder(before: before.name, after: after.name) }
  }
}
