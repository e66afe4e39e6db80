package import Columns
package import JSONText

extension Store {
  /// What of a batch is wanted besides customers, days and amounts.
  package enum ExtraColumns: Sendable, Equatable {
    case none
    case all
    case named([String])
  }

  /// The content of a batch's batch.json: rows, total, sources, how it was read.
  package func batchRecord(_ entry: BatchEntry) throws(StorageError) -> JSON {
    try batchFolder(entry).record
  }

  /// Whether a file of that content has been read into this store before, and the batch that it is in.
  package func batch(withSource contentHash: UInt64) -> BatchEntry? {
    manifest.batches.first { $0.sourceHashes.contains(contentHash) }
  }

  /// Whether the rows of a batch have order ids.
  package func batchHasOrders(_ entry: BatchEntry) throws(StorageError) -> Bool {
    try batchFolder(entry).files.contains { $0.name == DirectoryPlan.BatchColumn.order }
  }

  /// The blocks of a batch's days, for skipping batches and blocks by date.
  package func dayZones(_ entry: BatchEntry) throws(StorageError) -> [BlockZone] {
    let folder = try batchFolder(entry)
    return try folder.open(
      folder.file(named: DirectoryPlan.BatchColumn.day), rowCount: entry.rowCount
    ).zones
  }

  /// Reads a batch; all its columns decode in one parallel loop.
  package func loadBatch(
    _ entry: BatchEntry, orders wantsOrders: Bool = true, extras: ExtraColumns = .none
  ) throws(StorageError) -> TransactionTable {
    let folder = try batchFolder(entry)
    return try Store.loadTable(
      rowCount: entry.rowCount, customerCount: entry.customerCount, names: folder.files.map(\.name),
      orders: wantsOrders, extras: extras
    ) { name, rowCount throws(StorageError) in
      try folder.open(folder.file(named: name), rowCount: rowCount)
    }
  }

  /// Reads a table from the column files of a batch, which `reader` opens and finds to have so many rows.
  static func loadTable(
    rowCount: Int, customerCount: Int, names: [String], orders wantsOrders: Bool = true,
    extras: ExtraColumns,
    reader: (_ name: String, _ rowCount: Int) throws(StorageError) -> ColumnFileReader
  ) throws(StorageError) -> TransactionTable {
    func open(
      _ name: String, _ type: ColumnType, _ rowCount: Int
    ) throws(StorageError) -> ColumnFileReader {
      let reader = try reader(name, rowCount)
      guard reader.type == type else {
        throw .damaged(reader.path, found: reader.type.name, expected: type.name)
      }
      return reader
    }
    typealias Name = DirectoryPlan.BatchColumn
    var readers = [
      try open(Name.customer, .uint32, customerCount),
      try open(Name.count, .uint32, customerCount),
      try open(Name.day, .day, rowCount),
      try open(Name.amount, .money, rowCount),
    ]
    let extraNames = Store.extraNames(names, extras)
    for name in extraNames {
      readers.append(try reader(DirectoryPlan.extraPrefix + name, rowCount))
    }
    let hasOrders = wantsOrders && names.contains(Name.order)
    if hasOrders { readers.append(try open(Name.order, .int64, rowCount)) }
    let jobs = readers.enumerated().map { index, reader in
      (
        reader,
        ColumnDestination(
          reader.header, reader.entries, asHashes: hasOrders && index == readers.count - 1)
      )
    }
    try ColumnFileReader.decode(jobs)
    let table = try Store.table(
      jobs[..<4].map { $0.1.column(named: "") }, readers[1].path, rowCount: rowCount)
    return TransactionTable(
      customerCodes: table.codes, rowStarts: table.starts, days: table.days,
      amounts: table.amounts, orders: hasOrders ? jobs.last!.1.hashBuffer : nil,
      extras: zip(extraNames, jobs[4...]).map { $1.1.column(named: $0) })
  }

  func batchFolder(_ entry: BatchEntry) throws(StorageError) -> StoredFolder {
    try StoredFolder(self, entry)
  }

  /// The names of the wanted extra columns among those of a batch's files.
  static func extraNames(_ names: [String], _ extras: ExtraColumns) -> [String] {
    let prefix = DirectoryPlan.extraPrefix
    switch extras {
    case .none: return []
    case .all:
      return names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    case .named(let wanted): return wanted
    }
  }

  /// Customers as runs: checked, because a table of runs that do not fit would trap.
  private static func table(
    _ columns: [Column], _ countPath: String, rowCount: Int
  ) throws(StorageError) -> (
    codes: AlignedBuffer<UInt32>, starts: AlignedBuffer<UInt32>, days: AlignedBuffer<Int32>,
    amounts: AlignedBuffer<Int64>
  ) {
    guard columns.allSatisfy({ $0.validity == nil }),
      case .uint32(let codes) = columns[0].values, case .uint32(let counts) = columns[1].values,
      case .day(let days) = columns[2].values, case .money(let amounts) = columns[3].values
    else { throw .damaged(countPath, found: "nulls", expected: "a value in every row") }
    var total = 0
    var areRisingAndFull = true
    let (codeValues, countValues) = (codes.pointer, counts.pointer)
    let starts = AlignedBuffer<UInt32>(count: counts.count + 1) { starts in
      starts[0] = 0
      for k in 0..<counts.count {
        total &+= Int(countValues[k])
        starts[k + 1] = UInt32(truncatingIfNeeded: total)
        let isRising = k == 0 || codeValues[k - 1] < codeValues[k]
        areRisingAndFull = areRisingAndFull && isRising && countValues[k] > 0
      }
    }
    guard total == rowCount, areRisingAndFull else {
      throw .damaged(
        countPath, found: "customers of \(total) rows", expected: "\(rowCount), in order")
    }
    return (codes, starts, days, amounts)
  }
}
