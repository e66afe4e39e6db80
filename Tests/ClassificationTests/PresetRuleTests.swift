import Classification
import Columns
import Expressions
import Models
import Testing

/// The presets written as rules, as Documentation/Segments.md gives them: what the code assigns must be what the
/// rules assign.
@Suite struct PresetRuleTests {
  private static let isBuyer = "purchase_days > 0"
  private static let silence =
    "CASE WHEN purchase_days = 1 THEN recency_days * (sum(CASE WHEN purchase_days > 0 THEN "
    + "purchase_days - 1 END)) ELSE recency_days * (purchase_days - 1) END"
  private static let gap =
    "CASE WHEN purchase_days = 1 THEN sum(last_purchase - first_purchase) "
    + "ELSE last_purchase - first_purchase END"
  private static func mean(_ column: String) -> String {
    "avg(CASE WHEN purchase_days > 0 THEN \(column) END)"
  }

  private static let rules: [String: [(String, String)]] = [
    "rfm-10": [
      ("Champions", "r = 5 AND f + m >= 7"), ("Loyal", "r IN (3, 4) AND f + m >= 7"),
      ("Potential Loyalist", "r IN (4, 5) AND f + m BETWEEN 3 AND 6"), ("New", "r = 5"),
      ("Promising", "r = 4"), ("Need Attention", "r = 3 AND f + m BETWEEN 5 AND 6"),
      ("About To Sleep", "r = 3"), ("At Risk", "r <= 2 AND f + m BETWEEN 5 AND 8"),
      ("Cannot Lose Them", "r <= 2 AND f + m >= 9"), ("Hibernating", "r <= 2"),
    ],
    "value-3": [
      ("高价值", "r + f + m >= 12"), ("潜力", "r + f + m >= 8"), ("普通", "r + f + m >= 3"),
    ],
    "rfm-8-zh": [
      ("重要价值", true, true, true), ("重要发展", true, false, true), ("重要保持", false, true, true),
      ("重要挽留", false, false, true), ("一般价值", true, true, false), ("一般发展", true, false, false),
      ("一般保持", false, true, false), ("一般挽留", false, false, false),
    ].map { name, r, f, m in
      let means =
        "\(r ? "" : "NOT ")recency_days < \(mean("recency_days")) AND \(f ? "" : "NOT ")orders > "
        + "\(mean("orders")) AND \(m ? "" : "NOT ")monetary_total > \(mean("monetary_total"))"
      return (name, means)
    },
    "lifecycle": [
      ("New", "purchase_days = 1 AND \(silence) <= 2 * (\(gap))"),
      ("Active", "purchase_days BETWEEN 2 AND 4 AND \(silence) <= 2 * (\(gap))"),
      ("Loyal", "purchase_days >= 5 AND \(silence) <= 2 * (\(gap))"),
      ("Slipping", "\(isBuyer) AND \(silence) <= 3 * (\(gap))"),
      ("Dormant", "\(isBuyer) AND \(silence) <= 6 * (\(gap))"), ("Lost", isBuyer),
    ],
  ]

  @Test(arguments: ["rfm-10", "value-3", "rfm-8-zh", "lifecycle"], [3, 6_007])
  func rulesAssignWhatThePresetAssigns(_ name: String, _ count: Int) throws {
    let base = SampleBase(customerCount: count, seed: UInt64(count))
    let preset = SegmentPreset(named: name)!
    let taxonomy = Taxonomy(
      name: "rules",
      segments: try PresetRuleTests.rules[name]!.map {
        Taxonomy.Segment($0.0, rule: Rule(try Expression.parse($0.1)))
      }, remainder: .otherwise(Taxonomy.Segment("Prospect")))
    let byRules = try Classifier(taxonomies: [taxonomy])
      .classify(base.frame, scores: base.scores, summary: base.summary).segments[0]
    let byCode = preset.assign(scores: base.scores, summary: base.summary)
    #expect(byRules.names == byCode.names)
    #expect(byRules.codes.array == byCode.codes.array)
    if count > 100 { #expect(Set(byCode.codes.array).count == byCode.names.count) }
  }

  @Test func abcIsCutWhereTheRunningSumReaches80And95Percent() throws {
    for seed in 1...5 {
      let base = SampleBase(customerCount: 997, seed: UInt64(seed))
      let codes = SegmentPreset(named: "abc")!.assign(scores: base.scores, summary: base.summary)
        .codes
      let totals = base.summary.monetaryTotals.array
      let all = totals.reduce(0) { $0 + max(0, $1) }
      for row in totals.indices {
        let above = totals.reduce(0) { $0 + ($1 > totals[row] ? max(0, $1) : 0) }
        let expected: UInt8 =
          base.summary.isProspect(row)
          ? 3
          : totals[row] <= 0 || above * 100 >= 95 * all ? 2 : above * 100 >= 80 * all ? 1 : 0
        #expect(codes[row] == expected, "row \(row)")
      }
      #expect(Set(codes.array) == [0, 1, 2, 3])
    }
  }

  @Test(
    arguments: [
      ([5, 5, 5, 5], [0, 0, 0, 0]), ([100], [0]), ([0, -5], [2, 2]), ([90, 9, 1], [0, 1, 2]),
      ([80, 15, 5], [0, 1, 2]), ([79, 16, 5], [0, 0, 2]),
      ([Int64.max / 2, Int64.max / 2, 1], [0, 0, 2]),
    ] as [([Int64], [UInt8])])
  func abcKeepsEqualSpendersTogether(_ totals: [Int64], _ expected: [UInt8]) throws {
    let ones = [Int32](repeating: 1, count: totals.count)
    let summary = CustomerSummary(
      asOf: 10, firstDays: AlignedBuffer(ones), lastDays: AlignedBuffer(ones),
      orders: AlignedBuffer(ones), purchaseDays: AlignedBuffer(ones),
      monetaryTotals: AlignedBuffer(totals), firstDayTotals: AlignedBuffer(totals))
    let scores = try RFMScores.score(summary, options: RFMOptions())
    let codes = SegmentPreset(named: "abc")!.assign(scores: scores, summary: summary).codes
    #expect(codes.array == expected)
  }

  @Test func whereNobodyCameAgainOnePurchaseIsNew() throws {
    let days: [Int32] = [1, 500, 900]
    let ones = [Int32](repeating: 1, count: 3)
    let totals = AlignedBuffer<Int64>([1, 2, 3])
    let summary = CustomerSummary(
      asOf: 1_000, firstDays: AlignedBuffer(days), lastDays: AlignedBuffer(days),
      orders: AlignedBuffer(ones), purchaseDays: AlignedBuffer(ones), monetaryTotals: totals,
      firstDayTotals: totals)
    let scores = try RFMScores.score(summary, options: RFMOptions())
    let segments = SegmentPreset(named: "lifecycle")!.assign(scores: scores, summary: summary)
    #expect(segments.codes.array == [0, 0, 0])
  }
}
