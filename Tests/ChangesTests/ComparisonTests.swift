import Columns
import JSONText
import Models
import Testing

@testable import Changes

@Suite struct ComparisonTests {
  @Test(arguments: ["rfm-10", "value-3", "rfm-8-zh"], [1 as UInt64, 2, 3])
  func theMatrixIsThatOfANaiveTwin(_ preset: String, _ seed: UInt64) throws {
    let (before, after) = try ChangeFixture.pair(seed: seed, preset: preset)
    let comparison = try Comparison(before: before.side, after: after.side)
    var counts: [String: Int] = [:]
    var revenue: [String: Int128] = [:]
    for code in Set((before.buyers + after.buyers).map(\.code)) {
      let old = before.buyers.firstIndex { $0.code == code }
      let new = after.buyers.firstIndex { $0.code == code }
      let cell =
        "\(old.map { before.segments[$0] } ?? "-") \(new.map { after.segments[$0] } ?? "-")"
      counts[cell, default: 0] += 1
      let total = new.map { after.buyers[$0].total } ?? before.buyers[old!].total
      revenue[cell, default: 0] += Int128(total)
    }
    let names = comparison.matrix.segments + ["-"]
    for (a, from) in names.enumerated() {
      for (b, to) in names.enumerated() {
        #expect(comparison.matrix.customers(from: a, to: b) == counts["\(from) \(to)"] ?? 0)
        #expect(comparison.matrix.revenue(from: a, to: b) == revenue["\(from) \(to)"] ?? 0)
      }
    }
    for flow in comparison.matrix.flows {
      #expect(flow.before + flow.entered + flow.new - flow.left - flow.lost == flow.after)
    }
    #expect(comparison.matrix.newCount > 0 && comparison.matrix.lostCount > 0)
    #expect(comparison.matrix.movedCount > 10)
  }

  @Test(arguments: [1 as UInt64, 2, 3], [RFMOptions.Monetary.total, .mean])
  func causesAreThoseOfANaiveTwin(_ seed: UInt64, _ monetary: RFMOptions.Monetary) throws {
    let (before, after) = try ChangeFixture.pair(
      seed: seed, options: RFMOptions(monetary: monetary))
    let comparison = try Comparison(before: before.side, after: after.side)
    var checked = 0
    for place in 0..<comparison.moved.count {
      guard let cause = comparison.cause(ofMove: place) else { continue }
      let pair = Int(comparison.moved[place])
      let i = Int(comparison.pairs.beforeRows[pair])
      let j = Int(comparison.pairs.afterRows[pair])
      #expect(before.buyers[i].code == after.buyers[j].code)
      var parts: [String] = []
      for (measure, name) in zip(RFMMeasure.allCases, ["r", "f", "m"]) {
        let old = naiveScore(before, i, measure, rulerOf: before, monetary)
        let new = naiveScore(after, j, measure, rulerOf: after, monetary)
        if old == new { continue }
        let isCustomer = naiveScore(after, j, measure, rulerOf: before, monetary) != old
        let isCut = naiveScore(before, i, measure, rulerOf: after, monetary) != old
        parts.append("\(name) " + (isCustomer == isCut ? "both" : isCustomer ? "customer" : "cut"))
      }
      #expect(cause.text(comparison.causeNames) == parts.joined(separator: ", "))
      checked += 1
    }
    #expect(checked > 50)
  }

  /// The score of a buyer of one snapshot by the cuts of another, from the cuts' values.
  private func naiveScore(
    _ base: ChangeFixture, _ row: Int, _ measure: RFMMeasure, rulerOf other: ChangeFixture,
    _ monetary: RFMOptions.Monetary
  ) -> Int {
    let buyer = base.buyers[row]
    let value: Double =
      switch measure {
      case .recency: Double(base.side.asOf - buyer.lastDay)
      case .frequency: Double(buyer.orders)
      case .monetary:
        monetary == .mean
          ? (Double(buyer.total) / Double(buyer.orders)).rounded(.toNearestOrEven)
          : Double(buyer.total)
      }
    let cuts = other.scores.model.groups[0][measure].cuts
    let above = cuts.count { value > $0.value }
    return measure == .recency ? 5 - above : 1 + above
  }

