package import Columns
import Kernels
import Synchronization

/// A batch whose rows are read by ranges of customer codes: only the blocks that hold them are decoded.
///
///     let batches = try store.manifest.batches.map { try store.storedBatch($0) }
///     let memory = BatchRangeMemory()
///     let rows = try memory.read(batches, codes: 0..<10_000)!
///     rows[0].runs                  // valid until the memory is used again
///
/// Which block of customers has which rows is found out here, by one pass over the customers' numbers of rows.
package struct StoredBatch: Sendable {
  package let rowCount: Int
  package let customerCount: Int
  package let hasOrders: Bool
  /// Names of the columns kept besides.
  package let extraNames: [String]
  /// In the order of their codes.
  package private(set) var blocks: [CustomerBlock] = []
  private let opener: @Sendable (String, Int) throws(StorageError) -> ColumnFileReader

  /// A block of customers: the least and the greatest code, and its rows in the batch.
  package struct CustomerBlock: Sendable, Equatable {
    package let codes: ClosedRange<Int>
    package let rows: Range<Int>
  }

  /// - Parameters:
  ///   - names: of the batch's columns.
  ///   - opener: opens a column and finds it to have so many rows. Files are open while they are read only: a
  ///     store may have more of them than a process may have open.
  init(
    rowCount: Int, customerCount: Int, names: [String],
    opener: @escaping @Sendable (String, Int) throws(StorageError) -> ColumnFileReader
  ) throws(StorageError) {
    self.rowCount = rowCount
    self.customerCount = customerCount
    self.opener = opener
    hasOrders = names.contains(DirectoryPlan.BatchColumn.order)
    extraNames = Store.extraNames(names, .all)
    blocks = try customerBlocks()
  }

  /// Opens a column of a type that is known.
  func open(_ name: String, _ type: ColumnType) throws(StorageError) -> ColumnFileReader {
    typealias Name = DirectoryPlan.BatchColumn
    let ofCustomers = name == Name.customer || name == Name.count
    let reader = try opener(name, ofCustomers ? customerCount : rowCount)
    guard reader.type == type else {
      throw .damaged(reader.path, found: reader.type.name, expected: type.name)
    }
    return reader
  }

  /// The values of a kept column in some rows, and the row that the first of them is of.
  package func extra(
    _ name: String, rows: Range<Int>
  ) throws(StorageError) -> (column: Column, firstRow: Int) {
    let reader = try opener(DirectoryPlan.extraPrefix + name, rowCount)
    let blockRowCount = StorageLimits.blockRowCount
    let blocks = rows.lowerBound / blockRowCount..<(rows.upperBound - 1) / blockRowCount + 1
    return (try reader.read(blocks: blocks, named: name), blocks.lowerBound * blockRowCount)
  }

  private func customerBlocks() throws(StorageError) -> [CustomerBlock] {
    if rowCount == 0 && customerCount == 0 { return [] }
    let customers = try open(DirectoryPlan.BatchColumn.customer, .uint32)
    let counts = try open(DirectoryPlan.BatchColumn.count, .uint32)
    let rowCounts = try StoredBatch.sums(counts)
    var blocks: [CustomerBlock] = []
    var firstRow = 0
    var previousCode: Int64 = -1
    for (zone, count) in zip(customers.zones, rowCounts) {
      guard let codes = zone.integerBounds, codes.lowerBound > previousCode,
        codes.upperBound <= Int64(UInt32.max)
      else {
        throw .damaged(customers.path, found: "codes that do not rise", expected: "rising codes")
      }
      previousCode = codes.upperBound
      blocks.append(
        CustomerBlock(
          codes: Int(codes.lowerBound)...Int(codes.upperBound), rows: firstRow..<firstRow + count))
      firstRow += count
    }
    guard firstRow == rowCount else {
      throw .damaged(
        counts.path, found: "customers of \(firstRow) rows", expected: "\(rowCount)")
    }
    return blocks
  }

  /// The sum of each block's values.
  private static func sums(_ reader: ColumnFileReader) throws(StorageError) -> [Int] {
    let count = reader.header.blockCount
    let sums = Mutex([Int](repeating: 0, count: count))
    let errors = FirstError()
    let memories = Mutex<[SumMemory]>([])
    Parallel.perform(count) { block in
      let memory = memories.withLock { $0.popLast() } ?? SumMemory()
      errors.attempt(block) { () throws(StorageError) in
        let rows = reader.header.rows(ofBlock: block)
        let place = memory.scratch.reserve(4 * rows.count)
        try reader.decode(block: block, into: place.baseAddress!)
        let sum = place.bindMemory(to: UInt32.self).reduce(0) { $0 + Int($1) }
        sums.withLock { $0[block] = sum }
      }
      memories.withLock { $0.append(memory) }
    }
    try errors.rethrow()
    return sums.withLock { $0 }
  }

  // SAFETY: with one task at a time.
  private final class SumMemory: @unchecked Sendable { let scratch = Scratch() }
}

extension Store {
  /// A batch, for being read range by range.
  package func storedBatch(_ entry: BatchEntry) throws(StorageError) -> StoredBatch {
    let folder = try batchFolder(entry)
    return try StoredBatch(
      rowCount: entry.rowCount, customerCount: entry.customerCount, names: folder.files.map(\.name)
    ) { name, rowCount throws(StorageError) in
      try folder.open(folder.file(named: name), rowCount: rowCount)
    }
  }
}

extension BatchStream {
  /// What was written, for being read range by range; waits for the disk.
  package func storedBatch() throws(StorageError) -> StoredBatch {
    _ = try summaries()
    return try StoredBatch(
      rowCount: rowCount, customerCount: customerCount, names: plan.columns.map(\.name)
    ) { [self] name, _ throws(StorageError) in
      try reader(of: name)
    }
  }
}
