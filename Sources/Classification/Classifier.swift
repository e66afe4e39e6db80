package import Columns
package import Expressions
import Kernels
package import Models

/// What taxonomies and tags made of a customer base.
package struct ClassifiedBase: Sendable {
  /// One a taxonomy, in their order; the first is the primary one's.
  package let segments: [SegmentAssignment]
  /// In the order of their definition.
  package let tags: [(name: String, bitmap: Bitmap)]

  package init(segments: [SegmentAssignment], tags: [(name: String, bitmap: Bitmap)]) {
    self.segments = segments
    self.tags = tags
  }
}

/// Applies taxonomies and tags to a customer base.
///
///     let classifier = Classifier(taxonomies: configuration.taxonomies, tags: configuration.tags)
///     let classified = try classifier.classify(frame, scores: scores, summary: summary)
///     classified.segments[0].names         // of the primary taxonomy, column `segment`
///
/// Rules may ask for the segments of other taxonomies (`segment`, or the taxonomy's name) and for tags
/// (`HAS TAG`); what asks is evaluated after what is asked, and a circle is an error.
package struct Classifier: Sendable {
  /// At least one; the first is the primary one.
  package let taxonomies: [Taxonomy]
  package let tags: [TagRule]

  package init(taxonomies: [Taxonomy], tags: [TagRule] = []) {
    precondition(!taxonomies.isEmpty, "there is a primary taxonomy")
    self.taxonomies = taxonomies
    self.tags = tags
  }

  /// Whether every customer's segment follows from scores and summary alone.
  package var isPlain: Bool {
    tags.isEmpty && taxonomies.allSatisfy { $0.plainPreset != nil }
  }

  /// The column of a taxonomy: `segment` for the primary one, else its name.
  package func columnName(_ taxonomy: Int) -> String {
    taxonomy == 0 ? "segment" : taxonomies[taxonomy].name
  }

  /// Names of columns that rules ask for, in lower case.
  package var neededColumnNames: Set<String> {
    let rules = taxonomies.flatMap { $0.segments.map(\.rule!) } + tags.map(\.rule)
    return Set(rules.flatMap { $0.expression.columnNames }.map { $0.lowercased() })
  }

  /// - Parameters:
  ///   - frame: every column that rules may ask for; segments and tags are added as they are made.
  ///   - scores: of the frame's rows, for presets.
  ///   - summary: of the frame's rows, for presets.
  package func classify(
    _ frame: Frame, scores: RFMScores, summary: CustomerSummary
  ) throws(RuleErrors) -> ClassifiedBase {
    var work = Classification(self, frame: frame)
    for (index, taxonomy) in taxonomies.enumerated() {
      guard case .preset(let preset, _) = taxonomy.remainder else { continue }
      work.presetCodes[index] = preset.assign(scores: scores, summary: summary).codes
    }
    return try work.run()
  }

  /// Judges customers who are not of a base as those of it were judged.
  ///
  /// - Parameters:
  ///   - frame: of these customers, with every column that rules may ask for but segments and tags.
  ///   - presetCodes: for each taxonomy that builds on a preset, by number, the codes that the preset gives them.
  ///   - whole: the base, whose quantiles, ranks and shares count; segments and tags are among its columns.
  package func classify(
    _ frame: Frame, presetCodes: [Int: AlignedBuffer<UInt8>], among whole: QuerySource
  ) throws(RuleErrors) -> ClassifiedBase {
    var work = Classification(self, frame: frame, whole: whole)
    work.presetCodes = presetCodes
    return try work.run()
  }
}

/// A classification under way.
private struct Classification {
  /// A taxonomy or a tag, by number.
  enum Unit: Hashable {
    case taxonomy(Int)
    case tag(Int)
  }

  let classifier: Classifier
  /// The base that functions of the whole base are of, where the frame is not it.
  let whole: QuerySource?
  var frame: Frame
  /// The codes of the presets that taxonomies build on.
  var presetCodes: [Int: AlignedBuffer<UInt8>] = [:]
  private var segments: [Int: SegmentAssignment] = [:]
  private var bitmaps: [Int: Bitmap] = [:]

  init(_ classifier: Classifier, frame: Frame, whole: QuerySource? = nil) {
    self.classifier = classifier
    self.whole = whole
    self.frame = frame
  }

