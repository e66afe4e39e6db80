import Classification
import Columns
import Expressions
import Models
import Testing

@Suite struct LinterTests {
  private static let base = SampleBase(customerCount: 2_003, seed: 5)

  /// `kind subject` of each finding.
  private func findings(
    _ segments: [(String, String)], tags: [(String, String)] = [], rowCount: Int? = nil
  ) throws -> [LintFinding] {
    let taxonomy = Taxonomy(
      name: "t",
      segments: try segments.map {
        Taxonomy.Segment($0.0, rule: Rule(try Expression.parse($0.1)))
      }, remainder: .otherwise(Taxonomy.Segment("rest")))
    let classifier = Classifier(
      taxonomies: [taxonomy],
      tags: try tags.map { TagRule(name: $0.0, rule: Rule(try Expression.parse($0.1))) })
    let base = rowCount.map { SampleBase(customerCount: $0, seed: 5) } ?? LinterTests.base
    let source = QuerySource(frame: base.frame)
    return try Linter(classifier, source, scoreBins: [5, 5, 5]).findings()
  }

  private func kinds(_ segments: [(String, String)]) throws -> [String] {
    try findings(segments).map { "\($0.kind.rawValue) \($0.subject.split(separator: " ")[1])" }
  }

  @Test(arguments: [
    "r >= 4 AND r < 3", "r > 5", "r = 0", "r BETWEEN 4 AND 2", "r IS NULL AND r = 1",
    "NOT (r >= 3 OR r < 4)", "orders < 0", "r IN (1, 2) AND r IN (3, 4)", "r = 1 AND NULL",
    "FALSE", "1 = 2", "monetary_total > 5 AND (monetary_total < 1 OR monetary_total < 2)",
    "last_purchase > '2026-01-01' AND last_purchase < '2025-01-01'", "orders = 1.5",
    "orders IS NULL", "r = 1 AND f > 2 AND r = 2",
  ])
  func contradictionsAreProved(_ text: String) throws {
    #expect(try kinds([("x", text)]) == ["never-true x"])
  }

  @Test(arguments: [
    "orders >= 0", "TRUE", "orders > 5 OR orders <= 5", "r IS NULL OR r >= 1", "orders IS NOT NULL",
    "NOT orders < 0", "r IS NULL OR r IN (1, 2, 3) OR r BETWEEN 4 AND 9",
  ])
  func conditionsThatAreAlwaysTrueAreFound(_ text: String) throws {
    let kinds = try kinds([("x", text)])
    #expect(kinds.first == "always-true x" || kinds.first == "always-true-on-data x")
    #expect(kinds.last == "otherwise-unreached t")
  }

  @Test func orOverOneColumnAloneIsProved() throws {
    #expect(try kinds([("x", "orders > 5 OR orders <= 5")]).first == "always-true x")
    #expect(try kinds([("x", "orders >= 0")]).first == "always-true x")
  }

  @Test(arguments: [
    ("r >= 4", "r = 5"), ("r >= 4", "r = 5 AND f = 5"), ("r >= 4", "r >= 4"),
    ("r > 2 OR r = 1", "r = 4"), ("orders > 1", "orders BETWEEN 3 AND 8 AND m = 2"),
    ("r IS NOT NULL", "r = 2"), ("monetary_total > 10", "monetary_total >= 10.5"),
    ("TRUE", "r = 3"), ("NOT r = 1", "r IN (2, 3)"),
  ])
  func aSegmentThatAnEarlierOneImpliesIsSwallowed(_ first: String, _ second: String) throws {
    #expect(try kinds([("a", first), ("b", second)]).contains("swallowed b"))
  }

  @Test(arguments: [
    ("r = 5", "r >= 4"), ("r >= 4 AND f = 5", "r = 5"), ("r = 4 OR f = 2", "r = 5"),
    ("orders * 2 > 3", "orders > 100000"),
  ])
  func nothingIsClaimedThatIsNotCertain(_ first: String, _ second: String) throws {
    #expect(try !kinds([("a", first), ("b", second)]).contains("swallowed b"))
  }

  @Test func whatIsTakenOnTheDataIsToldWithItsTakers() throws {
    let found = try findings([("a", "r <= 3"), ("b", "r >= 3"), ("c", "f + m > 9"), ("d", "f = 5")])
    let swallowed = found.filter { $0.kind == .swallowedOnData }
    #expect(swallowed.map(\.subject) == ["segment c of t", "segment d of t"])
    #expect(swallowed[0].message.hasSuffix("an earlier segment: a, b"))
    let base = LinterTests.base
    let both = (0..<base.summary.count).count { base.scores.recency[$0] == 3 }
    let overlap = try #require(found.first { $0.kind == .overlap })
    #expect(overlap.subject == "segment b of t" && overlap.customers == both)
  }

  @Test func emptySegmentsAndTagsAreTold() throws {
    let found = try findings(
      [("a", "orders > 100000"), ("b", "r = 1")],
      tags: [("none", "monetary_total > 99999999"), ("all", "orders >= 0"), ("some", "r = 2")])
    #expect(
      found.map { "\($0.kind.rawValue) \($0.subject)" } == [
        "empty segment a of t", "empty tag none", "always-true tag all",
      ])
    #expect(found.allSatisfy { $0.severity == .warning })
  }

  @Test func withoutRowsOnlyProofsAreGiven() throws {
    let found = try findings(
      [("a", "r = 1"), ("b", "r = 1 AND f = 2"), ("c", "r > 9")], rowCount: 0)
    #expect(found.map(\.kind) == [.swallowed, .neverTrue])
  }

  @Test func unknownColumnsAreErrors() throws {
    let error = #expect(throws: RuleErrors.self) { try findings([("a", "monetry_total > 5")]) }
    #expect(error?.errors.first?.message.contains("did you mean monetary_total?") == true)
  }
}
