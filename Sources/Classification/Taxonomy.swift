package import Expressions

/// A named, ordered list of segments, of which every customer is in exactly one: the first whose rule is true,
/// else the remainder's.
///
///     let taxonomy = Taxonomy(
///       name: "value",
///       segments: [Taxonomy.Segment("Gold", rule: Rule(try .parse("clv > quantile(clv, 0.9)")))],
///       remainder: .otherwise(Taxonomy.Segment("Other")))
///
/// A customer whose clv is null matches no comparison with it: `Gold` is not true for them, so they are `Other`.
package struct Taxonomy: Sendable {
  /// What customers are that no rule takes.
  package enum Remainder: Sendable {
    /// All in one segment.
    case otherwise(Segment)
    /// In the segments of a preset: these describe the preset's segments and its prospects', in order.
    case preset(SegmentPreset, [Segment])
  }

  package let name: String
  /// Segments that have a rule, in order; the first whose rule is true takes a customer.
  package let segments: [Segment]
  package let remainder: Remainder
  /// Where the taxonomy begins in its file.
  package let position: TextPosition?

  /// Segments of one taxonomy, at most: their codes are bytes.
  package static let segmentCountMax = 250
  /// The segment of customers that match no rule, when none is named.
  package static let otherwiseName = "Other"

  /// Columns that the engine makes: a taxonomy of that name would be a second one.
  package static let reservedNames = [
    "customer_id", "first_purchase", "last_purchase", "recency_days", "orders", "purchase_days",
    "monetary_total", "monetary_mean", "r", "f", "m", "rfm", "segment", "tags", "p_alive",
    "expected_purchases", "expected_spend", "clv", "cluster",
  ]

  package init(
    name: String, segments: [Segment], remainder: Remainder, position: TextPosition? = nil
  ) {
    precondition(segments.allSatisfy { $0.rule != nil }, "segments before the remainder have rules")
    self.name = name
    self.segments = segments
    self.remainder = remainder
    self.position = position
  }

  /// A preset as it is.
  package init(_ preset: SegmentPreset) {
    self.init(name: preset.name, segments: [], remainder: .preset(preset, Segment.list(of: preset)))
  }

  /// The preset, where the taxonomy adds no rules to one: it needs nothing but scores and summary.
  package var plainPreset: SegmentPreset? {
    if segments.isEmpty, case .preset(let preset, _) = remainder { preset } else { nil }
  }

  /// Every segment in the order of the codes.
  package var allSegments: [Segment] {
    switch remainder {
    case .otherwise(let segment): segments + [segment]
    case .preset(_, let own): segments + own
    }
  }
}

extension Taxonomy {
  /// One segment: its name is stored and queried, the rest travels to exports and the socket.
  package struct Segment: Sendable {
    package let name: String
    /// The name in another language or other words; the name itself where nothing else was said.
    package let label: String
    /// nil for the segments of the remainder.
    package let rule: Rule?
    /// The condition as written, or a preset's rule in words.
    package let when: String
    package let details: Details
    /// Where the segment begins in its file.
    package let position: TextPosition?

    package init(
      _ name: String, label: String? = nil, rule: Rule? = nil, when: String? = nil,
      details: Details = Details(), position: TextPosition? = nil
    ) {
      self.name = name
      self.label = label ?? name
      self.rule = rule
      self.when = when ?? rule?.text ?? "no other segment's rule is true"
      self.details = details
      self.position = position
    }

    /// A preset's segments, its prospects' last.
    package static func list(of preset: SegmentPreset) -> [Segment] {
      (preset.segments + [SegmentPreset.prospect]).map {
        Segment($0.name, label: $0.label, when: $0.rule)
      }
    }
  }

  /// What the people and systems that act on a segment want to know; free text, each absent unless given.
  package struct Details: Sendable, Equatable {
    package var action: String?
    package var owner: String?
    package var channel: String?
    package var colour: String?

    package init(
      action: String? = nil, owner: String? = nil, channel: String? = nil, colour: String? = nil
    ) {
      self.action = action
      self.owner = owner
      self.channel = channel
      self.colour = colour
    }
  }
}
