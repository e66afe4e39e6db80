import Classification
import Expressions
package import JSONText

/// A taxonomy as a snapshot records it: its column, its segments, and what they are told apart by.
package struct TaxonomyShape: Sendable, Equatable {
  package struct Segment: Sendable, Equatable {
    package let name: String
    package let label: String
    /// What is to be done with customers of this segment, and by whom, where the configuration says so.
    package let action: String?
    package let owner: String?
  }

  /// What decides about a customer's segment.
  package enum Basis: Sendable, Equatable {
    /// The scores r, f and m.
    case scores
    /// The three measures against their means.
    case means
    /// Rules in order: the names that each one asks.
    case rules([[String]])
  }

  package let name: String
  /// The column that holds the segments.
  package let column: String
  package let segments: [Segment]
  package let basis: Basis

  /// The taxonomy of that name, or the first, in a snapshot's record.
  package init(_ record: JSON, named wanted: String?, snapshot: String) throws(ChangesError) {
    let taxonomies = TaxonomyShape.all(record)
    let names = taxonomies.compactMap { $0["name"]?.stringValue }
    let chosen =
      wanted.map { name in
        taxonomies.first { $0["name"]?.stringValue == name || $0["column"]?.stringValue == name }
      } ?? taxonomies.first
    guard let chosen, let name = chosen["name"]?.stringValue else {
      throw .unknownTaxonomy(name: wanted ?? "at all", snapshot: snapshot, known: names)
    }
    self.name = name
    column = chosen["column"]?.stringValue ?? "segment"
    let listed = chosen["segments"]?.arrayValue ?? []
    segments = listed.map { segment in
      let name = segment["name"]?.stringValue ?? ""
      return Segment(
        name: name, label: segment["label"]?.stringValue ?? name,
        action: segment["action"]?.stringValue, owner: segment["owner"]?.stringValue)
    }
    basis = TaxonomyShape.basis(chosen, segments.map(\.name), listed)
  }

  /// Every taxonomy of a record: `taxonomies`, or in a record without them its one `taxonomy`.
  private static func all(_ record: JSON) -> [JSON] {
    record["taxonomies"]?.arrayValue ?? record["taxonomy"].map { [$0] } ?? []
  }

  private static func basis(_ taxonomy: JSON, _ names: [String], _ listed: [JSON]) -> Basis {
    let name = taxonomy["name"]?.stringValue ?? ""
    if let preset = SegmentPreset(named: name), names.starts(with: preset.segments.map(\.name)),
      listed.first?["when"]?.stringValue == preset.segments.first?.rule
    {
      switch name {
      case "rfm-10", "value-3": return .scores
      case "rfm-8-zh": return .means
      default: return .rules(listed.map { _ in inputs(ofPreset: name) })
      }
    }
    let inherited = taxonomy["extends"]?.stringValue.map(inputs) ?? []
    return .rules(
      listed.map { segment in
        guard let when = segment["when"]?.stringValue, let rule = try? Expression.parse(when)
        else { return inherited }
        return rule.columnNames
      })
  }

  /// The columns that a preset's rules come down to; their words are no expressions.
  private static func inputs(ofPreset name: String) -> [String] {
    switch name {
    case "rfm-10", "value-3": ["r", "f", "m"]
    case "rfm-8-zh": ["recency_days", "orders", "monetary_total"]
    case "abc": ["monetary_total"]
    case "lifecycle": ["recency_days", "purchase_days", "first_purchase"]
    default: []
    }
  }

  /// The columns that a comparison by this taxonomy needs of a snapshot.
  package func columnNames(_ record: JSON) -> [String] {
    var names = [
      column, "monetary_total", "last_purchase", "orders", "purchase_days", "r", "f", "m", "clv",
    ]
    if let group = record["rfm"]?["by"]?.stringValue { names.append(group) }
    if case .rules(let rules) = basis { names += rules.flatMap { $0 } }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
