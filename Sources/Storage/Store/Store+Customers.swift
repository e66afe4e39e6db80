package import Columns
package import JSONText

extension Store {
  /// Number of customers: their codes are 0..<customerCount.
  package var customerCount: Int { manifest.customerCount }

  /// The ids of all customers, in the order of their codes.
  package func loadCustomerIDs() throws(StorageError) -> StringTable {
    var readers: [(reader: ColumnFileReader, name: String)] = []
    for entry in manifest.customers where entry.customerCount > 0 {
      readers.append((try customerIDReader(entry), DirectoryPlan.CustomersColumn.id))
    }
    let tables = try ColumnFileReader.readAll(readers).compactMap { column -> StringTable? in
      if case .text(let table) = column.values { table } else { nil }
    }
    return try concatenated(tables)
  }

  /// The column of ids of one generation, opened.
  func customerIDReader(_ entry: CustomersEntry) throws(StorageError) -> ColumnFileReader {
    let folder = try customersFolder(entry)
    let reader = try folder.open(
      folder.file(named: DirectoryPlan.CustomersColumn.id), rowCount: entry.customerCount)
    guard reader.type == .text else {
      throw .damaged(reader.path, found: reader.type.name, expected: "text")
    }
    return reader
  }

  /// The attributes of every generation that has any, oldest first: a later value replaces an earlier one, of those that
  /// hold from the same day on.
  package func loadAttributes() throws(StorageError) -> [AttributeFrame] {
    var frames: [AttributeFrame] = []
    for entry in manifest.customers where entry.attributeRowCount > 0 {
      let folder = try customersFolder(entry)
      let codeFile = try folder.file(named: DirectoryPlan.CustomersColumn.code)
      var requests = [
        (reader: try folder.open(codeFile, rowCount: entry.attributeRowCount), name: "code")
      ]
      for name in Store.extraNames(folder.files.map(\.name), .all) {
        let file = try folder.file(named: DirectoryPlan.extraPrefix + name)
        requests.append((try folder.open(file, rowCount: entry.attributeRowCount), name))
      }
      let hasDays = folder.files.contains { $0.name == DirectoryPlan.CustomersColumn.since }
      if hasDays {
        let file = try folder.file(named: DirectoryPlan.CustomersColumn.since)
        requests.append((try folder.open(file, rowCount: entry.attributeRowCount), "since"))
      }
      var columns = try ColumnFileReader.readAll(requests)
      var since: AttributeFrame.Since = entry.since.map { .day($0) } ?? .always
      if hasDays {
        let last = columns.removeLast()
        guard case .day(let days) = last.values, last.validity == nil else {
          throw .damaged(
            path + "/" + folder.folder + "/" + DirectoryPlan.CustomersColumn.since,
            found: last.type.name,
            expected: "a day in every row")
        }
        since = .days(days)
      }
      guard case .uint32(let codes) = columns[0].values, columns[0].validity == nil,
        codes.pointer.allSatisfy({ Int($0) < customerCount })
      else {
        throw .damaged(
          folder.path(of: codeFile), found: "a code of no customer",
          expected: "codes below \(customerCount)")
      }
      frames.append(
        AttributeFrame(
          codes: codes,
          frame: Frame(rowCount: entry.attributeRowCount, columns: Array(columns.dropFirst())),
          since: since))
    }
    return frames
  }

  /// Where the customers or attributes of a generation come from: what its draft said.
  package func customersProvenance(_ entry: CustomersEntry) throws(StorageError) -> JSON {
    try customersFolder(entry).record["provenance"] ?? .object([])
  }

  private func customersFolder(_ entry: CustomersEntry) throws(StorageError) -> StoredFolder {
    try StoredFolder(self, entry)
  }

  /// One table of all strings, in order; of one table it is that table.
  private func concatenated(_ tables: [StringTable]) throws(StorageError) -> StringTable {
    if tables.count == 1 { return tables[0] }
    let byteCount = tables.reduce(0) { $0 + $1.bytes.count }
    guard byteCount <= StorageLimits.textByteCountMax else {
      throw StorageError(
        .limit, path: path + "/customers", found: "\(byteCount) bytes of customer ids",
        expected: "at most \(StorageLimits.textByteCountMax)", advice: "split the store")
    }
    return StringTable(concatenating: tables.map { StringTable.Part($0) })
  }
}
