import Kernels

/// Direct codes for the ids of a sample: which cells have them, and the codes' ranges by partition. Owns the
/// table of its `codes`.
final class DirectRanges {
  let codes: DirectCodes
  /// Codes of each partition: 0..<count.
  let codeCounts: [Int]
  /// The cells of each partition that have codes, rising, and with them the codes.
  let cells: [[UInt32]]
  private let table: UnsafeMutablePointer<UInt32>

  /// Codes of a partition: the rest of what packed rows have room for is left to ids that come unexpected.
  static let codeLimit = 3 << 16
  /// Codes of a partition up to which cells have codes whose ids are unlikely.
  static let spareCodeLimit = 1 << 14

  /// Nil when the ids lie too far apart for a cell's codes to be few.
  init?(
    keys: [UInt64], cells cell: KeyCells, isPlausible: [Bool],
    partitionOfCell: UnsafePointer<UInt8>, partitionCount: Int, prefix: UInt64,
    prefixByteCount: Int
  ) {
    let lowBitCount = cell.lowBitCount
    guard cell.mask != 0, lowBitCount <= 16 else { return nil }
    let codesPerCell = 1 << lowBitCount
    let outside = ~cell.allBits
    let constant = (keys.first ?? 0) & outside
    var isSampled = [Bool](repeating: false, count: cell.count)
    for key in keys where key & outside == constant { isSampled[cell.index(of: key)] = true }

    var counts = [Int](repeating: 0, count: partitionCount)
    var isCoded = [Bool](repeating: false, count: cell.count)
    let isLikely = (0..<cell.count).map { isSampled[$0] || isPlausible[$0] }
    let passes: [(wanted: [Bool], limit: Int)] = [
      (isSampled, Self.codeLimit), (isLikely, Self.codeLimit),
      ([Bool](repeating: true, count: cell.count), Self.spareCodeLimit),
    ]
    for (wanted, limit) in passes {
      for index in 0..<cell.count where wanted[index] && !isCoded[index] {
        let partition = Int(partitionOfCell[index])
        if counts[partition] + codesPerCell > limit { continue }
        counts[partition] += codesPerCell
        isCoded[index] = true
      }
    }
    table = .allocate(capacity: cell.count)
    var cellsOfPartition = [[UInt32]](repeating: [], count: partitionCount)
    for index in 0..<cell.count {
      let partition = Int(partitionOfCell[index])
      let first =
        isCoded[index]
        ? UInt32(cellsOfPartition[partition].count * codesPerCell) : DirectCodes.noCode
      table[index] = UInt32(partition) << 24 | first
      if isCoded[index] { cellsOfPartition[partition].append(UInt32(index)) }
    }
    codeCounts = counts
    cells = cellsOfPartition
    codes = DirectCodes(
      cells: table, mask: cell.allBits, constant: constant, lowBitCount: lowBitCount,
      prefix: prefix, prefixByteCount: prefixByteCount)
  }

  deinit { table.deallocate() }
}
