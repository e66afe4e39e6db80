import Columns
import JSONText
import Kernels
import Testing

@testable import Storage

/// Batches written part by part against batches written as one table.
@Suite struct BatchStreamTests {
  /// Rows enough for three blocks, of customers of 0 to 8 rows each.
  private func table(seed: UInt64, orders: Bool, extras: Bool) -> TransactionTable {
    var random = RandomStream(seed: seed)
    var customers: [(code: UInt32, rows: [(day: Int32, amount: Int64)])] = []
    var rowCount = 0
    while rowCount < 2 * StorageLimits.blockRowCount + 5_000 {
      let count = 1 + random.nextIndex(below: 8)
      rowCount += count
      customers.append(
        (
          code: UInt32(customers.count),
          rows: (0..<count).map { (Int32(19_000 + $0), Int64(random.nextIndex(below: 90_000))) }
        ))
    }
    return Example.table(
      customers, orders: orders,
      extras: extras
        ? [
          Column(
            "channel",
            .string(
              .uint8(AlignedBuffer((0..<rowCount).map { UInt8($0 % 3) })),
              StringTable(["web", "shop", "mail"])),
            validity: Bitmap(count: rowCount) { $0 % 7 != 0 })
        ] : [])
  }

  private let source = BatchSource(name: "orders.csv", byteCount: 3, contentHash: 77)

  /// Writes a table in parts of some numbers of blocks.
  private func stream(
    _ table: TransactionTable, _ writer: borrowing StoreWriter, blockCounts: [Int]
  ) throws -> BatchStream {
    let stream = try writer.streamBatch(rowCount: table.rowCount, sources: [source])
    var row = 0
    for count in blockCounts {
      let end = min(row + count * StorageLimits.blockRowCount, table.rowCount)
      let rows = AlignedBuffer((row..<end).map { UInt32($0) })
      let extras = table.extras.map { $0.gathered(rows) }
      let blocks = try stream.blocks(
        of: BatchRows(
          firstRow: row, count: end - row, days: table.days.pointer.baseAddress! + row,
          amounts: table.amounts.pointer.baseAddress! + row,
          orders: table.orders.map { $0.pointer.baseAddress! + row }, extras: extras))
      Parallel.perform(blocks.count) { blocks.run($0) }
      try blocks.check()
      row = end
    }
    try stream.finish(customerCodes: table.customerCodes, rowStarts: table.rowStarts)
    return stream
  }

  /// Codes of the kept column, -1 where there is none.
  private func channels(_ table: TransactionTable) -> [Int] {
    guard case .string(.uint8(let codes), _)? = table.extras.first?.values else { return [] }
    let validity = table.extras[0].validity
    return codes.array.indices.map { validity?[$0] == false ? -1 : Int(codes[$0]) }
  }

  private func newIDs(_ table: TransactionTable) -> CustomersDraft {
    CustomersDraft(newIDs: StringTable(table.customerCodes.array.map { "c\(1_000_000 + $0)" }))
  }

  @Test(arguments: [[3], [1, 1, 1], [2, 1]])
  func aStreamedBatchIsTheTable(blockCounts: [Int]) throws {
    let directory = TemporaryDirectory()
    let table = table(seed: 5, orders: true, extras: true)
    var entries: [(TransactionTable, [Int])] = []
    for isStreamed in [true, false] {
      let path = directory.path + "/\(isStreamed)"
      var writer = try Store.create(at: path).lockForWriting()
      let draft =
        try isStreamed
        ? BatchDraft(stream(table, writer, blockCounts: blockCounts))
        : BatchDraft(table, sources: [source])
      let published = try writer.commit(
        Publication(batches: [draft], customers: [newIDs(table)]))
      let store = writer.store
      let damages = try store.verify().damages
      #expect(damages.isEmpty)
      let record = try store.batchRecord(published.batches[0])
      #expect(published.batches[0].customerCount == table.customerCount)
      let sizes = record["files"]?.arrayValue?.compactMap { $0["bytes"]?.intValue } ?? []
      entries.append((try store.loadBatch(published.batches[0], extras: .all), sizes))
      #expect(record["total"]?.intValue == Int(table.amounts.array.reduce(0, +)))
      #expect(record["firstDay"]?.stringValue == Day.text(19_000))
    }
    #expect(entries[0].1 == entries[1].1 && entries[0].1.count == 6)
    for (read, _) in entries {
      #expect(read.days.array == table.days.array)
      #expect(read.amounts.array == table.amounts.array)
      #expect(read.orders?.array == table.orders?.array)
      #expect(read.rowStarts.array == table.rowStarts.array)
      #expect(channels(read) == channels(entries[1].0) && channels(read).count == table.rowCount)
    }
  }

  @Test func theRowsCanBeReadBeforeTheyArePublished() throws {
    let directory = TemporaryDirectory()
    let table = table(seed: 6, orders: false, extras: false)
    let writer = try Store.create(at: directory.path + "/s").lockForWriting()
    let read = try stream(table, writer, blockCounts: [1, 2]).table()
    #expect(read.days.array == table.days.array && read.amounts.array == table.amounts.array)
    #expect(read.customerCodes.array == table.customerCodes.array && read.orders == nil)
    #expect(throws: StorageError.self) {
      try stream(table, writer, blockCounts: [3]).table(extras: .named(["shop"]))
    }
  }

  @Test func whatIsNotPublishedLeavesNothing() throws {
    let directory = TemporaryDirectory()
    let table = table(seed: 7, orders: false, extras: false)
    let path = directory.path + "/s"
    let writer = try Store.create(at: path).lockForWriting()
    do {
      let stream = try stream(table, writer, blockCounts: [3])
      #expect(try SystemCalls.real.list(path + "/batches") == [".000001.tmp"])
      _ = stream.rowCount
    }
    #expect(try SystemCalls.real.list(path + "/batches").isEmpty)
  }
}
