import Columns
import Kernels
import Testing

@testable import Classification

@Suite struct SegmentTableTests {
  @Test func `rows hold counts, shares, revenue and exact medians`() {
    let noDay = CustomerSummary.noDay
    let summary = CustomerSummary(
      asOf: 100, firstDays: AlignedBuffer([90, 91, 94, 80, noDay]),
      lastDays: AlignedBuffer([90, 91, 94, 80, noDay]),
      orders: AlignedBuffer([1, 2, 4, 7, 0]), purchaseDays: AlignedBuffer([1, 1, 1, 1, 0]),
      monetaryTotals: AlignedBuffer([10_000, 30_001, 20_000, 40_000, 0]),
      firstDayTotals: AlignedBuffer([0, 0, 0, 0, 0]))
    let assignment = SegmentAssignment(
      taxonomy: "t", names: ["a", "b", "c", "Prospect"], labels: ["A", "b", "c", "Prospect"],
      codes: AlignedBuffer([0, 0, 1, 0, 3]))
    let table = SegmentTable(assignment, summary: summary)
    #expect(table.customers == 5 && table.revenue == 100_001 && table.taxonomy == "t")
    let expected: [SegmentTable.Row] = [
      .init(
        name: "a", label: "A", customers: 3, share: 0.6, revenue: 80_001,
        revenueShare: 80_001.0 / 100_001, medianRecencyDays: 10, medianOrders: 2,
        medianSpend: 3.0001),
      .init(
        name: "b", label: "b", customers: 1, share: 0.2, revenue: 20_000,
        revenueShare: 20_000.0 / 100_001, medianRecencyDays: 6, medianOrders: 4, medianSpend: 2),
      .init(
        name: "c", label: "c", customers: 0, share: 0, revenue: 0, revenueShare: 0,
        medianRecencyDays: nil, medianOrders: nil, medianSpend: nil),
      .init(
        name: "Prospect", label: "Prospect", customers: 1, share: 0.2, revenue: 0,
        revenueShare: 0, medianRecencyDays: nil, medianOrders: nil, medianSpend: nil),
    ]
    #expect(table.rows == expected)
  }

