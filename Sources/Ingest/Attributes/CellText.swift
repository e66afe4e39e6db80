/// Cells of a column as text: bytes one after the other, and where each ends. Grows by one cell at a time.
final class CellText: @unchecked Sendable {
  // SAFETY: one task fills it; it is only read once that is done.
  private(set) var bytes: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var byteCount = 0
  private let ends: UnsafeMutablePointer<UInt32>
  private let cellCapacity: Int
  private(set) var count = 0

  /// Room for so many cells, of any length.
  init(cellCapacity: Int) {
    self.cellCapacity = cellCapacity
    ends = .allocate(capacity: cellCapacity + 1)
    ends[0] = 0
    capacity = cellCapacity * 8 + 64
    bytes = .allocate(capacity: capacity)
  }

  deinit {
    bytes.deallocate()
    ends.deallocate()
  }

  /// Adds a cell. Cells of 4,096 rows of at most 16 MiB stay within 32 bits only because a wave does: its text is
  /// far below 4 GiB, and no cell is longer than its text.
  func append(_ cell: UnsafeBufferPointer<UInt8>) {
    precondition(count < cellCapacity, "a chunk has room for its rows")
    if byteCount + cell.count > capacity { grow(to: byteCount + cell.count) }
    if let start = cell.baseAddress {
      (bytes + byteCount).update(from: start, count: cell.count)
    }
    byteCount += cell.count
    count += 1
    ends[count] = UInt32(byteCount)
  }

  /// Forgets the cells from `cell` on.
  func truncate(to cell: Int) {
    guard cell < count else { return }
    count = cell
    byteCount = Int(ends[cell])
  }

  subscript(cell: Int) -> UnsafeBufferPointer<UInt8> {
    let start = Int(ends[cell])
    return UnsafeBufferPointer(start: bytes + start, count: Int(ends[cell + 1]) - start)
  }

  private func grow(to wanted: Int) {
    capacity = max(wanted, 2 * capacity)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: bytes, count: byteCount)
    bytes.deallocate()
    bytes = larger
  }
}
