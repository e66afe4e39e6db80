import Columns

extension Store {
  /// The code of the customer of that id; nil when there is none.
  ///
  /// Ids of one generation are sorted, so some blocks of each are read; only where that finds nothing are all ids
  /// looked at.
  package func customerCode(of id: String) throws(StorageError) -> UInt32? {
    let wanted = Array(id.utf8)
    for entry in manifest.customers where entry.customerCount > 0 {
      let reader = try customerIDReader(entry)
      var (low, high) = (0, reader.zones.count - 1)
      while low <= high {
        let middle = (low + high) / 2
        let table = try idTable(reader, block: middle)
        if wanted.lexicographicallyPrecedes(table.utf8(at: 0)) {
          high = middle - 1
        } else if table.utf8(at: table.count - 1).lexicographicallyPrecedes(wanted) {
          low = middle + 1
        } else {
          if let index = index(of: wanted, in: table) {
            return UInt32(entry.firstCode + reader.zones[middle].rows.lowerBound + index)
          }
          break
        }
      }
    }
    let ids = try loadCustomerIDs()
    return (0..<ids.count).first { ids.utf8(at: $0).elementsEqual(wanted) }.map { UInt32($0) }
  }

  /// The ids of customers, in the order of their codes given; each block of ids is read once.
  package func customerIDs(of codes: [UInt32]) throws(StorageError) -> [String] {
    var found = [String](repeating: "", count: codes.count)
    for entry in manifest.customers where entry.customerCount > 0 {
      let generation = entry.firstCode..<entry.firstCode + entry.customerCount
      let places = codes.indices.filter { generation.contains(Int(codes[$0])) }
      if places.isEmpty { continue }
      let reader = try customerIDReader(entry)
      var tables: [Int: StringTable] = [:]
      for place in places {
        let row = Int(codes[place]) - entry.firstCode
        let block = row / StorageLimits.blockRowCount
        if tables[block] == nil { tables[block] = try idTable(reader, block: block) }
        guard let table = tables[block] else { continue }
        found[place] = table[row - block * StorageLimits.blockRowCount]
      }
    }
    return found
  }

  private func idTable(
    _ reader: ColumnFileReader, block: Int
  ) throws(StorageError) -> StringTable {
    guard case .text(let table) = try reader.read(block: block, named: "id").values else {
      throw .damaged(reader.path, found: reader.type.name, expected: "text")
    }
    return table
  }

  private func index(of wanted: [UInt8], in table: StringTable) -> Int? {
    var (low, high) = (0, table.count)
    while low < high {
      let middle = (low + high) / 2
      if table.utf8(at: middle).lexicographicallyPrecedes(wanted) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < table.count && table.utf8(at: low).elementsEqual(wanted) ? low : nil
  }
}

extension Store {
  /// Opens columns of a snapshot for reading single blocks of them, in the order of the names.
  package func snapshotReaders(
    _ entry: SnapshotEntry, columns names: [String]
  ) throws(StorageError) -> [ColumnFileReader] {
    let folder = try snapshotFolder(entry)
    var readers: [ColumnFileReader] = []
    for name in names {
      readers.append(try folder.open(folder.file(named: name), rowCount: entry.rowCount))
    }
    return readers
  }
}
