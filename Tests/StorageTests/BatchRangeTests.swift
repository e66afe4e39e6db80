import Columns
import Foundation
import Kernels
import Testing

@testable import Storage

/// Ranges of customers read from a batch against the whole batch.
@Suite struct BatchRangeTests {
  /// Two blocks of rows and more, of customers of 1 to 200 rows, every third code of which has none.
  private func table(seed: UInt64) -> TransactionTable {
    var random = RandomStream(seed: seed)
    var customers: [(code: UInt32, rows: [(day: Int32, amount: Int64)])] = []
    var rowCount = 0
    while rowCount < 2 * StorageLimits.blockRowCount + 900 {
      let count = 1 + random.nextIndex(below: 200)
      rowCount += count
      customers.append(
        (
          code: UInt32(customers.count + customers.count / 2),
          rows: (0..<count).map { (Int32(19_000 + $0), Int64(random.nextIndex(below: 90_000))) }
        ))
    }
    return Example.table(customers, orders: true, extras: [])
  }

  private func stored(_ table: TransactionTable, _ path: String) throws -> StoredBatch {
    var writer = try Store.create(at: path).lockForWriting()
    let count = Int(table.customerCodes.array.last!) + 1
    let ids = StringTable((0..<count).map { "c\(1_000_000 + $0)" })
    _ = try writer.commit(
      Publication(
        batches: [BatchDraft(table, sources: [])], customers: [CustomersDraft(newIDs: ids)]))
    return try writer.store.storedBatch(writer.store.manifest.batches[0])
  }

  @Test func everyRangeHasTheRowsOfItsCustomers() throws {
    let directory = TemporaryDirectory()
    let table = table(seed: 3)
    let batch = try stored(table, directory.path + "/s")
    let last = Int(table.customerCodes.array.last!)
    #expect(batch.hasOrders && batch.blocks.map(\.codes) == [0...last])
    #expect(batch.blocks.map(\.rows) == [0..<table.rowCount])
    let memory = BatchRangeMemory()
    let (codes, starts) = (table.customerCodes.array, table.rowStarts.array)
    var random = RandomStream(seed: 4)
    var ranges = [0..<last + 1, 2..<3, last..<last + 1, 5..<5, last + 1..<last + 9]
    for _ in 0..<30 {
      let start = random.nextIndex(below: last)
      ranges.append(start..<start + random.nextIndex(below: last - start + 1))
    }
    for range in ranges {
      let found = try #require(try memory.read([batch, batch], codes: range))
      let wanted = codes.indices.filter { range.contains(Int(codes[$0])) }
      #expect(found.map(\.batch) == (wanted.isEmpty ? [] : [0, 1]))
      for part in found {
        let rows = Int(starts[wanted.first!])..<Int(starts[wanted.last! + 1])
        #expect(part.rows == rows)
        #expect(Array(part.runs.codes) == wanted.map { codes[$0] })
        #expect(
          part.runs.starts.map { Int($0) + rows.lowerBound }
            == wanted.map { Int(starts[$0]) } + [rows.upperBound])
        #expect(part.runs.days.elementsEqual(table.days.pointer[rows]))
        #expect(part.runs.amounts.elementsEqual(table.amounts.pointer[rows]))
        #expect(part.runs.orders!.elementsEqual(table.orders!.pointer[rows]))
      }
    }
  }

  @Test func aRangeOfTooManyRowsIsNotRead() throws {
    let directory = TemporaryDirectory()
    let table = table(seed: 5)
    let batch = try stored(table, directory.path + "/s")
    let memory = BatchRangeMemory()
    let all = 0..<Int(table.customerCodes.array.last!) + 1
    #expect(try memory.read([batch], codes: all, rowLimit: table.rowCount - 1) == nil)
    let found = try memory.read(
      [batch], codes: all, rowLimit: table.rowCount, wantsOrders: false)
    #expect(found?.first?.runs.days.count == table.rowCount && found?.first?.runs.orders == nil)
  }

  @Test func aDamagedBlockIsFound() throws {
    let directory = TemporaryDirectory()
    let table = table(seed: 6)
    let batch = try stored(table, directory.path + "/s")
    for name in ["amount", "order", "customer", "count"] {
      let path = directory.path + "/s/batches/000001/\(name).col"
      let file = try #require(FileHandle(forUpdatingAtPath: path))
      let bytes = try #require(try file.readToEnd())
      // A byte of the first block.
      try file.seek(toOffset: 80)
      try file.write(contentsOf: [bytes[80] ^ 4])
      #expect(throws: StorageError.self, "\(name)") {
        try BatchRangeMemory().read([batch], codes: 0..<10)
      }
      try file.seek(toOffset: 80)
      try file.write(contentsOf: [bytes[80]])
    }
    #expect(try BatchRangeMemory().read([batch], codes: 0..<10) != nil)
  }
}
