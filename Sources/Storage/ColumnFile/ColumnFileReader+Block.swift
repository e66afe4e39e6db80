package import Columns

extension ColumnFileReader {
  /// Reads the rows of one block only, and of a dictionary column the dictionary.
  ///
  /// Row r of the file is row r − `zones[block].rows.lowerBound` of the column.
  package func read(block: Int, named name: String) throws(StorageError) -> Column {
    let number = header.dictionaryBlockCount + block
    precondition(block >= 0 && number < header.blockCount, "a block of this file")
    // A header and an index as those of a file that has just this block of rows.
    let part = ColumnFileHeader(
      type: type, rowCount: header.rows(ofBlock: number).count,
      dictionaryCount: header.dictionaryCount)
    let numbers = Array(0..<header.dictionaryBlockCount) + [number]
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
