import Columns
import Ingest
import Kernels
import Testing

/// Ids that name their own codes against ids that are hashed: the batch must be the same.
@Suite struct DirectCodeTests {
  /// Rows of running numbers, with gaps, and of a few ids that no sample would promise.
  private func file(seed: UInt64, strangers: [String]) -> String {
    var random = RandomStream(seed: seed)
    var text = "customer,date,amount\n"
    for row in 0..<3_000 {
      let number = 95_000 + random.nextIndex(below: 900) * (row % 3 == 0 ? 7 : 1)
      var id = "C" + String(repeating: "0", count: 8 - String(number).count) + String(number)
      if row % 50 == 1, !strangers.isEmpty { id = strangers[row / 50 % strangers.count] }
      let day = 10 + random.nextIndex(below: 15)
      // Now and then a date or an amount that a packed row has no room for.
      let year = row % 301 == 7 ? "1950" : "2024"
      let amount = row % 401 == 9 ? "0.0001" : "\(random.nextIndex(below: 90)).25"
      text += "\(id),\(year)-03-\(day),\(amount)\n"
    }
    return text
  }

  private static let strangers = [
    "C", "C0009500", "C000950001", "C0009A000", "Customer-with-a-long-name", "D00095001", "é",
    "C99999999", "C00000000", "B",
  ]

  @Test(arguments: [[], DirectCodeTests.strangers])
  func givesTheBatchThatHashingGives(strangers: [String]) throws {
    let text = file(seed: 5, strangers: strangers)
    for partitionCount in [1, 6, 64] {
      for memoryLimit in [Int.max, 0] {
        func result(direct: Bool, plain: Bool = true) throws -> Ingested {
          try ingestText(
            text,
            allowing {
              $0.tuning.partitionCount = partitionCount
              $0.tuning.usesDirectCodes = direct
              $0.tuning.usesPlainKernel = plain
              $0.tuning.taskByteCount = 7_000
              $0.tuning.tasksPerWave = 3
              $0.memoryLimitByteCount = memoryLimit
            })
        }
        let direct = try result(direct: true)
        for hashed in [try result(direct: false), try result(direct: false, plain: false)] {
          #expect(direct.newCustomers == hashed.newCustomers)
          #expect(direct.rows == hashed.rows)
          #expect(direct.table.rowStarts.array == hashed.table.rowStarts.array)
          #expect(direct.report.firstDay == hashed.report.firstDay)
          #expect(direct.report.lastDay == hashed.report.lastDay)
        }
        #expect(direct.rows.count == 3_000)
      }
    }
  }

  /// Order ids of every length that hashing tells apart, quoted, and none, in each place of the row.
  @Test(arguments: [0, 1, 3], [[], DirectCodeTests.strangers])
  func ordersComeAlong(column: Int, strangers: [String]) throws {
    var random = RandomStream(seed: UInt64(column) + 9)
    var lines: [String] = []
    var expected: [Row] = []
    for (row, line) in file(seed: 6, strangers: strangers).split(separator: "\n").enumerated() {
      var fields = line.split(separator: ",").map(String.init)
      if row == 0 {
        fields.insert("order_no", at: column)
      } else {
        let length = random.nextIndex(below: 60) * random.nextIndex(below: 6) / 2
        let order = String((0..<length).map { _ in "0123456789abcdef-".randomElement(&random) })
        expected.append(
          Row(
            customer: Array(fields[0].utf8), day: Day.parse(fields[1])!,
            order: NaiveCSV.hash(Array(order.utf8)),
            amount: Int64((Double(fields[2])! * 10_000).rounded())))
        fields.insert(row % 90 == 1 ? "\"\(order)\"" : order, at: column)
      }
      lines.append(fields.joined(separator: ","))
    }
    #expect(NaiveCSV.hash([0x61]) == 0xE6C6_32B6_1E96_4E1F, "XXH3-64 of \"a\"")
    for newline in ["\n", "\r\n"] {
      for isDirect in [true, false] {
        for memoryLimit in [Int.max, 0] {
          let result = try ingestText(
            lines.joined(separator: newline) + newline,
            allowing {
              $0.orderColumn = "order_no"
              $0.tuning.usesDirectCodes = isDirect
              $0.tuning.partitionCount = 6
              $0.tuning.taskByteCount = 9_000
              $0.tuning.tasksPerWave = 3
              $0.memoryLimitByteCount = memoryLimit
            })
          #expect(result.rows == expected.sorted())
        }
      }
    }
  }
}

extension String {
  fileprivate func randomElement(_ random: inout RandomStream) -> Character {
    self[index(startIndex, offsetBy: random.nextIndex(below: count))]
  }
}
