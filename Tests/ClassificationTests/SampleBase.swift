import Columns
import Kernels
import Models

/// A small customer base with prospects, ties and returns, as scoring sees it.
struct SampleBase {
  let summary: CustomerSummary
  let scores: RFMScores
  /// Stored and derived columns, as snapshots have them.
  let frame: Frame

  /// Every seventh customer has no transactions.
  init(customerCount count: Int, seed: UInt64, bins: Int = 5) {
    var random = RandomStream(seed: seed, stream: 0)
    let asOf: Int32 = 20_000
    var (first, last, orders) = ([Int32](), [Int32](), [Int32]())
    var (days, totals) = ([Int32](), [Int64]())
    for row in 0..<count {
      if row % 7 == 3 {
        first.append(CustomerSummary.noDay)
        last.append(CustomerSummary.noDay)
        orders.append(0)
        days.append(0)
        totals.append(0)
        continue
      }
      let bought = Int32(random.nextIndex(below: 3) == 0 ? 1 : 1 + Int(random.nextIndex(below: 9)))
      let silence = Int32(random.nextIndex(below: 400))
      let span = bought == 1 ? 0 : bought - 1 + Int32(random.nextIndex(below: 300))
      last.append(asOf - silence)
      first.append(asOf - silence - span)
      orders.append(bought + Int32(random.nextIndex(below: 3)))
      days.append(bought)
      totals.append((Int64(random.nextIndex(below: 1_100)) - 50) * 10_000)
    }
    summary = CustomerSummary(
      asOf: asOf, firstDays: AlignedBuffer(first), lastDays: AlignedBuffer(last),
      orders: AlignedBuffer(orders), purchaseDays: AlignedBuffer(days),
      monetaryTotals: AlignedBuffer(totals), firstDayTotals: AlignedBuffer(totals))
    let options = try! RFMOptions(bins: RFMBins(bins))
    scores = try! RFMScores.score(summary, options: options)
    let valid = Bitmap(days.map { $0 > 0 })
    frame = Frame(
      rowCount: count,
      columns: [
        Column("first_purchase", .day(summary.firstDays), validity: valid),
        Column("last_purchase", .day(summary.lastDays), validity: valid),
        Column("recency_days", .int32(AlignedBuffer(last.map { asOf &- $0 })), validity: valid),
        Column("orders", .int32(summary.orders)),
        Column("purchase_days", .int32(summary.purchaseDays)),
        Column("monetary_total", .money(summary.monetaryTotals)),
        Column("r", .uint8(scores.recency), validity: scores.validity),
        Column("f", .uint8(scores.frequency), validity: scores.validity),
        Column("m", .uint8(scores.monetary), validity: scores.validity),
      ])
  }
}
