import Columns
import JSONText

extension DirectoryPlan {
  /// Names of the columns of a batch; extra columns come after them.
  enum BatchColumn {
    static let customer = "customer"
    static let count = "count"
    static let day = "day"
    static let amount = "amount"
    static let order = "order"

    /// All columns of a batch in the order in which they are listed.
    static func names(hasOrders: Bool, extras: [String]) -> [String] {
      [amount, day] + (hasOrders ? [order] : []) + [customer, count]
        + extras.map { DirectoryPlan.extraPrefix + $0 }
    }
  }

  /// The column of customer ids, and of the codes that attributes belong to.
  enum CustomersColumn {
    static let id = "id"
    static let code = "code"
    static let since = "since"
  }

  /// Extra and attribute columns are named with this before, so that none can be taken for one of ours.
  static let extraPrefix = "extra:"

  /// Members of snapshot.json that are this module's.
  static let snapshotMemberNames: Set<String> = [
    "store", "asOf", "sequence", "revision", "rows", "files", "checksum",
  ]

  init(
    _ draft: BatchDraft, _ directory: DirectoryName, customerCount: Int
  ) throws(StorageError) {
    let folder = directory.path
    if let last = draft.lastCustomerCode, Int(last) >= customerCount {
      throw StorageError(
        .invalid, path: folder, found: "customer code \(last)",
        expected: "a code below \(customerCount), the number of customers",
        advice: "publish the new customers with the batch")
    }
    let summary: BatchSummary
    switch draft.content {
    case .table(let table):
      self.init(directory, recordName: BatchEntry.recordName, members: [])
      summary = try BatchSummary(table, folder)
      try addColumns(of: table)
    case .stream(let stream):
      precondition(
        stream.plan.directory == directory, "a stream's batch is published as the next one")
      self = stream.plan
      self.stream = stream
      summary = try stream.summary()
    }
    members = [
      JSON.Member("rows", JSON(draft.rowCount)),
      JSON.Member("customers", JSON(draft.customerCount)),
      JSON.Member("firstDay", .string(Day.text(summary.firstDay))),
      JSON.Member("lastDay", .string(Day.text(summary.lastDay))),
      JSON.Member("total", .integer(summary.total)),
      JSON.Member("sources", DirectoryPlan.json(draft.sources)),
      JSON.Member("ingest", draft.ingest),
    ]
    entry = { checksum in
      BatchEntry(
        number: directory.number, revision: directory.revision, rowCount: draft.rowCount,
        customerCount: draft.customerCount, firstDay: summary.firstDay,
        lastDay: summary.lastDay, sourceHashes: draft.sources.map(\.contentHash),
        checksum: checksum)
    }
  }

  static func json(_ sources: [BatchSource]) -> JSON {
    .array(
      sources.map { source in
        [
          "name": .string(source.name), "bytes": JSON(source.byteCount),
          "hash": .string(Checksum.text(source.contentHash)),
        ]
      })
  }

  private mutating func addColumns(of table: TransactionTable) throws(StorageError) {
    let starts = table.rowStarts.pointer
    let counts = AlignedBuffer<UInt32>(count: table.customerCount) { counts in
      for k in counts.indices { counts[k] = starts[k + 1] - starts[k] }
    }
    var sources: [String: ColumnSource] = [
      BatchColumn.amount: ColumnSource(Column("amount", .money(table.amounts))),
      BatchColumn.day: ColumnSource(Column("day", .day(table.days))),
      BatchColumn.customer: ColumnSource(Column("customer", .uint32(table.customerCodes))),
      BatchColumn.count: ColumnSource(Column("count", .uint32(counts))),
    ]
    if let orders = table.orders { sources[BatchColumn.order] = ColumnSource(hashes: orders) }
    for extra in table.extras {
      sources[DirectoryPlan.extraPrefix + extra.name] = ColumnSource(extra)
    }
    let names = BatchColumn.names(
      hasOrders: table.orders != nil, extras: table.extras.map(\.name))
    for name in names { try add(name, sources[name]) }
  }

