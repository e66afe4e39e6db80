package import Columns

extension ColumnFileReader {
  /// Reads the rows of one block only, and of a dictionary column the dictionary.
  ///
  /// Row r of the file is row r − `zones[block].rows.lowerBound` of the column.
  package func read(block: Int, named name: String) throws(StorageError) -> Column {
    try read(blocks: block..<block + 1, named: name)
  }

  /// Reads the rows of consecutive blocks, one after the other on this thread, and of a dictionary column the
  /// dictionary.
  func read(blocks: Range<Int>, named name: String) throws(StorageError) -> Column {
    let first = header.dictionaryBlockCount + blocks.lowerBound
    let last = header.dictionaryBlockCount + blocks.upperBound - 1
    precondition(!blocks.isEmpty && last < header.blockCount, "blocks of this file")
    // A header and an index as those of a file that has just these blocks of rows.
    let part = ColumnFileHeader(
      type: type,
      rowCount: header.rows(ofBlock: last).upperBound - header.rows(ofBlock: first).lowerBound,
      dictionaryCount: header.dictionaryCount)
    let numbers = Array(0..<header.dictionaryBlockCount) + Array(first...last)
    let destination = ColumnDestination(part, numbers.map { entries[$0] })
    for (place, number) in numbers.enumerated() {
      let decoder = BlockDecoder(part, entries[number], block: place, path: path)
      try ScratchPool.shared.borrow { scratch throws(StorageError) in
        let stored = try readStored(number, scratch)
        try decoder.decode(
          try decompress(number, stored, scratch, direct: nil), into: destination, scratch)
      }
    }
    return destination.column(named: name)
  }
}
