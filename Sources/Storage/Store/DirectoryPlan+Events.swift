import Columns
import JSONText

extension DirectoryPlan {
  /// Names of the columns of events; customers, counts and days are named as in a batch.
  enum EventsColumn {
    static let value = "value"
  }

  enum ForgottenColumn {
    static let keyHigh = "keyhigh"
    static let keyLow = "keylow"
    static let until = "until"
  }

  enum DeliveryColumn {
    static let record = "record"
    static let code = "code"
    /// Fields are named with this before.
    static let sentPrefix = "sent:"
  }

  init(
    _ draft: EventsDraft, _ directory: DirectoryName, customerCount: Int
  ) throws(StorageError) {
    func invalid(_ found: String, _ expected: String) -> StorageError {
      StorageError(
        .invalid, path: directory.path, found: found, expected: expected,
        advice: "check the events")
    }
    let table = draft.table
    guard (1...StorageLimits.columnNameByteCountMax).contains(draft.kind.utf8.count) else {
      throw invalid("a kind of \(draft.kind.utf8.count) bytes", "the name of a kind")
    }
    if let last = table.customerCodes.pointer.last, Int(last) >= customerCount {
      throw invalid("customer code \(last)", "a code below \(customerCount)")
    }
    if let values = table.values, !EventTable.valueTypes.contains(values.type) {
      throw invalid("values of type \(values.type.name)", "int64, float64, bool, money or string")
    }
    let bounds = (table.days.pointer.min() ?? 0, table.days.pointer.max() ?? 0)
    self.init(
      directory, recordName: EventsEntry.recordName,
      members: [
        JSON.Member("kind", .string(draft.kind)),
        JSON.Member("rows", JSON(table.days.count)),
        JSON.Member("customers", JSON(table.customerCodes.count)),
        JSON.Member("firstDay", .string(Day.text(bounds.0))),
        JSON.Member("lastDay", .string(Day.text(bounds.1))),
        JSON.Member("sources", DirectoryPlan.json(draft.sources)),
        JSON.Member("ingest", draft.ingest),
      ])
    entry = { checksum in
      EventsEntry(
        number: directory.number, revision: directory.revision, kind: draft.kind,
        rowCount: table.days.count, customerCount: table.customerCodes.count,
        firstDay: bounds.0, lastDay: bounds.1, sourceHashes: draft.sources.map(\.contentHash),
        checksum: checksum)
    }
    let starts = table.rowStarts.pointer
    let counts = AlignedBuffer<UInt32>(count: table.customerCodes.count) { counts in
      for k in counts.indices { counts[k] = starts[k + 1] - starts[k] }
    }
    try add(BatchColumn.customer, ColumnSource(Column("", .uint32(table.customerCodes))))
    try add(BatchColumn.count, ColumnSource(Column("", .uint32(counts))))
    try add(BatchColumn.day, ColumnSource(Column("", .day(table.days))))
    if let values = table.values { try add(EventsColumn.value, ColumnSource(values)) }
  }

  init(_ draft: ForgottenDraft, _ directory: DirectoryName) throws(StorageError) {
    let customers = draft.customers
    self.init(
      directory, recordName: ForgottenEntry.recordName,
      members: [
        JSON.Member("rows", JSON(customers.until.count)),
        JSON.Member("key", .string(Checksum.hex(draft.keyCheck))),
      ])
    entry = { checksum in
      ForgottenEntry(
        number: directory.number, revision: directory.revision, rowCount: customers.until.count,
        checksum: checksum)
    }
    let high = AlignedBuffer(customers.hashes.map { Int64(bitPattern: $0.high) })
    let low = AlignedBuffer(customers.hashes.map { Int64(bitPattern: $0.low) })
    try add(ForgottenColumn.keyHigh, ColumnSource(Column("", .int64(high))))
    try add(ForgottenColumn.keyLow, ColumnSource(Column("", .int64(low))))
    try add(ForgottenColumn.until, ColumnSource(Column("", .day(AlignedBuffer(customers.until)))))
  }

  init(
    _ draft: DeliveryDraft, _ directory: DirectoryName, customerCount: Int
  ) throws(StorageError) {
    let table = draft.table
    if let greatest = table.codes?.pointer.max(), Int(greatest) >= customerCount {
      throw StorageError(
        .invalid, path: directory.path, found: "customer code \(greatest)",
        expected: "a code below \(customerCount)", advice: "this is a bug: report it")
    }
    for (name, text) in [("system", draft.system), ("snapshot", draft.snapshot)] {
      guard (1...StorageLimits.columnNameByteCountMax).contains(text.utf8.count) else {
        throw StorageError(
          .invalid, path: directory.path, found: "a \(name) of \(text.utf8.count) bytes",
          expected: "a name", advice: "this is a bug: report it")
      }
    }
    self.init(
      directory, recordName: DeliveryEntry.recordName,
      members: [
        JSON.Member("system", .string(draft.system)),
        JSON.Member("snapshot", .string(draft.snapshot)),
        JSON.Member("rows", JSON(table.records.count)),
      ])
    entry = { checksum in
      DeliveryEntry(
        number: directory.number, revision: directory.revision, system: draft.system,
        snapshot: draft.snapshot, rowCount: table.records.count, checksum: checksum)
    }
    try add(DeliveryColumn.record, ColumnSource(Column("", .text(table.records))))
    if let codes = table.codes {
      try add(DeliveryColumn.code, ColumnSource(Column("", .uint32(codes))))
    }
    for column in table.sent.columns {
      try add(DeliveryColumn.sentPrefix + column.name, ColumnSource(column))
    }
  }
}
