import Columns
package import Expressions
import Kernels

/// Looks for rules that do not do what they look like: by proof where the text alone tells, else on the data.
///
///     let findings = try Linter(classifier, source, scoreBins: bins).findings()
///
/// Cost: every rule once over all rows, and a pass over bitmaps for each pair of segments of a taxonomy.
package struct Linter {
  private let classifier: Classifier
  private let source: QuerySource
  private let ranges: [String: ClosedRange<Double>]

  /// - Parameters:
  ///   - source: all columns and tags that rules ask for, segments included.
  ///   - scoreBins: the best scores of r, f and m.
  package init(_ classifier: Classifier, _ source: QuerySource, scoreBins: [Int]) {
    self.classifier = classifier
    self.source = source
    var ranges: [String: ClosedRange<Double>] = [
      "orders": 0...Double.infinity, "purchase_days": 0...Double.infinity,
      "p_alive": 0...1, "expected_purchases": 0...Double.infinity,
    ]
    for (name, best) in zip(["r", "f", "m"], scoreBins) { ranges[name] = 1...Double(best) }
    self.ranges = ranges
  }

  /// A rule with what is known of it.
  private struct Subject {
    let name: String
    let rule: Rule
    let reach: ConditionReach
    let matches: Bitmap

    var position: TextPosition? { rule.position(ofByte: 0) }
    var count: Int { matches.oneCount }
  }

  /// In the order of the file: taxonomies, then tags.
  package func findings() throws(RuleErrors) -> [LintFinding] {
    let rules =
      classifier.taxonomies.flatMap { taxonomy in
        taxonomy.segments.map { ("segment \($0.name) of \(taxonomy.name)", $0.rule!) }
      } + classifier.tags.map { ("tag \($0.name)", $0.rule) }
    let subjects = try subjects(rules)
    var findings: [LintFinding] = []
    var start = 0
    for taxonomy in classifier.taxonomies {
      let own = subjects[start..<start + taxonomy.segments.count]
      findings += segmentFindings(Array(own), taxonomy)
      start += taxonomy.segments.count
    }
    for tag in subjects[start...] {
      if let finding = alone(tag) { findings.append(finding) }
    }
    return findings
  }

  private func subjects(
    _ rules: [(name: String, rule: Rule)]
  ) throws(RuleErrors) -> [Subject] {
    var bound: [BoundExpression] = []
    var errors: [RuleError] = []
    for (name, rule) in rules {
      do throws(QueryError) {
        bound.append(try source.bind(rule.expression, as: .rule))
      } catch {
        errors.append(RuleError(subject: name, rule: rule, error: error))
      }
    }
    if !errors.isEmpty { throw RuleErrors(errors) }
    let bitmaps: [Bitmap]
    do throws(QueryError) {
      bitmaps = try ConditionSet(bound, of: source).bitmaps()
    } catch {
      throw RuleErrors([RuleError(subject: rules[0].name, rule: rules[0].rule, error: error)])
    }
    return zip(rules, zip(bound, bitmaps)).map { rule, rest in
      Subject(
        name: rule.name, rule: rule.rule, reach: ConditionReach(rest.0, ranges: ranges),
        matches: rest.1)
    }
  }

  /// What can be said of a rule without others.
  private func alone(_ subject: Subject) -> LintFinding? {
    func finding(_ kind: LintFinding.Kind, _ message: String) -> LintFinding {
      LintFinding(kind, subject: subject.name, message: message, position: subject.position)
    }
    if subject.reach.isNeverTrue {
      return finding(.neverTrue, "can never match: no value satisfies all of its conditions")
    }
    if subject.reach.isAlwaysTrue { return finding(.alwaysTrue, "matches every customer") }
    let rowCount = source.frame.rowCount
    if rowCount == 0 { return nil }
    if subject.count == 0 { return finding(.empty, "no customer matches") }
    if subject.count == rowCount {
      return finding(.alwaysTrueOnData, "matches every customer of these data")
    }
    return nil
  }

  private func segmentFindings(_ segments: [Subject], _ taxonomy: Taxonomy) -> [LintFinding] {
    var findings: [LintFinding] = []
    let rowCount = source.frame.rowCount
    var open = Bitmap(repeating: true, count: rowCount)
    for (index, segment) in segments.enumerated() {
      let own = segment.matches.and(open)
      open = open.andNot(segment.matches)
      if let finding = alone(segment) {
        findings.append(finding)
        if finding.kind == .neverTrue || finding.kind == .empty { continue }
      }
      let earlier = segments[..<index]
      if let swallower = earlier.first(where: { segment.reach.implies($0.reach) }) {
        findings.append(
          LintFinding(
            .swallowed, subject: segment.name,
            message: "whoever matches it matches \(named(swallower, taxonomy)), which comes first",
            position: segment.position))
        continue
      }
      if rowCount > 0, own.oneCount == 0 {
        findings.append(swallowedOnData(segment, Array(earlier), taxonomy))
        continue
      }
      findings += overlaps(segment, Array(earlier), taxonomy)
    }
    if rowCount > 0, open.oneCount == 0, case .otherwise(let other) = taxonomy.remainder {
      findings.append(
        LintFinding(
          .otherwiseUnreached, subject: "taxonomy \(taxonomy.name)",
          message: "no customer of these data is left for \(other.name)",
          position: other.position ?? taxonomy.position))
    }
    return findings
  }

  private func swallowedOnData(
    _ segment: Subject, _ earlier: [Subject], _ taxonomy: Taxonomy
  ) -> LintFinding {
    let takers = earlier.filter { segment.matches.and($0.matches).oneCount > 0 }
    let names = takers.prefix(3).map { named($0, taxonomy) }.joined(separator: ", ")
    return LintFinding(
      .swallowedOnData, subject: segment.name,
      message: "every customer that matches is taken by an earlier segment: \(names)",
      position: segment.position, customers: segment.count)
  }

  private func overlaps(
    _ segment: Subject, _ earlier: [Subject], _ taxonomy: Taxonomy
  ) -> [LintFinding] {
    earlier.compactMap { other in
      let count = segment.matches.and(other.matches).oneCount
      if count == 0 { return nil }
      return LintFinding(
        .overlap, subject: segment.name,
        message: "\(count) of its \(segment.count) customers match \(named(other, taxonomy)) too, "
          + "which comes first", position: segment.position, customers: count)
    }
  }

  /// `Gold (line 12)`
  private func named(_ subject: Subject, _ taxonomy: Taxonomy) -> String {
    let segment = taxonomy.segments.first {
      "segment \($0.name) of \(taxonomy.name)" == subject.name
    }
    let line = subject.position.map { " (line \($0.line))" } ?? ""
    return (segment?.name ?? subject.name) + line
  }
}

extension Bitmap {
  fileprivate func and(_ other: Bitmap) -> Bitmap {
    Bitmap(
      count: count,
      words: AlignedBuffer(count: words.count) { out in
        for w in out.indices { out[w] = words.pointer[w] & other.words.pointer[w] }
      })
  }

  fileprivate func andNot(_ other: Bitmap) -> Bitmap {
    Bitmap(
      count: count,
      words: AlignedBuffer(count: words.count) { out in
        for w in out.indices { out[w] = words.pointer[w] & ~other.words.pointer[w] }
      })
  }
}
