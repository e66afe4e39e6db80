import Aggregation
import Columns
import Kernels
import Models
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// CDNOW's log against DuckDB's answer for the same definitions (Tests/Fixtures/make_cdnow_rfm.py).
@Suite struct CDNOWTests {
  /// Lines of a file of the repository, as fields.
  private func fields(_ path: String) throws -> [[Substring]] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = try #require(fopen("/\(root)/\(path)", "r"), "\(path) is missing")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("#") }.dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }

  private func cents(_ text: Substring) throws -> Int64 {
    let parts = text.split(separator: ".")
    try #require(parts.count == 2 && parts[1].count == 2)
    return try #require(Int64(parts[0] + parts[1]))
  }

  /// The log, customers coded in the order of their ids.
  private func log() throws -> OrderLog {
    OrderLog(
      try fields("data/cdnow_master.csv").map { row in
        OrderLog.Row(
          customer: try #require(Int(row[0])) - 1, day: try #require(Day.parse(String(row[1]))),
          amount: try cents(row[3]) * 100)
      })
  }

  @Test func `every customer's summary and scores are DuckDB's`() throws {
    let log = try log()
    let expected = try fields("Tests/Fixtures/cdnow_rfm.csv")
    #expect(log.rows.count == 69_659)
    #expect(expected.count == 23_570)
    let asOf = try #require(Day.parse("1998-06-30"))
    let batches = [log.table(withOrders: false)]
    let summary = try CustomerSummary.aggregate(batches, customerCount: 23_570, asOf: asOf)
    #expect(summary.purchaseDays.array.reduce(0) { $0 + Int($1) } == 67_591)
    let scores = try RFMScores.score(summary, options: RFMOptions())
    var differing: [Int] = []
    for (row, fields) in expected.enumerated() {
      let numbers = fields.compactMap { Int($0) }
      let rfm =
        Int(scores.recency[row]) * 100 + Int(scores.frequency[row]) * 10
        + Int(scores.monetary[row])
      let found = [
        row + 1, Int(asOf - summary.lastDays[row]), Int(asOf - summary.firstDays[row]),
        Int(summary.orders[row]), Int(summary.purchaseDays[row]),
        Int(summary.monetaryTotals[row] / 100), Int(summary.firstDayTotals[row] / 100), rfm,
      ]
      if found != numbers { differing.append(row + 1) }
    }
    #expect(differing.isEmpty)
    #expect(summary.monetaryTotals.array.reduce(0, +) == 25_003_156_300)
  }

  @Test func `one row in seven folded in later gives the same summary`() throws {
    let log = try log()
    let last = try #require(Day.parse("1998-06-30"))
    let parts = (0..<7).map { part in
      OrderLog(
        log.rows.enumerated().filter { $0.offset % 7 == part }.map(\.element)
      ).table(withOrders: false)
    }
    let all = try CustomerSummary.aggregate(
      [log.table(withOrders: false)], customerCount: 23_570, asOf: last)
    let most = try CustomerSummary.aggregate(
      Array(parts[..<6]), customerCount: 23_570, asOf: last)
    let folded = try CustomerSummary.fold(
      most, basis: .init(lastDay: last, hasOrderIds: false), newBatches: [parts[6]],
      customerCount: 23_570, asOf: last
    ) { _ in parts }
    #expect(folded?.rows == all.rows)
  }
}
