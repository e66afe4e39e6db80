import Classification
import Columns
import Expressions
import Models
import Testing

@Suite struct ClassifierTests {
  private static let base = SampleBase(customerCount: 9_001, seed: 11)

  private func rule(_ text: String) throws -> Rule { Rule(try Expression.parse(text)) }

  private func taxonomy(
    _ name: String, _ segments: [(String, String)], otherwise: String = Taxonomy.otherwiseName
  ) throws -> Taxonomy {
    Taxonomy(
      name: name, segments: try segments.map { Taxonomy.Segment($0.0, rule: try rule($0.1)) },
      remainder: .otherwise(Taxonomy.Segment(otherwise)))
  }

  private func classify(
    _ taxonomies: [Taxonomy], _ tags: [(String, String)] = []
  ) throws -> ClassifiedBase {
    let classifier = Classifier(
      taxonomies: taxonomies,
      tags: try tags.map { TagRule(name: $0.0, rule: try rule($0.1)) })
    let base = ClassifierTests.base
    return try classifier.classify(base.frame, scores: base.scores, summary: base.summary)
  }

  @Test func theFirstTrueRuleTakesACustomerAndNullIsNotTrue() throws {
    let base = ClassifierTests.base
    let classified = try classify([
      try taxonomy(
        "v", [("best", "r >= 4 AND f >= 4"), ("recent", "r >= 4"), ("not five", "NOT r = 5")],
        otherwise: "rest")
    ])
    let segments = classified.segments[0]
    #expect(segments.names == ["best", "recent", "not five", "rest"])
    var seen = Set<Int>()
    for row in 0..<base.summary.count {
      let code: Int
      if base.summary.isProspect(row) {
        code = 3  // r is null: neither r = 5 nor its opposite is true
      } else {
        let (r, f) = (base.scores.recency[row], base.scores.frequency[row])
        code = r >= 4 && f >= 4 ? 0 : r >= 4 ? 1 : r != 5 ? 2 : 3
      }
      #expect(Int(segments.codes[row]) == code, "row \(row)")
      seen.insert(code)
    }
    #expect(seen.count == 4)
  }

  @Test func segmentsPlacedBeforeAPresetsTakeFirst() throws {
    let base = ClassifierTests.base
    let preset = SegmentPreset(named: "rfm-10")!
    let extended = Taxonomy(
      name: "mine", segments: [Taxonomy.Segment("whales", rule: try rule("monetary_total > 900"))],
      remainder: .preset(preset, Taxonomy.Segment.list(of: preset)))
    let segments = try classify([extended]).segments[0]
    let plain = preset.assign(scores: base.scores, summary: base.summary)
    #expect(segments.names == ["whales"] + plain.names)
    for row in 0..<base.summary.count {
      let isWhale = base.summary.monetaryTotals[row] > 9_000_000
      #expect(segments.codes[row] == (isWhale ? 0 : plain.codes[row] + 1))
    }
    #expect(segments.codes.array.contains(0) && segments.codes.array.contains(11))
  }

  @Test func aPlainPresetIsThePresetsOwnCodes() throws {
    let base = ClassifierTests.base
    for name in SegmentPreset.names {
      let preset = SegmentPreset(named: name)!
      let classifier = Classifier(taxonomies: [Taxonomy(preset)])
      #expect(classifier.isPlain)
      let segments = try classify([Taxonomy(preset)]).segments[0]
      let plain = preset.assign(scores: base.scores, summary: base.summary)
      #expect(segments.codes.array == plain.codes.array && segments.names == plain.names)
    }
  }

  @Test func taxonomiesAndTagsMayAskForEachOther() throws {
    let base = ClassifierTests.base
    let classified = try classify(
      [
        Taxonomy(SegmentPreset(named: "rfm-10")!),
        try taxonomy(
          "care", [("call", "HAS TAG 'key' AND r <= 2"), ("mail", "key_group = 'yes'")]),
        try taxonomy("key_group", [("yes", "HAS TAG 'key'")]),
      ],
      [
        ("lost", "segment = 'Hibernating' OR segment = 'Prospect'"),
        ("key", "m = 5 AND NOT HAS TAG 'lost'"),
      ])
    let lost = classified.tags[0].bitmap
    let key = classified.tags[1].bitmap
    for row in 0..<base.summary.count {
      let name = classified.segments[0].names[Int(classified.segments[0].codes[row])]
      #expect(lost[row] == ["Hibernating", "Prospect"].contains(name))
      #expect(key[row] == (base.scores.monetary[row] == 5 && !lost[row]))
      let care = Int(classified.segments[1].codes[row])
      let r = base.scores.recency[row]
      #expect(care == (key[row] ? (r <= 2 ? 0 : 1) : 2))
    }
    #expect(lost.oneCount > 0 && key.oneCount > 0)
  }

  @Test func aCircleIsAnErrorThatNamesItsRules() throws {
    let error = #expect(throws: RuleErrors.self) {
      try classify(
        [try taxonomy("a", [("x", "HAS TAG 't'")])], [("t", "segment = 'x'"), ("u", "r = 1")])
    }
    #expect(error?.errors.map(\.subject) == ["segment x of a", "tag t"])
    #expect(error?.errors[0].error.message.contains("circle") == true)
  }

  @Test func everyRuleThatDoesNotBindIsReported() throws {
    let error = #expect(throws: RuleErrors.self) {
      try classify(
        [try taxonomy("a", [("x", "recency_day > 5"), ("y", "r = 1")])],
        [("t", "HAS TAG 'u'"), ("v", "orders + 1")])
    }
    #expect(
      error?.errors.map(\.message) == [
        "segment x of a: unknown column recency_day; did you mean recency_days?",
        "tag t: unknown tag 'u'",
        "tag v: expected a condition, found a value of type integer",
      ])
  }

  @Test func aRuleThatOverflowsIsNamed() throws {
    let error = #expect(throws: RuleErrors.self) {
      try classify(
        [try taxonomy("a", [("x", "r = 1"), ("y", "orders * 9000000000000000000 > 5")])])
    }
    #expect(error?.errors.map(\.subject) == ["segment y of a"])
    #expect(error?.errors.first?.error.code == .overflow)
  }
}
