import Columns
import Ingest
import Kernels
import Testing

/// Codes across batches, long ids and parts.
@Suite struct BatchTests {
  private func rows(_ ids: [String], day: Int) -> String {
    "customer,date,amount\n"
      + ids.enumerated().map { "\($1),2024-01-\(10 + day),\($0 + 1)\n" }.joined()
  }

  private func existing(_ codes: [String: UInt32]) -> ExistingCustomers {
    let sorted = codes.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return ExistingCustomers(
      ids: StringTable(sorted), codes: AlignedBuffer(sorted.map { codes[$0]! }))
  }

  @Test func customersKeepTheirCodesAndNewOnesGetTheNext() throws {
    let first = TemporaryFile(rows(["m", "c", "x", "c"], day: 0))
    let second = TemporaryFile(
      rows(["z", "c", "a", "x", "n", "a", "long-customer-id-0001"], day: 1))
    try withExtendedLifetime((first, second)) {
      let one = try ingestAll([first.path])
      #expect(one.newCustomers == ["c", "m", "x"])
      #expect(one.table.customerCodes.array == [0, 1, 2])
      let known = existing(["c": 0, "m": 1, "x": 2])
      for count in [1, 3] {
        let two = try ingestAll(
          [second.path], allowing { $0.tuning.partitionCount = count }, existing: known)
        #expect(two.newCustomers == ["a", "long-customer-id-0001", "n", "z"])
        #expect(two.table.customerCodes.array == [0, 2, 3, 4, 5, 6])
        #expect(two.table.rowStarts.array == [0, 1, 2, 4, 5, 6, 7])
        #expect(two.table.amounts.array == [2, 4, 3, 6, 7, 5, 1].map { $0 * 10_000 })
        #expect(two.report.customers == 6 && two.report.newCustomers == 4)
      }
    }
  }

  /// Ranges of ids without a customer, down to a log without a row, beside customers that are known.
  @Test func partitionsMayBeEmptyBesideKnownCustomers() throws {
    let known = existing(["A1": 0, "B7": 1])
    let (left, right) = (
      TemporaryFile(rows(["A7", "A7", "A8"], day: 1)), TemporaryFile(rows([], day: 1))
    )
    let all = (0..<60).map { $0 < 40 ? "A\($0 + 10)" : "B\($0 + 10)" }
    let filtered = TemporaryFile(
      "customer,date,amount,state\n"
        + all.map { "\($0),2024-01-02,1,\($0.hasPrefix("A") ? "open" : "done")\n" }.joined())
    try withExtendedLifetime((left, right, filtered)) {
      for count in [1, 2, 9, 64] {
        let some = try ingestAll(
          [left.path], allowing { $0.tuning.partitionCount = count }, existing: known)
        #expect(some.newCustomers == ["A7", "A8"])
        #expect(some.table.customerCodes.array == [2, 3])
        let none = try ingestAll(
          [right.path], allowing { $0.tuning.partitionCount = count }, existing: known)
        #expect(none.newCustomers.isEmpty && none.rows.isEmpty)
        let done = try ingestAll(
          [filtered.path],
          allowing {
            $0.tuning.partitionCount = count
            $0.filters = [ColumnFilter(column: "state", value: "done")]
          }, existing: known)
        #expect(done.newCustomers == all.filter { $0.hasPrefix("B") }.sorted())
        #expect(done.report.rowsFiltered == 40)
      }
    }
  }

  @Test func idsOfEveryLengthAreToldApartAndSorted() throws {
    var ids: [String] = []
    for length in [1, 2, 7, 8, 9, 15, 16, 17, 18, 23, 24, 25, 40, 100, 1000, 4096] {
      for last in ["a", "b", "z"] {
        ids.append(String(repeating: "k", count: length - 1) + last)
      }
    }
    ids += ids.map { $0 }
    for count in [1, 5, 64] {
      let result = try ingestText(
        rows(ids, day: 3), allowing { $0.tuning.partitionCount = count })
      let sorted = Set(ids).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      #expect(result.newCustomers == sorted)
      #expect(result.rows.count == ids.count && result.rows == result.rows.sorted())
    }
  }

  @Test func manyRandomIDsGiveTheirOwnSums() throws {
    var random = RandomStream(seed: 77)
    var sums: [String: Int64] = [:]
    var text = "customer,date,amount\n"
    for _ in 0..<60_000 {
      let number = random.nextIndex(below: 20_000)
      let id = number % 3 == 0 ? String(number, radix: 36) : "user-\(number)@example.com"
      let amount = random.nextIndex(below: 10_000)
      sums[id, default: 0] += Int64(amount) * 100
      text +=
        "\(id),2024-01-\(10 + number % 9),\(amount / 100).\(amount % 100 / 10)\(amount % 10)\n"
    }
    let file = TemporaryFile(text)
    try withExtendedLifetime(file) {
      for kernel in [true, false] {
        let result = try ingestAll(
          [file.path],
          allowing {
            $0.tuning.partitionCount = 32
            $0.tuning.usesPlainKernel = kernel
          })
        var found: [String: Int64] = [:]
        for row in result.rows {
          found[String(decoding: row.customer, as: UTF8.self), default: 0] += row.amount
        }
        #expect(found == sums)
        #expect(result.rows == result.rows.sorted())
      }
    }
  }

  @Test func partsOneAfterTheOtherAreTheWholeTable() throws {
    var text = "customer,date,amount,order\n"
    for i in 0..<5_000 {
      text += "C\(1000 + i * 31 % 700),2024-01-\(10 + i % 20),\(i).5,o\(i % 50)\n"
    }
    let file = TemporaryFile(text)
    try withExtendedLifetime(file) {
      for (order, limit) in [(nil, Int.max), ("order", Int.max), (nil, 0), ("order", 0)] {
        let options = allowing {
          $0.orderColumn = order
          $0.memoryLimitByteCount = limit
          $0.tuning.partitionCount = 9
          $0.tuning.taskByteCount = 20_000
          $0.tuning.tasksPerWave = 2
        }
        let whole = try ingest([file.path], options: options).table()
        let batch = try ingest([file.path], options: options)
        #expect(batch.parts.count > 4)
        #expect(batch.rowCount == 5_000 && batch.customerCount == 700)
        #expect((batch.report.spilledByteCount > 0) == (limit == 0))
        for part in batch.parts.indices.reversed() {
          let table = try batch.table(ofPart: part)
          let place = batch.parts[part]
          #expect(table.days.array == Array(whole.days.array[place.rows]))
          #expect(table.amounts.array == Array(whole.amounts.array[place.rows]))
          #expect(table.orders?.array == whole.orders.map { Array($0.array[place.rows]) })
          #expect(table.customerCodes.array == Array(whole.customerCodes.array[place.customers]))
          let starts = whole.rowStarts.array[place.customers].map {
            $0 - UInt32(place.rows.lowerBound)
          }
          #expect(Array(table.rowStarts.array.dropLast()) == starts)
        }
      }
    }
  }
}
