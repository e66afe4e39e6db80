/// A taxonomy that comes with the engine: every customer falls into exactly one of its segments, prospects into
/// one of their own. The rules are in Documentation/Segments.md.
///
///     let preset = SegmentPreset(named: "rfm-10")!
///     let segments = preset.assign(scores: scores, summary: summary)
///     segments.names[Int(segments.codes[7])]      // "Champions"; for a customer without orders "Prospect"
package struct SegmentPreset: Sendable, Equatable {
  /// One segment: its name is what is stored and queried, its label what reports add for other readers.
  package struct Segment: Sendable, Equatable {
    package let name: String
    /// English, where the name is not; else the name.
    package let label: String
    /// The rule in words.
    package let rule: String
  }

  /// How customers are told apart.
  enum Rule: Sendable, Equatable {
    /// By scores on fifths: the segment of (r, f, m), each 1…5.
    case fifths(@Sendable (_ r: Int, _ f: Int, _ m: Int) -> Int)
    /// By the measures against their means: the segment of 4·r + 2·f + m, each 1 when above.
    case means([Int])
    /// By the share of revenue that those who spend more make up.
    case spend
    /// By the days of silence against the customer's own rhythm.
    case rhythm

    static func == (a: Rule, b: Rule) -> Bool {
      switch (a, b) {
      case (.fifths, .fifths): true
      case (.means(let x), .means(let y)): x == y
      case (.spend, .spend), (.rhythm, .rhythm): true
      default: false
      }
    }
  }

  package let name: String
  /// In the order of the codes; without the prospects' segment.
  package let segments: [Segment]
  let rule: Rule

  /// Names that `init(named:)` knows.
  package static let names = ["rfm-10", "rfm-8-zh", "value-3", "abc", "lifecycle"]

  /// The segment of customers without transactions: the last code of every preset.
  package static let prospect = Segment(
    name: "Prospect", label: "Prospect", rule: "no transactions by the as-of date")

  /// The preset of that name; nil when there is none.
  package init?(named name: String) {
    switch name {
    case "rfm-10": self = .rfm10
    case "rfm-8-zh": self = .rfm8
    case "value-3": self = .value3
    case "abc": self = .abc
    case "lifecycle": self = .lifecycle
    default: return nil
    }
  }

  init(name: String, segments: [Segment], rule: Rule) {
    self.name = name
    self.segments = segments
    self.rule = rule
  }

  /// The rule of a segment in words; nil when the preset has no such segment.
  package func describeRule(of segmentName: String) -> String? {
    (segments + [SegmentPreset.prospect]).first { $0.name == segmentName }?.rule
  }

  /// A score 1…bins on fifths: the lowest score is 1, the highest 5, those between are spread evenly and
  /// rounded, halves up. With 5 bins a score stays what it is, with 10 two neighbours share a fifth.
  package static func fifth(of score: Int, bins: Int) -> Int {
    1 + (8 * (score - 1) + bins - 1) / (2 * (bins - 1))
  }
}

extension SegmentPreset {
  /// R against FM, the mean of F and M with halves up.
  private static let rfm10: SegmentPreset = {
    func segment(_ name: String, _ rule: String) -> Segment {
      Segment(name: name, label: name, rule: rule)
    }
    return SegmentPreset(
      name: "rfm-10",
      segments: [
        segment("Champions", "R 5 and FM 4–5"),
        segment("Loyal", "R 3–4 and FM 4–5"),
        segment("Potential Loyalist", "R 4–5 and FM 2–3"),
        segment("New", "R 5 and FM 1"),
        segment("Promising", "R 4 and FM 1"),
        segment("Need Attention", "R 3 and FM 3"),
        segment("About To Sleep", "R 3 and FM 1–2"),
        segment("At Risk", "R 1–2 and FM 3–4"),
        segment("Cannot Lose Them", "R 1–2 and FM 5"),
        segment("Hibernating", "R 1–2 and FM 1–2"),
      ],
      rule: .fifths { r, f, m in
        let fm = (f + m + 1) / 2
        switch (r, fm) {
        case (5, 4...5): return 0
        case (3...4, 4...5): return 1
        case (4...5, 2...3): return 2
        case (5, 1): return 3
        case (4, 1): return 4
        case (3, 3): return 5
        case (3, 1...2): return 6
        case (1...2, 3...4): return 7
        case (1...2, 5): return 8
        default: return 9
        }
      })
  }()

  private static let rfm8: SegmentPreset = {
    let rows: [(String, String, r: Int, f: Int, m: Int)] = [
      ("重要价值", "key value", 1, 1, 1), ("重要发展", "key to develop", 1, 0, 1),
      ("重要保持", "key to keep", 0, 1, 1), ("重要挽留", "key to win back", 0, 0, 1),
      ("一般价值", "general value", 1, 1, 0), ("一般发展", "general to develop", 1, 0, 0),
      ("一般保持", "general to keep", 0, 1, 0), ("一般挽留", "general to win back", 0, 0, 0),
    ]
    var codes = [Int](repeating: 0, count: 8)
    for (code, row) in rows.enumerated() { codes[4 * row.r + 2 * row.f + row.m] = code }
    return SegmentPreset(
      name: "rfm-8-zh",
      segments: rows.map { name, label, r, f, m in
        let recency = r == 1 ? "more recent than the mean" : "not more recent than the mean"
        let frequency = f == 1 ? "above" : "not above"
        let monetary = m == 1 ? "above" : "not above"
        return Segment(
          name: name, label: label,
          rule: "\(recency), frequency \(frequency) its mean, monetary value \(monetary) its mean")
      }, rule: .means(codes))
  }()

  private static let value3 = SegmentPreset(
    name: "value-3",
    segments: [
      Segment(name: "高价值", label: "high", rule: "R + F + M at least 12"),
      Segment(name: "潜力", label: "potential", rule: "R + F + M from 8 to 11"),
      Segment(name: "普通", label: "ordinary", rule: "R + F + M at most 7"),
    ],
    rule: .fifths { r, f, m in r + f + m >= 12 ? 0 : r + f + m >= 8 ? 1 : 2 })
}
