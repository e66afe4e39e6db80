import Ingest
import Testing

/// Dates with a time of day, as databases write them: the kernels against the general reader.
@Suite struct TimeOfDayTests {
  private static let times = [
    "", " 00:00:00", "T00:00:00", " 23:59:59", "T09:30:07", " 19:00:00", " 20:05:50",
    // Good, but not what the kernels take.
    " 24:00:00", " 23:59:60", " 09:30", "T09:30:07Z", " 9:30:07", " 09:30:07.250", "t10:00:00",
    " 12:00-00",
    // No times.
    " 25:00:00", " 30:00:00", " 12:60:00", " 12:00:61", " 12:00:0", " 12:00:0x", " 1a:00:00",
    " 12;00:00", "-12:00:00", "T/2:00:00", " 12:0:000", " :2:00:00", " 12:00:7\u{1F}",
  ]

  @Test("Every time of day gives the row, or the reject, that the general reader gives")
  func agrees() throws {
    var text = "customer,date,amount\n"
    for day in 10..<28 {
      for (i, time) in TimeOfDayTests.times.enumerated() {
        text += "C000\(100 + i * 7 + day),2024-03-\(day)\(time),\(i).25\n"
      }
    }
    for ending in ["\n", "\r\n"] {
      let file = text.split(separator: "\n").joined(separator: ending) + ending
      func result(direct: Bool, plain: Bool) throws -> Ingested {
        try ingestText(
          file,
          allowing {
            $0.tuning.usesDirectCodes = direct
            $0.tuning.usesPlainKernel = plain
            $0.tuning.taskByteCount = 3_000
          })
      }
      let general = try result(direct: false, plain: false)
      #expect(general.rows.count == 18 * 15)
      for direct in [true, false] {
        let kernel = try result(direct: direct, plain: true)
        #expect(kernel.rows == general.rows)
        #expect(kernel.newCustomers == general.newCustomers)
        #expect(kernel.report.rowsRejected == general.report.rowsRejected)
      }
    }
  }

  @Test("Every hour, minute and second of a day is a time")
  func wholeDay() throws {
    var text = "customer,date,amount\n"
    for second in stride(from: 0, to: 86_400, by: 7) {
      let parts = [second / 3_600, second / 60 % 60, second % 60].map {
        ($0 < 10 ? "0" : "") + String($0)
      }
      text += "C\(second),2024-02-29 \(parts[0]):\(parts[1]):\(parts[2]),1.00\n"
    }
    let read = try ingestText(text)
    #expect(read.rows.count == 12_343)
    #expect(read.report.rowsRejected == 0)
    #expect(read.report.firstDay == read.report.lastDay)
  }
}