  /// - Parameters:
  ///   - firstCode: of the generation's new customers.
  ///   - customerCount: of all customers, those of this publication included.
  init(
    _ draft: CustomersDraft, _ directory: DirectoryName, firstCode: Int, customerCount: Int
  ) throws(StorageError) {
    let folder = directory.path
    let attributeRowCount = draft.attributes?.codes.count ?? 0
    var since: Int32?
    if case .day(let day) = draft.attributes?.since { since = day }
    var members = [
      JSON.Member("firstCode", JSON(firstCode)),
      JSON.Member("customers", JSON(draft.newIDs.count)),
      JSON.Member("attributeRows", JSON(attributeRowCount)),
    ]
    if let since { members.append(JSON.Member("since", .string(Day.text(since)))) }
    self.init(
      directory, recordName: CustomersEntry.recordName,
      members: members + [JSON.Member("provenance", draft.provenance)])
    entry = { [since] checksum in
      CustomersEntry(
        number: directory.number, revision: directory.revision, firstCode: firstCode,
        customerCount: draft.newIDs.count, attributeRowCount: attributeRowCount, since: since,
        checksum: checksum)
    }
    try add(
      CustomersColumn.id,
      ColumnSource(Column("id", .text(draft.newIDs), validity: draft.idValidity)))
    guard let attributes = draft.attributes else { return }
    if let greatest = attributes.codes.pointer.max(), Int(greatest) >= customerCount {
      throw StorageError(
        .invalid, path: folder, found: "attributes of customer code \(greatest)",
        expected: "a code below \(customerCount), the number of customers",
        advice: "publish the new customers with their attributes")
    }
    try add(CustomersColumn.code, ColumnSource(Column("code", .uint32(attributes.codes))))
    if case .days(let days) = attributes.since {
      try DirectoryPlan.checkOrder(attributes.codes, days, folder)
      try add(CustomersColumn.since, ColumnSource(Column("since", .day(days))))
    }
    for column in attributes.frame.columns {
      try add(DirectoryPlan.extraPrefix + column.name, ColumnSource(column))
    }
  }

  /// The rows of one customer must come by rising day.
  private static func checkOrder(
    _ codes: AlignedBuffer<UInt32>, _ days: AlignedBuffer<Int32>, _ folder: String
  ) throws(StorageError) {
    var last: [UInt32: Int32] = [:]
    for (code, day) in zip(codes.pointer, days.pointer) {
      if let before = last.updateValue(day, forKey: code), before >= day {
        throw StorageError(
          .invalid, path: folder,
          found: "attributes of customer code \(code) from \(Day.text(day)) after those from "
            + Day.text(before),
          expected: "rising days", advice: "this is a bug: report it")
      }
    }
  }

  /// - Parameter store: of the columns that are shared.
  init(_ draft: SnapshotDraft, _ directory: DirectoryName, of store: Store) throws(StorageError) {
    let folder = directory.path
    let names = draft.members.map(\.name)
    if let taken = names.first(where: DirectoryPlan.snapshotMemberNames.contains) {
      throw StorageError(
        .invalid, path: folder, found: "a member named \(taken)",
        expected: "names other than \(DirectoryPlan.snapshotMemberNames.sorted())",
        advice: "rename the member")
    }
    guard Set(names).count == names.count else {
      throw StorageError(
        .invalid, path: folder, found: "two members of one name", expected: "distinct names",
        advice: "rename one")
    }
    self.init(
      directory, recordName: SnapshotEntry.recordName,
      members: [JSON.Member("rows", JSON(draft.frame.rowCount))] + draft.members)
    entry = { checksum in
      SnapshotEntry(
        asOf: draft.asOf, sequence: directory.number, revision: directory.revision,
        rowCount: draft.frame.rowCount, checksum: checksum)
    }
    for column in draft.frame.columns { try add(column.name, ColumnSource(column)) }
    for column in draft.hiddenColumns {
      guard column.rowCount == draft.frame.rowCount else {
        throw StorageError(
          .invalid, path: folder, found: "\(column.rowCount) rows in \(column.name)",
          expected: "\(draft.frame.rowCount), the snapshot's", advice: "this is a bug: report it")
      }
      try add(column.name, ColumnSource(column), isHidden: true)
    }
    for column in draft.sharedColumns {
      let shared = try store.snapshotFolder(column.snapshot)
      let file = try shared.file(named: column.name)
      // Opened and found right: nothing damaged is given a second name.
      let reader = try shared.open(file, rowCount: draft.frame.rowCount)
      try add(
        file.name, nil, isHidden: file.isHidden,
        shared: SharedFile(
          path: reader.path, origin: file.origin ?? shared.folder + "/" + file.fileName,
          summary: ColumnFileSummary(
            type: file.type, rowCount: reader.rowCount, byteCount: file.byteCount,
            indexChecksum: file.indexChecksum)))
    }
  }
}
