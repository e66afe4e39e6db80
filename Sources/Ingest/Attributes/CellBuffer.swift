/// Cells of a column as text: bytes one after the other, and where each ends.
///
/// Plain memory, used in place and freed by its owner: an object a column would be counted for every cell.
struct CellBuffer: BitwiseCopyable {
  private(set) var bytes: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var byteCount = 0
  private let ends: UnsafeMutablePointer<UInt32>
  private let cellCapacity: Int
  private(set) var count = 0

  /// Bytes that may be read and written past the end, so that short cells are copied as a whole vector.
  static let slack = 16

  /// Room for so many cells, of any length.
  init(cellCapacity: Int) {
    self.cellCapacity = cellCapacity
    ends = .allocate(capacity: cellCapacity + 1)
    ends[0] = 0
    capacity = cellCapacity * 8 + 64
    bytes = .allocate(capacity: capacity + CellBuffer.slack)
  }

  func deallocate() {
    bytes.deallocate()
    ends.deallocate()
  }

  /// Adds a cell, behind which `slack` bytes can be read. All cells of a chunk are from one wave of text, which is
  /// far below 4 GiB.
  @inline(__always)
  mutating func append(_ cell: UnsafeBufferPointer<UInt8>) {
    precondition(count < cellCapacity, "a chunk has room for its rows")
    if byteCount + cell.count > capacity { grow(to: byteCount + cell.count) }
    if let start = cell.baseAddress {
      // SAFETY: both sides have the slack. Calls to copy short cells took 5% of an ingest's samples.
      if cell.count <= CellBuffer.slack {
        UnsafeMutableRawPointer(bytes + byteCount).storeBytes(
          of: UnsafeRawPointer(start).loadUnaligned(as: SIMD16<UInt8>.self),
          as: SIMD16<UInt8>.self)
      } else {
        (bytes + byteCount).update(from: start, count: cell.count)
      }
    }
    byteCount += cell.count
    count += 1
    ends[count] = UInt32(truncatingIfNeeded: byteCount)
  }

  /// Forgets the cells from `cell` on.
  mutating func truncate(to cell: Int) {
    guard cell < count else { return }
    count = cell
    byteCount = Int(ends[cell])
  }

  @inline(__always)
  subscript(cell: Int) -> UnsafeBufferPointer<UInt8> {
    precondition(cell >= 0 && cell < count, "a cell of the chunk")
    let start = Int(ends[cell])
    return UnsafeBufferPointer(start: bytes + start, count: Int(ends[cell + 1]) - start)
  }

  @inline(never)
  private mutating func grow(to wanted: Int) {
    capacity = max(wanted, 2 * capacity)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + CellBuffer.slack)
    larger.update(from: bytes, count: byteCount)
    bytes.deallocate()
    bytes = larger
  }
}
