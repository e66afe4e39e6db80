import Columns

extension ColumnFileReader {
  /// Decodes the rows of a column of fixed width and without nulls to `destination`, which has room for just them.
  ///
  /// Blocks that lie in the range whole are decoded in their place, the others beside it and copied.
  func decode(
    rows: Range<Int>, into destination: UnsafeMutableRawPointer, beside block: Scratch
  ) throws(StorageError) {
    precondition(rows.upperBound <= rowCount && type.fixedByteCount > 0, "rows of fixed width")
    let byteCount = type.fixedByteCount
    let blockRowCount = StorageLimits.blockRowCount
    var next = rows.lowerBound
    while next < rows.upperBound {
      let number = next / blockRowCount
      let all = header.rows(ofBlock: number)
      let wanted = all.clamped(to: rows)
      let place = destination + (next - rows.lowerBound) * byteCount
      if wanted == all {
        try decode(block: number, into: place)
      } else {
        let whole = block.reserve(all.count * byteCount)
        try decode(block: number, into: whole.baseAddress!)
        place.copyMemory(
          from: whole.baseAddress! + (wanted.lowerBound - all.lowerBound) * byteCount,
          byteCount: wanted.count * byteCount)
      }
      next = wanted.upperBound
    }
  }

  /// Decodes one block of a column of fixed width and without nulls.
  func decode(block: Int, into place: UnsafeMutableRawPointer) throws(StorageError) {
    let entry = entries[block]
    let rows = header.rows(ofBlock: block)
    guard header.dictionaryBlockCount == 0, entry.nullCount == 0 else {
      throw .damaged(path, block: block, found: "nulls", expected: "a value in every row")
    }
    // As of a file that has just this block.
    let part = ColumnFileHeader(type: type, rowCount: rows.count, dictionaryCount: 0)
    let decoder = BlockDecoder(part, entry, block: 0, path: path)
    let destination = ColumnDestination(part, borrowing: place)
    let byteCount = rows.count * type.fixedByteCount
    let isAsInMemory = entry.encoding == .plain && entry.rawByteCount == byteCount
    let direct =
      isAsInMemory ? UnsafeMutableRawBufferPointer(start: place, count: byteCount) : nil
    try ScratchPool.shared.borrow { scratch throws(StorageError) in
      let stored = try readStored(
        block, scratch, direct: entry.compression == .none ? direct : nil)
      try decoder.decode(
        try decompress(block, stored, scratch, direct: direct), into: destination, scratch)
    }
  }
}
