/// What the formatter knows of a cell in the rows at hand.
struct CellState {
  /// Texts stand as they are, without quotes or escapes.
  var isPlain = false
  /// Of strings that start before this offset 32 bytes can be read.
  let readableEnd: UInt32
  /// Bytes of the longest string of a dictionary.
  private let longestByteCount: Int

  init(_ cell: CellSource) {
    let byteCount = cell.offsets.map { $0[cell.stringCount] } ?? 0
    readableEnd = byteCount > 32 ? byteCount - 32 : 0
    var longest = 0
    if cell.kind != .text, cell.offsets != nil {
      for index in 0..<cell.stringCount { longest = max(longest, cell.string(index).count) }
    }
    longestByteCount = longest
  }

  /// The most bytes that a cell's texts take in some rows.
  func textByteCountMax(_ cell: CellSource, _ rows: Range<Int>) -> Int {
    guard let offsets = cell.offsets else { return 0 }
    if cell.kind == .text { return 6 * Int(offsets[rows.upperBound] - offsets[rows.lowerBound]) }
    return rows.count * longestByteCount
  }
}