  @Test(arguments: [0, 1, 6, 5_000, 140_000])
  func `medians equal those of the sorted values`(count: Int) {
    var random = RandomStream(seed: UInt64(count))
    let days = (0..<count).map { _ in Int32(random.nextIndex(below: 400)) }
    let totals = (0..<count).map { _ in Int64(random.nextIndex(below: 1_000_000)) - 400_000 }
    let codes = (0..<count).map { _ in UInt8(random.nextIndex(below: 3)) }
    let summary = CustomerSummary(
      asOf: 500, firstDays: AlignedBuffer(days), lastDays: AlignedBuffer(days),
      orders: AlignedBuffer(days), purchaseDays: AlignedBuffer(repeating: 1, count: count),
      monetaryTotals: AlignedBuffer(totals), firstDayTotals: AlignedBuffer(totals))
    let table = SegmentTable(
      SegmentAssignment(
        taxonomy: "t", names: ["a", "b", "c"], labels: ["a", "b", "c"],
        codes: AlignedBuffer(codes)), summary: summary)
    func median(_ values: [Double]) -> Double? {
      let sorted = values.sorted()
      if sorted.isEmpty { return nil }
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
    for group in 0..<3 {
      let rows = (0..<count).filter { codes[$0] == group }
      #expect(table.rows[group].customers == rows.count)
      #expect(table.rows[group].revenue == rows.reduce(0) { $0 + Int128(totals[$1]) })
      let row = table.rows[group]
      let recency = rows.map { 500 - Double(days[$0]) }
      let orders = rows.map { Double(days[$0]) }
      let spend = rows.map { Double(totals[$0]) }
      #expect(row.medianRecencyDays == median(recency))
      #expect(row.medianOrders == median(orders))
      #expect(row.medianSpend == median(spend).map { $0 / 10_000 })
    }
  }

  /// Days long ago, many orders and totals of every scale: what shares a cell with others is told apart.
  @Test(arguments: [1, 3, 256])
  func `values beyond the cells and prospects are counted right`(segmentCount: Int) {
    var random = RandomStream(seed: UInt64(segmentCount))
    let count = 70_000
    let asOf: Int32 = 20_000
    var days: [Int32] = []
    var orders: [Int32] = []
    var totals: [Int64] = []
    var purchaseDays: [Int32] = []
    var codes: [UInt8] = []
    for row in 0..<count {
      let isProspect = random.nextIndex(below: 9) == 0
      codes.append(UInt8(random.nextIndex(below: segmentCount)))
      // Even segments are long gone and buy much.
      let isFar = codes[row] % 2 == 0
      days.append(
        isProspect
          ? CustomerSummary.noDay : asOf - Int32(random.nextIndex(below: isFar ? 30_000 : 40)))
      orders.append(isProspect ? 0 : 1 + Int32(random.nextIndex(below: isFar ? 5_000 : 4)))
      let scale = Int64(1) << Int64(random.nextIndex(below: 50))
      totals.append(isProspect ? 0 : Int64(random.nextIndex(below: 2_001) - 1_000) * scale)
      purchaseDays.append(isProspect ? 0 : 1)
    }
    let summary = CustomerSummary(
      asOf: asOf, firstDays: AlignedBuffer(days), lastDays: AlignedBuffer(days),
      orders: AlignedBuffer(orders), purchaseDays: AlignedBuffer(purchaseDays),
      monetaryTotals: AlignedBuffer(totals), firstDayTotals: AlignedBuffer(totals))
    let names = (0..<segmentCount).map { "s\($0)" }
    let table = SegmentTable(
      SegmentAssignment(
        taxonomy: "t", names: names, labels: names, codes: AlignedBuffer(codes)),
      summary: summary)
    func median(_ values: [Int64]) -> Double? {
      let sorted = values.sorted()
      if sorted.isEmpty { return nil }
      return Double(Int128(sorted[(sorted.count - 1) / 2]) + Int128(sorted[sorted.count / 2])) / 2
    }
    for segment in 0..<segmentCount {
      let all = (0..<count).filter { codes[$0] == segment }
      let buyers = all.filter { purchaseDays[$0] != 0 }
      let row = table.rows[segment]
      #expect(row.customers == all.count)
      #expect(row.medianRecencyDays == median(buyers.map { Int64(asOf) - Int64(days[$0]) }))
      #expect(row.medianOrders == median(buyers.map { Int64(orders[$0]) }))
      #expect(row.medianSpend == median(buyers.map { totals[$0] }).map { $0 / 10_000 })
      let revenue = buyers.reduce(Int128(0)) { $0 + Int128(totals[$1]) }
      #expect(row.revenue == revenue)
    }
  }

  @Test func `revenue beyond 64 bits is exact, and no revenue has no shares`() {
    func table(_ totals: [Int64]) -> SegmentTable {
      let count = totals.count
      let summary = CustomerSummary(
        asOf: 5, firstDays: AlignedBuffer(repeating: 1, count: count),
        lastDays: AlignedBuffer(repeating: 1, count: count),
        orders: AlignedBuffer(repeating: 1, count: count),
        purchaseDays: AlignedBuffer(repeating: 1, count: count),
        monetaryTotals: AlignedBuffer(totals), firstDayTotals: AlignedBuffer(totals))
      return SegmentTable(
        SegmentAssignment(
          taxonomy: "t", names: ["a"], labels: ["a"],
          codes: AlignedBuffer(repeating: 0, count: count)), summary: summary)
    }
    #expect(table([.max, .max]).rows[0].revenue == 2 * Int128(Int64.max))
    #expect(table([.min, .min, .min]).revenue == 3 * Int128(Int64.min))
    #expect(table([.max, .max]).rows[0].revenueShare == 1)
    #expect(table([-5, 5]).rows[0].revenueShare == nil)
  }
}
