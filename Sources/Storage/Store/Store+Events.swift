import Columns
package import JSONText

extension Store {
  /// Reads events.
  package func loadEvents(_ entry: EventsEntry) throws(StorageError) -> EventTable {
    let folder = try StoredFolder(self, entry)
    typealias Batch = DirectoryPlan.BatchColumn
    typealias Events = DirectoryPlan.EventsColumn
    var requests = [
      try folder.request(Batch.customer, .uint32, entry.customerCount),
      try folder.request(Batch.count, .uint32, entry.customerCount),
      try folder.request(Batch.day, .day, entry.rowCount),
    ]
    let hasValues = folder.files.contains { $0.name == Events.value }
    if hasValues { requests.append(try folder.request(Events.value, nil, entry.rowCount)) }
    let columns = try ColumnFileReader.readAll(requests)
    guard columns.prefix(3).allSatisfy({ $0.validity == nil }),
      case .uint32(let codes) = columns[0].values, case .uint32(let counts) = columns[1].values,
      case .day(let days) = columns[2].values,
      columns.count < 4 || EventTable.valueTypes.contains(columns[3].type)
    else {
      throw .damaged(path + "/" + folder.folder, found: "nulls", expected: "a value in every row")
    }
    var total = 0
    var previous = -1
    let starts = try counts.pointer.indices.map { k throws(StorageError) -> UInt32 in
      let code = Int(codes.pointer[k])
      guard code > previous, code < customerCount, counts.pointer[k] > 0 else {
        throw .damaged(
          path + "/" + folder.folder, found: "codes or numbers of rows out of order",
          expected: "rising codes below \(customerCount), each with rows")
      }
      previous = code
      defer { total += Int(counts.pointer[k]) }
      return UInt32(truncatingIfNeeded: total)
    }
    guard total == entry.rowCount else {
      throw .damaged(
        path + "/" + folder.folder, found: "customers of \(total) rows",
        expected: "\(entry.rowCount)")
    }
    return EventTable(
      customerCodes: codes, rowStarts: AlignedBuffer(starts + [UInt32(total)]), days: days,
      values: hasValues ? columns[3] : nil)
  }

  /// The content of events.json: kind, rows, sources, how they were read.
  package func eventsRecord(_ entry: EventsEntry) throws(StorageError) -> JSON {
    try StoredFolder(self, entry).record
  }

  /// Everybody who was forgotten, and the key; nil where nobody was.
  package func loadForgotten() throws(StorageError) -> (
    customers: ForgottenCustomers, key: ForgottenKey
  )? {
    if manifest.forgotten.isEmpty { return nil }
    guard let key = try ForgottenKey.read(self) else {
      throw StorageError.damaged(
        path + "/" + ForgottenKey.path, found: "no key", expected: "the store's key")
    }
    var hashes: [ForgottenKey.Hash] = []
    var until: [Int32] = []
    for entry in manifest.forgotten {
      let folder = try StoredFolder(self, entry)
      try check(key, folder)
      typealias Name = DirectoryPlan.ForgottenColumn
      let columns = try ColumnFileReader.readAll([
        folder.request(Name.keyHigh, .int64, entry.rowCount),
        folder.request(Name.keyLow, .int64, entry.rowCount),
        folder.request(Name.until, .day, entry.rowCount),
      ])
      guard columns.allSatisfy({ $0.validity == nil }),
        case .int64(let high) = columns[0].values, case .int64(let low) = columns[1].values,
        case .day(let days) = columns[2].values
      else {
        throw .damaged(
          path + "/" + folder.folder, found: "nulls", expected: "a value in every row")
      }
      for (high, low) in zip(high.pointer, low.pointer) {
        hashes.append(
          ForgottenKey.Hash(high: UInt64(bitPattern: high), low: UInt64(bitPattern: low)))
      }
      until += Array(days.pointer)
    }
    return (ForgottenCustomers(hashes: hashes, until: until), key)
  }

  /// Throws where the key is not the one that a directory's hashes were made with.
  func check(_ key: ForgottenKey, _ folder: StoredFolder) throws(StorageError) {
    guard folder.record["key"]?.stringValue == Checksum.hex(key.check) else {
      throw .damaged(
        path + "/" + ForgottenKey.path, found: "another key", expected: "that of \(folder.folder)")
    }
  }

  /// Reads what a delivery sent.
  package func loadDelivery(_ entry: DeliveryEntry) throws(StorageError) -> DeliveryTable {
    let folder = try StoredFolder(self, entry)
    typealias Name = DirectoryPlan.DeliveryColumn
    var requests = [try folder.request(Name.record, .text, entry.rowCount)]
    let hasCodes = folder.files.contains { $0.name == Name.code }
    if hasCodes { requests.append(try folder.request(Name.code, .uint32, entry.rowCount)) }
    let first = requests.count
    for file in folder.files where file.name.hasPrefix(Name.sentPrefix) {
      let reader = try folder.open(file, rowCount: entry.rowCount)
      requests.append((reader, String(file.name.dropFirst(Name.sentPrefix.utf8.count))))
    }
    let columns = try ColumnFileReader.readAll(requests)
    guard columns[..<first].allSatisfy({ $0.validity == nil }),
      case .text(let records) = columns[0].values
    else {
      throw .damaged(
        path + "/" + folder.folder, found: "nulls", expected: "a value in every row")
    }
    var codes: AlignedBuffer<UInt32>?
    if hasCodes, case .uint32(let values) = columns[1].values { codes = values }
    return DeliveryTable(
      records: records, codes: codes,
      sent: Frame(rowCount: entry.rowCount, columns: Array(columns[first...])))
  }
}

extension StoredFolder {
  /// A column to be read, of the type that it must have.
  fileprivate func request(
    _ name: String, _ type: ColumnType?, _ rowCount: Int
  ) throws(StorageError) -> (reader: ColumnFileReader, name: String) {
    let reader = try open(file(named: name), rowCount: rowCount)
    guard type == nil || reader.type == type else {
      throw .damaged(reader.path, found: reader.type.name, expected: type!.name)
    }
    return (reader, name)
  }
}
