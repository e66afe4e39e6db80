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
  }

  /// Extra and attribute columns are named with this before, so that none can be taken for one of ours.
  static let extraPrefix = "extra:"

  /// Members of snapshot.json that are this module's.
  static let snapshotMemberNames: Set<String> = ["asOf", "rows", "files", "checksum"]

  init(_ draft: BatchDraft, number: Int, customerCount: Int) throws(StorageError) {
    let folder = "batches/" + Manifest.name(of: number)
    if let last = draft.lastCustomerCode, Int(last) >= customerCount {
      throw StorageError(
        .invalid, path: folder, found: "customer code \(last)",
        expected: "a code below \(customerCount), the number of customers",
        advice: "publish the new customers with the batch")
    }
    let summary: BatchSummary
    switch draft.content {
    case .table(let table):
      self.init(folder: folder, recordName: "batch.json", members: [])
      summary = try BatchSummary(table, folder)
      try addColumns(of: table)
    case .stream(let stream):
      precondition(stream.number == number, "a stream's batch is published as the next one")
      self = stream.plan
      self.stream = stream
      summary = try stream.summary()
    }
    self.summary = summary
    let sources = draft.sources.map { source -> JSON in
      [
        "name": .string(source.name), "bytes": JSON(source.byteCount),
        "hash": .string(Checksum.text(source.contentHash)),
      ]
    }
    members = [
      JSON.Member("rows", JSON(draft.rowCount)),
      JSON.Member("customers", JSON(draft.customerCount)),
      JSON.Member("firstDay", .string(Day.text(summary.firstDay))),
      JSON.Member("lastDay", .string(Day.text(summary.lastDay))),
      JSON.Member("total", .integer(summary.total)),
      JSON.Member("sources", .array(sources)),
      JSON.Member("ingest", draft.ingest),
    ]
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

  init(
    _ draft: CustomersDraft, number: Int, firstCode: Int, customerCount: Int
  ) throws(StorageError) {
    let folder = "customers/" + Manifest.name(of: number)
    self.init(
      folder: folder, recordName: "customers.json",
      members: [
        JSON.Member("firstCode", JSON(firstCode)),
        JSON.Member("customers", JSON(draft.newIDs.count)),
        JSON.Member("attributeRows", JSON(draft.attributes?.codes.count ?? 0)),
        JSON.Member("provenance", draft.provenance),
      ])
    try add(CustomersColumn.id, ColumnSource(Column("id", .text(draft.newIDs))))
    guard let attributes = draft.attributes else { return }
    if let greatest = attributes.codes.pointer.max(), Int(greatest) >= customerCount {
      throw StorageError(
        .invalid, path: folder, found: "attributes of customer code \(greatest)",
        expected: "a code below \(customerCount), the number of customers",
        advice: "publish the new customers with their attributes")
    }
    try add(CustomersColumn.code, ColumnSource(Column("code", .uint32(attributes.codes))))
    for column in attributes.frame.columns {
      try add(DirectoryPlan.extraPrefix + column.name, ColumnSource(column))
    }
  }

  init(_ draft: SnapshotDraft, name: String) throws(StorageError) {
    let folder = "snapshots/" + name
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
      folder: folder, recordName: "snapshot.json",
      members: [
        JSON.Member("asOf", .string(Day.text(draft.asOf))),
        JSON.Member("rows", JSON(draft.frame.rowCount)),
      ] + draft.members)
    for column in draft.frame.columns { try add(column.name, ColumnSource(column)) }
    for column in draft.hiddenColumns {
      guard column.rowCount == draft.frame.rowCount else {
        throw StorageError(
          .invalid, path: folder, found: "\(column.rowCount) rows in \(column.name)",
          expected: "\(draft.frame.rowCount), the snapshot's", advice: "this is a bug: report it")
      }
      try add(column.name, ColumnSource(column), isHidden: true)
    }
  }

}
