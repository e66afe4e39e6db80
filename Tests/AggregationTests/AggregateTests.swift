import Columns
import Kernels
import Testing

@testable import Aggregation

@Suite struct AggregateTests {
  @Test func `a customer's rows become first and last day, orders, purchase days and totals`()
    throws
  {
    let log = OrderLog([
      .init(customer: 1, day: 10, amount: 500, order: 7),
      .init(customer: 1, day: 10, amount: -200, order: 7),
      .init(customer: 1, day: 12, amount: 40, order: 9),
      .init(customer: 1, day: 12, amount: 1, order: 0),
    ])
    let summary = try CustomerSummary.aggregate([log.table()], customerCount: 3, asOf: 20)
    #expect(
      summary.rows == [
        SummaryRow(),
        SummaryRow(
          firstDay: 10, lastDay: 12, orders: 3, purchaseDays: 2, total: 341, firstDayTotal: 300),
        SummaryRow(),
      ])
    #expect(summary.isProspect(0) && !summary.isProspect(1))
    #expect(
      summary.purchaseHistory(of: 1)
        == PurchaseHistory(repeatCount: 1, lastRepeatAge: 2, age: 10, meanSpend: 0.0041))
    #expect(summary.purchaseHistory(of: 2) == nil)
    #expect(summary.recencyDays(of: 1) == 8)
  }

  @Test func `without an order column every row is an order`() throws {
    let log = OrderLog([
      .init(customer: 0, day: 1, amount: 1, order: 5),
      .init(customer: 0, day: 1, amount: 1, order: 5),
    ])
    let known = try CustomerSummary.aggregate([log.table()], customerCount: 1, asOf: 9)
    let unknown = try CustomerSummary.aggregate(
      [log.table(withOrders: false)], customerCount: 1, asOf: 9)
    #expect(known.orders[0] == 1)
    #expect(unknown.orders[0] == 2)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `any log in any split equals the definition`(seed: UInt64) throws {
    var random = RandomStream(seed: seed)
    let customers = 1 + random.nextIndex(below: 60)
    let log = OrderLog(
      rowCount: random.nextIndex(below: 700), customers: customers, days: 100...160, random: &random
    )
    let asOf = 95 + Int32(random.nextIndex(below: 70))
    let window = random.nextIndex(below: 2) == 0 ? nil : 1 + random.nextIndex(below: 40)
    let expected = log.summary(customers: customers + 3, asOf: asOf, windowDays: window)
    for batchCount in [1, 2, 7] {
      let batches = log.split(into: batchCount, random: &random).map { $0.table() }
      let summary = try CustomerSummary.aggregate(
        batches, customerCount: customers + 3, asOf: asOf, windowDays: window)
      #expect(summary.rows == expected, "seed \(seed), \(batchCount) batches")
    }
  }

  @Test func `many customers give the same rows on any number of threads`() throws {
    var random = RandomStream(seed: 9)
    let customers = 70_000
    let log = OrderLog(rowCount: 100_000, customers: customers, days: 0...50, random: &random)
    let expected = log.summary(customers: customers, asOf: 45, windowDays: 40)
    let batches = log.split(into: 3, random: &random).map { $0.table() }
    try onThreadCounts { _ in
      let one = try CustomerSummary.aggregate(
        [log.table()], customerCount: customers, asOf: 45, windowDays: 40)
      let three = try CustomerSummary.aggregate(
        batches, customerCount: customers, asOf: 45, windowDays: 40)
      #expect(one.rows == expected)
      #expect(three.rows == expected)
    }
  }

  @Test func `a window of w days holds the as-of day and the w - 1 days before`() throws {
    let log = OrderLog((0...9).map { .init(customer: 0, day: $0, amount: 1) })
    let table = log.table()
    let summary = try CustomerSummary.aggregate(
      [table], customerCount: 1, asOf: 8, windowDays: 3)
    #expect(summary.rows[0].firstDay == 6)
    #expect(summary.rows[0].purchaseDays == 3)
    #expect(throws: AggregationError.windowTooShort(days: 0)) {
      try CustomerSummary.aggregate([table], customerCount: 1, asOf: 8, windowDays: 0)
    }
    let wide = try CustomerSummary.aggregate(
      [table], customerCount: 1, asOf: 8, windowDays: .max)
    #expect(wide.rows[0].firstDay == 0)
  }

  @Test func `a total may overflow on the way but not in the end`() throws {
    let big = Int64.max - 5
    let undone = OrderLog([
      .init(customer: 0, day: 1, amount: big), .init(customer: 0, day: 1, amount: big),
      .init(customer: 0, day: 2, amount: -big),
    ])
    // The first day alone does not fit, so the log is refused whatever comes later.
    #expect(throws: AggregationError.totalOverflow(customerCode: 0)) {
      try CustomerSummary.aggregate([undone.table()], customerCount: 1, asOf: 9)
    }
    let fine = OrderLog([
      .init(customer: 0, day: 1, amount: 1), .init(customer: 0, day: 2, amount: big),
      .init(customer: 0, day: 3, amount: big), .init(customer: 0, day: 4, amount: -big),
    ])
    let batches = fine.rows.map { OrderLog([$0]).table() }
    for batches in [[fine.table()], batches] {
      let summary = try CustomerSummary.aggregate(batches, customerCount: 1, asOf: 9)
      #expect(summary.monetaryTotals[0] == big + 1)
    }
  }

  @Test func `a batch that contradicts itself is refused`() {
    func table(codes: [UInt32], starts: [UInt32], days: [Int32]) -> TransactionTable {
      TransactionTable(
        customerCodes: AlignedBuffer(codes), rowStarts: AlignedBuffer(starts),
        days: AlignedBuffer(days), amounts: AlignedBuffer(days.map(Int64.init)))
    }
    let good = table(codes: [0], starts: [0, 1], days: [1])
    let cases = [
      table(codes: [5], starts: [0, 1], days: [1]),
      table(codes: [2, 1], starts: [0, 1, 2], days: [1, 1]),
      table(codes: [1, 2, 3], starts: [0, 9, 1, 2], days: [1, 1]),
      table(codes: [1], starts: [0, 3], days: [1, 3, 2]),
    ]
    for bad in cases {
      for batches in [[bad], [good, bad]] {
        #expect(throws: AggregationError.self) {
          try CustomerSummary.aggregate(batches, customerCount: 5, asOf: 9)
        }
      }
    }
  }

  @Test func `parts aggregated in order make the same summary`() throws {
    var random = RandomStream(seed: 3)
    let log = OrderLog(rowCount: 500, customers: 40, days: 0...30, random: &random)
    let whole = log.table()
    let half = OrderLog(log.rows.filter { $0.customer < 20 }).table()
    let rest = OrderLog(log.rows.filter { $0.customer >= 20 }).table()
    let summary = try CustomerSummary.build(customerCount: 40, asOf: 25) { columns in
      try rest.days.count == 0 ? () : columns.aggregate(rest, firstRow: 20, asOf: 25)
      try columns.aggregate(half, firstRow: 0, asOf: 25)
    }
    let expected = try CustomerSummary.aggregate([whole], customerCount: 40, asOf: 25)
    #expect(whole.customerCount == 40)
    #expect(summary.rows == expected.rows)
    #expect(throws: AggregationError.self) {
      try CustomerSummary.build(customerCount: 10, asOf: 25) { columns in
        try columns.aggregate(half, firstRow: 0, asOf: 25)
      }
    }
  }

  @Test func `no customers and no batches give an empty summary`() throws {
    #expect(try CustomerSummary.aggregate([], customerCount: 0, asOf: 1).count == 0)
    let none = try CustomerSummary.aggregate([], customerCount: 70_000, asOf: 1)
    #expect(none.rows.allSatisfy { $0 == SummaryRow() })
  }
}
