import Columns
import Kernels
import Models
import Testing

@testable import Classification

/// A judge says of a single customer what the preset says of the base.
@Suite struct SegmentJudgeTests {
  private static func summary(_ count: Int, seed: UInt64) -> CustomerSummary {
    var random = RandomStream(seed: seed)
    var (first, last, orders, days, totals): ([Int32], [Int32], [Int32], [Int32], [Int64]) =
      ([], [], [], [], [])
    for _ in 0..<count {
      let start = Int32(random.nextIndex(below: 300))
      let end = start + Int32(random.nextIndex(below: 2) * random.nextIndex(below: 60))
      let bought = end == start ? 1 : 2 + Int32(random.nextIndex(below: Int(min(6, end - start))))
      first.append(start)
      last.append(end)
      days.append(bought)
      orders.append(bought + Int32(random.nextIndex(below: 3)))
      totals.append(Int64(random.nextIndex(below: 400_000)) - 20_000)
    }
    return CustomerSummary(
      asOf: 365, firstDays: AlignedBuffer(first), lastDays: AlignedBuffer(last),
      orders: AlignedBuffer(orders), purchaseDays: AlignedBuffer(days),
      monetaryTotals: AlignedBuffer(totals), firstDayTotals: AlignedBuffer(totals))
  }

  private static func frame(_ summary: CustomerSummary) -> Frame {
    Frame(
      rowCount: summary.count,
      columns: [
        Column("first_purchase", .day(summary.firstDays)),
        Column("last_purchase", .day(summary.lastDays)),
        Column("orders", .int32(summary.orders)),
        Column("purchase_days", .int32(summary.purchaseDays)),
        Column("monetary_total", .money(summary.monetaryTotals)),
      ])
  }

  private static func figures(_ summary: CustomerSummary, _ row: Int) -> SegmentJudge.Figures {
    SegmentJudge.Figures(
      firstDay: summary.firstDays[row], lastDay: summary.lastDays[row],
      orders: summary.orders[row], purchaseDays: summary.purchaseDays[row],
      monetary: summary.monetaryTotals[row])
  }

  @Test(arguments: SegmentPreset.names, [RFMOptions.Monetary.total, .mean])
  func everyCustomerOfABaseIsJudgedAsInIt(
    _ name: String, _ monetary: RFMOptions.Monetary
  ) throws {
    let summary = Self.summary(800, seed: 3)
    let preset = try #require(SegmentPreset(named: name))
    let scores = try RFMScores.score(summary, options: RFMOptions(monetary: monetary))
    let judge = try #require(
      SegmentJudge(
        preset, bins: scores.bins, model: scores.model, snapshot: Self.frame(summary), asOf: 365))
    let assigned = preset.assign(scores: scores, summary: summary)
    #expect(Set(assigned.codes.array).count > 2)
    for row in 0..<summary.count {
      let code = judge.code(
        r: Int(scores.recency[row]), f: Int(scores.frequency[row]), m: Int(scores.monetary[row]),
        of: Self.figures(summary, row))
      #expect(code == Int(assigned.codes[row]), "row \(row)")
    }
  }

  /// A move's bound is the nearest value of another segment.
  @Test(arguments: ["abc", "lifecycle"]) func movesNameTheNearestBound(_ name: String) throws {
    let summary = Self.summary(300, seed: 4)
    let scores = try RFMScores.score(summary, options: RFMOptions())
    let judge = try #require(
      SegmentJudge(
        SegmentPreset(named: name)!, bins: scores.bins, model: scores.model,
        snapshot: Self.frame(summary), asOf: 365))
    func segment(_ figures: SegmentJudge.Figures) -> String? {
      judge.segment(r: 1, f: 1, m: 1, of: figures)?.name
    }
    var count = 0
    for row in 0..<summary.count {
      let figures = Self.figures(summary, row)
      for move in judge.moves(of: figures) {
        let words = move.condition.split(separator: " ")
        func changed(_ step: Int64) throws -> SegmentJudge.Figures {
          var other = figures
          if name == "abc" {
            let value = try #require(Double(words[2]))
            other.monetary = Int64((value * 10_000).rounded()) + step
          } else {
            let back = Int32(try #require(Int64(words[2])) + step) - (365 - figures.lastDay)
            other.firstDay -= back
            other.lastDay -= back
          }
          return other
        }
        let isMore = words[1] == ">="
        #expect(segment(try changed(0)) == move.segment.name)
        #expect(segment(try changed(isMore ? -1 : 1)) == segment(figures), "\(move) \(figures)")
        #expect(move.segment.name != segment(figures))
        count += 1
      }
    }
    #expect(count > 200)
  }
}
