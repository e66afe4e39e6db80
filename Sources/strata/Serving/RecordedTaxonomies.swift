import Classification
import Columns
import Expressions
import JSONText
import Models
import Pipeline
import QueryProtocol

/// Why an unseen customer's segment is not known.
struct NotScored: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The taxonomies and tags of a snapshot, read from its record, for customers who are in no snapshot.
///
/// What a rule asks of the whole base (`quantile`, `rank`, `share`, aggregates) is of the snapshot's customers; it is
/// computed when the snapshot is loaded, from its columns, as the night computed it.
struct RecordedTaxonomies: Sendable {
  let classifier: Classifier
  /// Of taxonomies that build on a preset, by number.
  let judges: [Int: SegmentJudge]
  let details: SegmentDetails
  /// Columns of segments, of what stands beside them, and of tags: those that are made here.
  let columnNames: Set<String>

  /// Throws what is missing or does not read; nil of a snapshot without a taxonomy.
  init?(_ base: ServedBase) throws {
    let record = base.metadata
    guard let list = record["taxonomies"]?.arrayValue ?? record["taxonomy"].map({ [$0] }),
      !list.isEmpty
    else { return nil }
    var taxonomies: [Taxonomy] = []
    var judges: [Int: SegmentJudge] = [:]
    for (index, json) in list.enumerated() {
      let taxonomy = try RecordedTaxonomies.taxonomy(json)
      taxonomies.append(taxonomy)
      if case .preset(let preset, _) = taxonomy.remainder {
        judges[index] = try RecordedTaxonomies.judge(preset, base)
      }
    }
    let tags = try (record["tags"]?.arrayValue ?? []).compactMap { tag -> TagRule? in
      guard let name = tag["name"]?.stringValue, let when = tag["when"]?.stringValue else {
        return nil
      }
      return TagRule(name: name, rule: Rule(try .parse(when)))
    }
    classifier = Classifier(taxonomies: taxonomies, tags: tags)
    self.judges = judges
    details = SegmentDetails(record)
    var names = Set(taxonomies.indices.map { [classifier] in classifier.columnName($0) })
    for name in names {
      guard let column = base.frame[name] else { continue }
      for detail in details.columns(beside: column.gathered(AlignedBuffer([]))) {
        names.insert(detail.name)
      }
    }
    columnNames = names.union(["tags"])
  }

  /// Computes what rules ask of the whole base, once; throws what a rule cannot be bound to.
  func prepare(_ base: ServedBase) throws {
    let rules =
      classifier.taxonomies.flatMap { $0.segments.compactMap(\.rule) } + classifier.tags.map(\.rule)
    for rule in rules { _ = try base.source.bind(rule.expression, as: .rule) }
  }

  private static func taxonomy(_ json: JSON) throws -> Taxonomy {
    let name = json["name"]?.stringValue ?? SegmentCatalog.columnName
    let segments = json["segments"]?.arrayValue ?? []
    var remainder: Taxonomy.Remainder
    var ownCount = 1
    if let otherwise = json["otherwise"]?.stringValue {
      remainder = .otherwise(Taxonomy.Segment(otherwise))
    } else {
      let presetName = json["extends"]?.stringValue ?? name
      guard let preset = SegmentPreset(named: presetName) else {
        throw NotScored("taxonomy \(presetName) is none of the presets")
      }
      remainder = .preset(preset, Taxonomy.Segment.list(of: preset))
      // A preset's segments stand last, the prospects' behind them.
      ownCount = preset.segments.count + 1
    }
    let rules = try segments.dropLast(ownCount).compactMap { segment -> Taxonomy.Segment? in
      guard let name = segment["name"]?.stringValue, let when = segment["when"]?.stringValue
      else { return nil }
      return Taxonomy.Segment(name, rule: Rule(try .parse(when)))
    }
    return Taxonomy(name: name, segments: rules, remainder: remainder)
  }

  private static func judge(_ preset: SegmentPreset, _ base: ServedBase) throws -> SegmentJudge {
    let record = base.metadata
    guard let rfm = record["rfm"], let model = try? RFMModel(json: rfm),
      let bins = SnapshotModels.bins(record["configuration"]?["bins"]),
      let judge = SegmentJudge(
        preset, bins: bins, model: model, snapshot: base.frame, asOf: base.asOf)
    else {
      throw NotScored("the snapshot's record does not hold what taxonomy \(preset.name) needs")
    }
    return judge
  }

  /// The columns of segments, what stands beside them, and the tags, of one customer who has bought.
  ///
  /// - Parameters:
  ///   - frame: one row with every other column of the base.
  ///   - scores: r, f and m; nil where they are not known.
  func columns(
    of frame: Frame, scores: [Int]?, figures: SegmentJudge.Figures, in base: ServedBase
  ) throws -> [Column] {
    var codes: [Int: AlignedBuffer<UInt8>] = [:]
    for (index, judge) in judges {
      let found = scores ?? [0, 0, 0]
      guard let code = judge.code(r: found[0], f: found[1], m: found[2], of: figures) else {
        throw NotScored("taxonomy \(judge.preset.name) goes by scores, which are not known")
      }
      codes[index] = AlignedBuffer([UInt8(code)])
    }
    let classified = try classifier.classify(frame, presetCodes: codes, among: base.source)
    var columns: [Column] = []
    for (index, segments) in classified.segments.enumerated() {
      let column = segments.column(named: classifier.columnName(index))
      columns.append(column)
      columns += details.columns(beside: column)
    }
    let tags = classified.tags.filter { $0.bitmap[0] }.map(\.name)
    if !classified.tags.isEmpty {
      columns.append(
        Column(
          "tags", .text(StringTable([tags.joined(separator: ";")])),
          validity: tags.isEmpty ? Bitmap([false]) : nil))
    }
    return columns
  }
}