  @Test func whoStaysWhileTheCutPassesIsNotSaidToHaveMoved() throws {
    // Ten customers whose totals are 1…10; then all others spend ten times as much.
    let before = (1...10).map {
      Buyer(code: UInt32($0), lastDay: 100, orders: 1, total: Int64($0) * 10_000)
    }
    let after = before.map { buyer in
      buyer.code == 10
        ? buyer
        : Buyer(code: buyer.code, lastDay: 100, orders: 1, total: buyer.total * 20)
    }
    let comparison = try Comparison(
      before: ChangeFixture("a", asOf: 100, before, preset: "value-3").side,
      after: ChangeFixture("b", asOf: 101, after, preset: "value-3").side)
    let place = try #require(
      (0..<comparison.moved.count).first {
        comparison.after.codes[Int(comparison.pairs.afterRows[Int(comparison.moved[$0])])] == 10
      })
    #expect(comparison.cause(ofMove: place)?.text(comparison.causeNames) == "m cut")
    #expect(comparison.cause(ofMove: place)?.isOfCustomer == false)
  }

  @Test func rulesGiveTheColumnsThatTheyAskAndThatChanged() throws {
    func side(_ name: String, _ asOf: Int32, _ visits: [Int32], _ codes: [UInt8]) -> SnapshotSide {
      let count = visits.count
      let columns = [
        Column("visits", .int32(AlignedBuffer(visits))),
        Column("region", .string(.uint8(AlignedBuffer([0, 0, 1, 1])), StringTable(["n", "s"]))),
        Column("later", .int32(AlignedBuffer(visits))),
        Column("monetary_total", .money(AlignedBuffer(repeating: 10_000, count: count))),
        Column(
          "tier", .string(.uint8(AlignedBuffer(codes)), StringTable(["hot", "warm", "cold"]))),
      ]
      return SnapshotSide(
        name: name, asOf: asOf, codes: AlignedBuffer([0, 1, 2, 3]),
        frame: Frame(rowCount: count, columns: columns),
        record: [
          "taxonomy": [
            "name": "tiers", "column": "tier",
            "segments": [
              ["name": "hot", "when": "VISITS > 10"],
              ["name": "warm", "when": "visits > 5 AND region = 'n'", "owner": "ann"],
              ["name": "cold", "when": "later > 0"],
            ],
          ]
        ])
    }
    let comparison = try Comparison(
      before: side("a", 1, [20, 6, 1, 1], [0, 1, 2, 2]),
      after: side("b", 2, [6, 6, 20, 1], [1, 0, 0, 2]))
    #expect(comparison.moved.array == [0, 1, 2])
    let texts = (0..<3).map { comparison.cause(ofMove: $0)!.text(comparison.causeNames) }
    // Customer 1 moved although nothing that the rules up to `warm` ask has changed.
    #expect(texts == ["visits", "rules", "visits, later"])
  }

  @Test func aSecondOrderOfCustomersIsRefused() throws {
    let (before, _) = try ChangeFixture.pair(seed: 5, count: 50)
    let turned = SnapshotSide(
      name: "turned", asOf: 20_001, codes: AlignedBuffer(before.side.codes.array.reversed()),
      frame: before.side.frame, record: before.side.record)
    #expect(throws: ChangesError.notOneOrder(before: "before", after: "turned")) {
      try Comparison(before: before.side, after: turned)
    }
    let twice = SnapshotSide(
      name: "twice", asOf: 20_001,
      codes: AlignedBuffer(repeating: before.side.codes[0], count: before.buyers.count),
      frame: before.side.frame, record: before.side.record)
    #expect(throws: ChangesError.notOneOrder(before: "before", after: "twice")) {
      try Comparison(before: before.side, after: twice)
    }
  }

  @Test func differentTaxonomiesAreRefused() throws {
    let (before, _) = try ChangeFixture.pair(seed: 5, count: 50)
    let (_, after) = try ChangeFixture.pair(seed: 5, count: 50, preset: "value-3")
    #expect(throws: ChangesError.differentTaxonomies(before: "rfm-10", after: "value-3")) {
      try Comparison(before: before.side, after: after.side)
    }
    #expect(throws: ChangesError.self) {
      try Comparison(before: before.side, after: after.side, taxonomy: "nps")
    }
  }

  @Test func theReportAddsUp() throws {
    let (before, after) = try ChangeFixture.pair(seed: 7)
    let comparison = try Comparison(before: before.side, after: after.side)
    let report = try ChangeReport(comparison, largestCount: 5) { $0.map { "c\($0)" } }
    #expect(report.causes.reduce(0) { $0 + $1.customers } == comparison.matrix.movedCount)
    #expect(report.largest.count == 5)
    #expect(report.largest.map(\.revenue) == report.largest.map(\.revenue).sorted(by: >))
    let moved = after.buyers.indices.filter { row in
      guard let old = before.buyers.firstIndex(where: { $0.code == after.buyers[row].code })
      else { return false }
      return before.segments[old] != after.segments[row]
    }
    #expect(report.largest[0].revenue == moved.map { after.buyers[$0].total }.max())
    #expect(report.json["moved"]?.intValue == comparison.matrix.movedCount)
    #expect(report.text(moveCount: 3).contains("Biggest moves"))
  }
}
