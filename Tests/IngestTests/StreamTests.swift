import Columns
import Ingest
import Kernels
import Synchronization
import Testing

/// Rows brought in windows against the table of all rows.
@Suite struct StreamTests {
  /// What the windows and parts of a batch held, put together.
  private final class Collected {
    var days: [Int32] = []
    var amounts: [Int64] = []
    var orders: [UInt64] = []
    var channels: [String] = []
    var codes: [UInt32] = []
    var starts: [UInt32] = []
    var windowCount = 0
    var partRowCount = 0
  }

  /// Streams a batch with small windows; checks the windows' sizes and that parts are their rows.
  private func collect(_ batch: IngestBatch, windowRowCount: Int) throws -> Collected {
    let all = Collected()
    let partSums = AmountSums()
    let customers = try batch.stream(
      windowRowCount: windowRowCount, blockRowCount: 64,
      part: { rows in
        let count = rows.part.rows.count
        partSums.add((0..<count).reduce(0) { $0 + rows.amounts[$1] }, count)
        #expect(Int(rows.starts[rows.part.customers.count]) == count)
      },
      blocks: { window in
        #expect(window.firstRow == all.days.count)
        #expect(window.count % 64 == 0 || window.firstRow + window.count == batch.rowCount)
        for row in 0..<window.count {
          all.days.append(window.days[row])
          all.amounts.append(window.amounts[row])
          if let orders = window.orders { all.orders.append(orders[row]) }
        }
        for column in window.extraColumns() {
          all.channels += (0..<window.count).map { keptText(column, $0) }
        }
        all.windowCount += 1
        return IngestWindowTasks(count: 1, run: { _ in }, check: {})
      })
    all.codes = customers.customerCodes.array
    all.starts = customers.rowStarts.array
    #expect(partSums.sum == all.amounts.reduce(0, +) && partSums.rowCount == batch.rowCount)
    return all
  }

  private func file(seed: UInt64, isRunning: Bool) -> TemporaryFile {
    var random = RandomStream(seed: seed)
    var text = "customer,date,amount,order,channel\n"
    for row in 0..<2_000 {
      let number = 10_000 + random.nextIndex(below: 700)
      let id = isRunning ? "C\(number)" : "id-\((number &* 7_919) % 10_007)-\(number % 3)"
      text += "\(id),2024-03-\(10 + random.nextIndex(below: 15)),\(random.nextIndex(below: 90)).25,"
      text += "o\(row % 900),\(["web", "shop", ""][row % 3])\n"
    }
    return TemporaryFile(text)
  }

  @Test(arguments: [false, true], [false, true])
  func windowsHoldTheRowsOfTheTable(isWide: Bool, hasExisting: Bool) throws {
    for isRunning in [true, false] {
      let file = file(seed: 3, isRunning: isRunning)
      let options = allowing {
        $0.tuning.partitionCount = 9
        if isWide {
          $0.orderColumn = "order"
          $0.keptColumns = ["channel"]
        }
      }
      // Every third customer has a code already, in an order that is not the ids'.
      let ids = try ingest([file.path], options: options).newCustomers.array
      let known = stride(from: 0, to: ids.count, by: 3).map { ids[$0] }
      let codes = known.indices.map { UInt32(($0 * 7 + 3) % known.count) }
      #expect(Set(codes).count == known.count)
      let existing =
        hasExisting
        ? ExistingCustomers(ids: StringTable(known), codes: AlignedBuffer(codes)) : nil
      let table = try ingest([file.path], options: options, existing: existing).table()
      for (windowRowCount, limit) in [(1, Int.max), (300, 0), (100_000, Int.max)] {
        var limited = options
        limited.memoryLimitByteCount = limit
        let batch = try ingest([file.path], options: limited, existing: existing)
        #expect(batch.isInCodeOrder == !hasExisting)
        let all = try collect(batch, windowRowCount: windowRowCount)
        #expect(all.windowCount > 1 || windowRowCount == 100_000)
        #expect(all.codes == table.customerCodes.array)
        #expect(all.starts == table.rowStarts.array)
        #expect(all.days == table.days.array && all.amounts == table.amounts.array)
        #expect(all.orders == table.orders?.array ?? [])
        #expect(all.channels == table.extras.flatMap { c in (0..<2_000).map { keptText(c, $0) } })
      }
      withExtendedLifetime(file) {}
    }
  }
}

/// Sums from any thread.
private final class AmountSums: Sendable {
  private let state = Mutex((sum: Int64(0), rowCount: 0))

  func add(_ sum: Int64, _ rowCount: Int) {
    state.withLock {
      $0.sum += sum
      $0.rowCount += rowCount
    }
  }

  var sum: Int64 { state.withLock { $0.sum } }
  var rowCount: Int { state.withLock { $0.rowCount } }
}