  mutating func run() throws(RuleErrors) -> ClassifiedBase {
    for (index, taxonomy) in classifier.taxonomies.enumerated() where taxonomy.segments.isEmpty {
      finish(index, presetCodes[index]!)
    }
    var open = classifier.taxonomies.indices.filter { segments[$0] == nil }.map(Unit.taxonomy)
    open += classifier.tags.indices.map(Unit.tag)
    while !open.isEmpty {
      let ready = open.filter { unit in dependencies(unit).isDisjoint(with: open) }
      if ready.isEmpty { throw circle(open) }
      try evaluate(ready)
      open.removeAll { ready.contains($0) }
    }
    return ClassifiedBase(
      segments: classifier.taxonomies.indices.map { segments[$0]! },
      tags: classifier.tags.indices.map { (classifier.tags[$0].name, bitmaps[$0]!) })
  }

  private func rules(_ unit: Unit) -> [(subject: String, rule: Rule)] {
    switch unit {
    case .taxonomy(let index):
      let taxonomy = classifier.taxonomies[index]
      return taxonomy.segments.map { ("segment \($0.name) of \(taxonomy.name)", $0.rule!) }
    case .tag(let index):
      return [("tag \(classifier.tags[index].name)", classifier.tags[index].rule)]
    }
  }

  private func dependencies(_ unit: Unit) -> Set<Unit> {
    var units: Set<Unit> = []
    for (_, rule) in rules(unit) {
      let names = Set(rule.expression.columnNames.map { $0.lowercased() })
      for index in classifier.taxonomies.indices
      where names.contains(classifier.columnName(index).lowercased()) {
        units.insert(.taxonomy(index))
      }
      let tagNames = Set(rule.expression.tagNames)
      for (index, tag) in classifier.tags.enumerated() where tagNames.contains(tag.name) {
        units.insert(.tag(index))
      }
    }
    return units
  }

  private func circle(_ open: [Unit]) -> RuleErrors {
    let errors = open.compactMap { unit -> RuleError? in
      let asked = dependencies(unit).intersection(open)
      let rule = rules(unit).first { _ in true }
      guard let rule, !asked.isEmpty else { return nil }
      return RuleError(
        subject: rule.subject, rule: rule.rule,
        error: QueryError(
          .name, "segments and tags ask for each other in a circle; take one of them out"))
    }
    return RuleErrors(errors)
  }

  /// All conditions of some units in one pass.
  private mutating func evaluate(_ units: [Unit]) throws(RuleErrors) {
    let done = bitmaps.keys.sorted()
    let source = QuerySource(
      frame: frame, tags: done.map { (classifier.tags[$0].name, bitmaps[$0]!) }, of: whole)
    let all = units.map { rules($0) }
    var bound: [BoundExpression] = []
    var errors: [RuleError] = []
    for (subject, rule) in all.joined() {
      do throws(QueryError) {
        let expression = try source.bind(rule.expression, as: .rule)
        try expression.expectCondition()
        bound.append(expression)
      } catch {
        errors.append(RuleError(subject: subject, rule: rule, error: error))
      }
    }
    if !errors.isEmpty { throw RuleErrors(errors) }
    var start = 0
    var plans: [ClassificationPass.Plan] = []
    for (unit, rules) in zip(units, all) {
      switch unit {
      case .taxonomy(let index):
        plans.append(
          .taxonomy(
            rules: start..<start + rules.count, offset: UInt8(rules.count),
            remainder: presetCodes[index]))
      case .tag: plans.append(.tag(rule: start))
      }
      start += rules.count
    }
    let pass: ClassificationPass
    do throws(QueryError) {
      pass = try ClassificationPass(try ConditionSet(bound, of: source), plans)
    } catch {
      throw RuleErrors([blamed(error, Array(all.joined()), bound)])
    }
    for (unit, result) in zip(units, pass.results) {
      switch (unit, result) {
      case (.taxonomy(let index), .codes(let codes)): finish(index, codes)
      case (.tag(let index), .bitmap(let bitmap)): bitmaps[index] = bitmap
      default: preconditionFailure("a result of the plan's kind")
      }
    }
  }

  /// The rule whose evaluation fails with this error; found by running them one by one.
  private func blamed(
    _ error: QueryError, _ rules: [(subject: String, rule: Rule)], _ bound: [BoundExpression]
  ) -> RuleError {
    for ((subject, rule), expression) in zip(rules, bound) {
      do throws(QueryError) { _ = try expression.bitmap() } catch {
        return RuleError(subject: subject, rule: rule, error: error)
      }
    }
    return RuleError(subject: rules[0].subject, rule: rules[0].rule, error: error)
  }

  private mutating func finish(_ index: Int, _ codes: AlignedBuffer<UInt8>) {
    let taxonomy = classifier.taxonomies[index]
    let all = taxonomy.allSegments
    let assignment = SegmentAssignment(
      taxonomy: taxonomy.name, names: all.map(\.name), labels: all.map(\.label), codes: codes)
    segments[index] = assignment
    frame.append(assignment.column(named: classifier.columnName(index)))
  }
}
