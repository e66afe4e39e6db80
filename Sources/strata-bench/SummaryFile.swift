import Columns

/// A customer summary as a raw file: customers and as-of day (Int64), then each customer's first day, last day
/// and purchase days (Int32), total and total of the first day (Int64).
enum SummaryFile {
  static func read(_ path: String) throws -> CustomerSummary {
    let file = try RawFile(path, mode: "rb")
    let head = try file.read(Int64.self, count: 2)
    guard let asOf = Int32(exactly: head[1]), (0...1 << 31).contains(head[0]) else {
      throw BenchmarkError(description: "\(path) does not start with customers and a day")
    }
    let count = Int(head[0])
    let first = try file.read(Int32.self, count: count)
    let last = try file.read(Int32.self, count: count)
    let days = try file.read(Int32.self, count: count)
    let totals = try file.read(Int64.self, count: count)
    let firstTotals = try file.read(Int64.self, count: count)
    return CustomerSummary(
      asOf: asOf, firstDays: first, lastDays: last, orders: days, purchaseDays: days,
      monetaryTotals: totals, firstDayTotals: firstTotals)
  }
}
