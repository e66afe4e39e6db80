package import Columns
import Kernels

/// A batch whose rows are written part by part, before it is published: no table of all of them need ever be in
/// memory, and the disk works while what follows is computed.
///
///     let stream = try writer.streamBatch(rowCount: n, sources: sources)
///     for part in parts {                                   // a whole number of blocks each, but for the last
///       let blocks = try stream.blocks(of: part)
///       Parallel.perform(blocks.count) { blocks.run($0) }   // the part's memory is used until this ends
///       try blocks.check()
///     }
///     try stream.finish(customerCodes: codes, rowStarts: starts)
///     publication.batches = [BatchDraft(stream, ingest: report)]
///
/// What is written is removed when the stream goes out of use without having been published. One thread at a time.
package final class BatchStream: @unchecked Sendable {
  // SAFETY: used by one thread at a time, as said; the thread that waits for the disk has only `files`, and is
  // joined before its result is read.
  package let rowCount: Int
  let number: Int
  let sources: [BatchSource]
  /// Set by `finish`.
  private(set) var customerCount = 0
  private(set) var lastCustomerCode: UInt32?
  /// Names of the columns and their files; known with the first rows.
  private(set) var plan: DirectoryPlan
  private let store: Store
  private let storeID: String
  /// By the plan's columns; nil where a column is not begun.
  private var files: [FileInProgress?] = []
  private var nextRow = 0
  private let sums = BatchSums()
  private var disk: DiskThread?
  private var isPublished = false

  init(
    _ store: Store, storeID: String, number: Int, rowCount: Int, sources: [BatchSource]
  ) throws(StorageError) {
    self.store = store
    self.storeID = storeID
    self.number = number
    self.rowCount = rowCount
    self.sources = sources
    plan = DirectoryPlan(
      DirectoryName(folder: Manifest.batchesFolder, number: number),
      recordName: BatchEntry.recordName, members: [])
    try store.system.makeDirectory(store.path + "/" + plan.temporaryFolder)
  }

  deinit {
    disk?.join()
    if !isPublished { _ = try? store.removeOwnDirectory(plan.temporaryFolder) }
  }

  /// The tasks that encode and write the next rows; they use the rows' memory until they have ended.
  package func blocks(of rows: BatchRows) throws(StorageError) -> BlockTasks {
    let blockRowCount = StorageLimits.blockRowCount
    let end = rows.firstRow + rows.count
    precondition(rows.firstRow == nextRow && end <= rowCount, "rows come in their order")
    precondition(rows.count % blockRowCount == 0 || end == rowCount, "whole blocks come")
    typealias Name = DirectoryPlan.BatchColumn
    var parts: [String: ColumnSource] = [
      Name.amount: ColumnSource(.money, rowCount: rows.count, unowned: rows.amounts),
      Name.day: ColumnSource(.day, rowCount: rows.count, unowned: rows.days),
    ]
    if let orders = rows.orders {
      parts[Name.order] = ColumnSource(.int64, rowCount: rows.count, unowned: orders)
    }
    for extra in rows.extras {
      parts[DirectoryPlan.extraPrefix + extra.name] = ColumnSource(extra)
    }
    if plan.columns.isEmpty {
      let names = Name.names(hasOrders: rows.orders != nil, extras: rows.extras.map(\.name))
      for name in names { try plan.add(name, nil) }
      files = Array(repeating: nil, count: plan.columns.count)
    }
    var blocks: [BlockTasks.Part] = []
    for (index, column) in plan.columns.enumerated() {
      guard let source = parts[column.name] else { continue }
      let file = try file(index, source.header(rowCount: rowCount))
      let dictionaryBlockCount = file.header.dictionaryBlockCount
      let first = nextRow == 0 ? 0 : dictionaryBlockCount + nextRow / blockRowCount
      blocks.append(
        BlockTasks.Part(
          blocks: first..<dictionaryBlockCount + ColumnFileHeader.blockCount(of: end),
          encoder: BlockEncoder(
            part: source, from: nextRow, of: file.header, identity: file.identity,
            path: file.path),
          file: file))
    }
    var tasks = BlockTasks()
    tasks.add(blocks)
    tasks.add(Parallel.chunkCount(of: rows.count)) { [sums] chunk in
      sums.add(rows, Parallel.rows(ofChunk: chunk, of: rows.count))
    }
    nextRow = end
    return tasks
  }

  private func file(
    _ index: Int, _ header: ColumnFileHeader
  ) throws(StorageError) -> FileInProgress {
    if let file = files[index] { return file }
    let name = plan.columns[index].fileName
    let file = try FileInProgress(
      header, store.path + "/" + plan.temporaryFolder + "/" + name,
      identity: FileIdentity(storeID: storeID, path: plan.folder + "/" + name),
      system: store.system)
    files[index] = file
    return file
  }

  /// Writes the customers and their numbers of rows, when all rows are written, and has a thread of its own wait
  /// for the disk and check what was written.
  ///
  /// - Parameters: as in `TransactionTable`.
  package func finish(
    customerCodes: AlignedBuffer<UInt32>, rowStarts: AlignedBuffer<UInt32>
  ) throws(StorageError) {
    precondition(nextRow == rowCount, "all rows are written")
    precondition(rowStarts.count == customerCodes.count + 1, "one more row start than customers")
    customerCount = customerCodes.count
    lastCustomerCode = customerCodes.pointer.last
    let starts = rowStarts.pointer
    let counts = AlignedBuffer<UInt32>(count: customerCount) { counts in
      for k in counts.indices { counts[k] = starts[k + 1] - starts[k] }
    }
    var blocks: [BlockTasks.Part] = []
    typealias Name = DirectoryPlan.BatchColumn
    let parts = [Name.customer: customerCodes, Name.count: counts]
    for (index, column) in plan.columns.enumerated() {
      guard let values = parts[column.name] else { continue }
      let source = ColumnSource(Column(column.name, .uint32(values)))
      let file = try file(index, source.header)
      blocks.append(
        BlockTasks.Part(
          blocks: 0..<file.header.blockCount,
          encoder: BlockEncoder(source, identity: file.identity, path: file.path), file: file))
    }
    var tasks = BlockTasks()
    tasks.add(blocks)
    Parallel.perform(tasks.count) { tasks.run($0) }
    try tasks.check()
    disk = DiskThread(files.compactMap { $0 })
  }

  /// Days and total of the rows; `finish` has run.
  func summary() throws(StorageError) -> BatchSummary {
    try BatchSummary(sums, rowCount: rowCount, plan.folder)
  }

  /// What was written, by the plan's columns, when it is on the disk and checked.
  func summaries() throws(StorageError) -> [ColumnFileSummary] {
    guard let disk else { preconditionFailure("a stream is finished before it is published") }
    return try disk.result().get()
  }

  /// What was written is the store's now.
  func keep() { isPublished = true }

  /// The rows as one table, read back from the disk.
  package func table(extras: Store.ExtraColumns = .none) throws(StorageError) -> TransactionTable {
    _ = try summaries()
    return try Store.loadTable(
      rowCount: rowCount, customerCount: customerCount, names: plan.columns.map(\.name),
      extras: extras
    ) { name, _ throws(StorageError) in try reader(of: name) }
  }

  /// Whether the rows have order ids.
  package var hasOrders: Bool {
    plan.columns.contains { $0.name == DirectoryPlan.BatchColumn.order }
  }

  /// Opens a column that was written.
  func reader(of name: String) throws(StorageError) -> ColumnFileReader {
    guard let index = plan.columns.firstIndex(where: { $0.name == name }), let file = files[index]
    else {
      throw StorageError(
        .missing, path: plan.folder, found: "no column \(name)",
        expected: "one of " + plan.columns.map(\.name).joined(separator: ", "),
        advice: "check the column's name")
    }
    return try ColumnFileReader(path: file.path, identity: file.identity, system: store.system)
  }
}

/// Rows of a batch, in memory that is theirs for as long as their blocks are being written.
package struct BatchRows: @unchecked Sendable {
  // SAFETY: read only.
  package let firstRow: Int
  package let count: Int
  let days: UnsafePointer<Int32>
  let amounts: UnsafePointer<Int64>
  let orders: UnsafePointer<UInt64>?
  let extras: [Column]

  /// As in `TransactionTable`: `count` values each.
  package init(
    firstRow: Int, count: Int, days: UnsafePointer<Int32>, amounts: UnsafePointer<Int64>,
    orders: UnsafePointer<UInt64>?, extras: [Column]
  ) {
    precondition(extras.allSatisfy { $0.rowCount == count }, "a value a row")
    self.firstRow = firstRow
    self.count = count
    self.days = days
    self.amounts = amounts
    self.orders = orders
    self.extras = extras
  }
}

extension BatchSums {
  fileprivate func add(_ rows: BatchRows, _ range: Range<Int>) {
    add(
      days: UnsafeBufferPointer(start: rows.days + range.lowerBound, count: range.count),
      amounts: UnsafeBufferPointer(start: rows.amounts + range.lowerBound, count: range.count))
  }
}
