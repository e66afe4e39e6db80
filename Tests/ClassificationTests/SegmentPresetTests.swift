import Columns
import Kernels
import Models
import Testing

@testable import Classification

@Suite struct SegmentPresetTests {
  private let rfm10 = SegmentPreset(named: "rfm-10")!

  private func name(_ preset: SegmentPreset, _ r: Int, _ f: Int, _ m: Int) -> String {
    preset.segments[preset.code(r: r, f: f, m: m, bins: RFMBins(5))!].name
  }

  @Test func `there are five presets and no other`() {
    #expect(SegmentPreset.names == ["rfm-10", "rfm-8-zh", "value-3", "abc", "lifecycle"])
    for name in SegmentPreset.names {
      let preset = SegmentPreset(named: name)
      #expect(preset?.name == name)
      #expect(preset?.describeRule(of: "Prospect") == "no transactions by the as-of date")
    }
    #expect(SegmentPreset(named: "rfm-9") == nil)
    #expect(
      rfm10.segments.map(\.name) == [
        "Champions", "Loyal", "Potential Loyalist", "New", "Promising", "Need Attention",
        "About To Sleep", "At Risk", "Cannot Lose Them", "Hibernating",
      ])
    #expect(SegmentPreset(named: "value-3")!.segments.map(\.name) == ["高价值", "潜力", "普通"])
  }

  /// The rule text of rfm-10 says two ranges and that of value-3 one: read back, exactly one rule of the preset
  /// holds for each (r, f, m) of any number of bins, and it is that of the segment assigned.
  @Test(arguments: 2...10)
  func `exactly one rule holds for every score of any number of bins`(bins: Int) {
    for preset in [rfm10, SegmentPreset(named: "value-3")!] {
      var used = Set<Int>()
      for r in 1...bins {
        for f in 1...bins {
          for m in 1...bins {
            let fifths = [r, f, m].map { SegmentPreset.fifth(of: $0, bins: bins) }
            let holding = preset.segments.indices.filter {
              holds(preset.segments[$0].rule, fifths)
            }
            let code = preset.code(r: r, f: f, m: m, bins: RFMBins(bins))!
            #expect(holding == [code], "\(preset.name) \(r) \(f) \(m) of \(bins)")
            used.insert(code)
          }
        }
      }
      if bins >= 5 { #expect(used.count == preset.segments.count) }
    }
  }

  /// Reads "R 3–4 and FM 4–5", "R + F + M from 8 to 11" and the like.
  private func holds(_ rule: String, _ fifths: [Int]) -> Bool {
    let numbers = rule.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    let sum = fifths.reduce(0, +)
    if rule.hasPrefix("R + F + M at least") { return sum >= numbers[0] }
    if rule.hasPrefix("R + F + M at most") { return sum <= numbers[0] }
    if rule.hasPrefix("R + F + M from") { return (numbers[0]...numbers[1]).contains(sum) }
    let parts = rule.split(separator: " and FM ").map { part in
      part.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    }
    let fm = (Double(fifths[1] + fifths[2]) / 2).rounded(.toNearestOrAwayFromZero)
    return (parts[0].first!...parts[0].last!).contains(fifths[0])
      && (parts[1].first!...parts[1].last!).contains(Int(fm))
  }

  @Test func `the best are champions, the worst hibernate, the lapsed best cannot be lost`() {
    #expect(name(rfm10, 5, 5, 5) == "Champions")
    #expect(name(rfm10, 1, 1, 1) == "Hibernating")
    #expect(name(rfm10, 1, 5, 5) == "Cannot Lose Them")
    #expect(name(rfm10, 2, 4, 3) == "At Risk")
    #expect(name(rfm10, 5, 1, 1) == "New")
    #expect(name(rfm10, 4, 1, 1) == "Promising")
    #expect(name(rfm10, 4, 5, 4) == "Loyal")
    #expect(name(rfm10, 4, 2, 3) == "Potential Loyalist")
    #expect(name(rfm10, 3, 3, 3) == "Need Attention")
    #expect(name(rfm10, 3, 1, 2) == "About To Sleep")
    let value3 = SegmentPreset(named: "value-3")!
    #expect(name(value3, 4, 4, 4) == "高价值")
    #expect(name(value3, 3, 4, 4) == "潜力")
    #expect(name(value3, 2, 3, 2) == "普通")
  }

  @Test func `scores of any number of bins reach both ends of the fifths`() {
    for bins in 2...10 {
      let fifths = (1...bins).map { SegmentPreset.fifth(of: $0, bins: bins) }
      #expect(fifths.first == 1 && fifths.last == 5)
      #expect(fifths == fifths.sorted())
    }
    #expect((1...5).map { SegmentPreset.fifth(of: $0, bins: 5) } == [1, 2, 3, 4, 5])
    #expect(
      (1...10).map { SegmentPreset.fifth(of: $0, bins: 10) } == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
  }

  /// Four customers and a prospect: (days since, orders, total in cents).
  private func summary(_ rows: [(days: Int32, orders: Int32, total: Int64)?]) -> CustomerSummary {
    CustomerSummary(
      asOf: 1_000,
      firstDays: AlignedBuffer(rows.map { $0.map { 1_000 - $0.days } ?? CustomerSummary.noDay }),
      lastDays: AlignedBuffer(rows.map { $0.map { 1_000 - $0.days } ?? CustomerSummary.noDay }),
      orders: AlignedBuffer(rows.map { $0?.orders ?? 0 }),
      purchaseDays: AlignedBuffer(rows.map { $0 == nil ? 0 : 1 }),
      monetaryTotals: AlignedBuffer(rows.map { ($0?.total ?? 0) * 100 }),
      firstDayTotals: AlignedBuffer(rows.map { ($0?.total ?? 0) * 100 }))
  }

  @Test func `rfm-8-zh tells whether each measure is above its mean`() throws {
    let preset = SegmentPreset(named: "rfm-8-zh")!
    // Means: 10 days, 4 orders, 100.00. A measure at its mean is not above it.
    var rows: [(Int32, Int32, Int64)?] = [nil]
    var expected = ["Prospect"]
    for (r, f, m, name) in [
      (1, 1, 1, "重要价值"), (1, 0, 1, "重要发展"), (0, 1, 1, "重要保持"), (0, 0, 1, "重要挽留"), (1, 1, 0, "一般价值"),
      (1, 0, 0, "一般发展"), (0, 1, 0, "一般保持"), (0, 0, 0, "一般挽留"),
    ] {
      rows.append((r == 1 ? 9 : 11, f == 1 ? 5 : 3, m == 1 ? 10_001 : 9_999))
      expected.append(name)
    }
    rows.append((10, 4, 10_000))
    expected.append("一般挽留")
    let summary = summary(rows)
    let scores = try RFMScores.score(summary, options: RFMOptions())
    let segments = preset.assign(scores: scores, summary: summary)
    #expect(segments.codes.array.map { segments.names[Int($0)] } == expected)
    #expect(segments.labels[0] == "key value")
    #expect(
      preset.describeRule(of: "重要发展")
        == "more recent than the mean, frequency not above its mean, monetary value above its mean")
  }

  @Test func `rfm-8-zh follows the measures that were scored`() throws {
    // Mean spend an order: 10, 1, 1; net totals 10, 20, 30.
    let summary = summary([(1, 1, 1_000), (1, 20, 2_000), (1, 30, 3_000)])
    let preset = SegmentPreset(named: "rfm-8-zh")!
    let total = preset.assign(
      scores: try RFMScores.score(summary, options: RFMOptions()), summary: summary)
    let mean = preset.assign(
      scores: try RFMScores.score(
        summary, options: RFMOptions(frequency: .days, monetary: .mean)), summary: summary)
    #expect(total.codes.array.map { total.names[Int($0)] } == ["一般挽留", "一般保持", "重要保持"])
    #expect(mean.codes.array.map { mean.names[Int($0)] } == ["重要挽留", "一般挽留", "一般挽留"])
  }

  @Test func `every customer gets the segment of its scores on any number of threads`() throws {
    var random = RandomStream(seed: 2)
    let count = 70_000
    let rows: [(Int32, Int32, Int64)?] = (0..<count).map { _ in
      random.nextUnit() < 0.1
        ? nil
        : (
          Int32(random.nextIndex(below: 300)), 1 + Int32(random.nextIndex(below: 20)),
          Int64(random.nextIndex(below: 100_000))
        )
    }
    let summary = summary(rows)
    let bins = RFMBins(recency: 4, frequency: 3, monetary: 10)
    let scores = try RFMScores.score(summary, options: RFMOptions(bins: bins))
    defer { Parallel.setThreadCount(0) }
    for threads in [1, 4] {
      Parallel.setThreadCount(threads)
      let segments = rfm10.assign(scores: scores, summary: summary)
      for row in 0..<count {
        let expected =
          rows[row] == nil
          ? 10
          : rfm10.code(
            r: Int(scores.recency[row]), f: Int(scores.frequency[row]),
            m: Int(scores.monetary[row]), bins: bins)!
        if Int(segments.codes[row]) != expected {
          Issue.record("row \(row): \(segments.codes[row]) instead of \(expected)")
          return
        }
      }
    }
  }
}
