package import Classification
package import Columns
package import JSONText
package import Models

/// What is asked of a scoring: everything that the command line can say about it.
package struct ScoreRequest: Sendable {
  /// The date to score as of; nil is the store's last day.
  package var asOf: Int32?
  /// Only transactions this far back count.
  package var window: TimeSpan?
  package var rfm: RFMOptions
  /// The attribute within whose groups customers are scored.
  package var groupColumn: String?
  /// At least one; the first is the primary one, column `segment`.
  package var taxonomies: [Taxonomy]
  /// In the order in which exports name them.
  package var tags: [TagRule] = []
  /// How customers are valued; nil leaves the columns of value out.
  package var value: ValueModel?
  /// How customers are clustered; nil leaves the column out.
  package var clustering: ClusteringOptions?
  /// Aggregate all batches, although the last snapshot could be built on.
  package var isFull = false
  /// Bytes that rows of orders may take together with what is made of them at a time; no part of the answer.
  package var memoryLimitByteCount = Int.max

  package init(rfm: RFMOptions, taxonomies: [Taxonomy], tags: [TagRule] = []) {
    precondition(!taxonomies.isEmpty, "there is a primary taxonomy")
    self.rfm = rfm
    self.taxonomies = taxonomies
    self.tags = tags
  }

  package init(rfm: RFMOptions, preset: SegmentPreset) {
    self.init(rfm: rfm, taxonomies: [Taxonomy(preset)])
  }

  package var classifier: Classifier { Classifier(taxonomies: taxonomies, tags: tags) }

  /// The effective configuration, as the snapshot records it.
  package var json: JSON {
    [
      "asOf": asOf.map { .string(dayText($0)) } ?? .null,
      "window": window.map { .string($0.text) } ?? .null,
      "bins": [
        "recency": JSON(rfm.bins.recency), "frequency": JSON(rfm.bins.frequency),
        "monetary": JSON(rfm.bins.monetary),
      ],
      "method": .string(rfm.method.name), "frequency": .string(rfm.frequency.rawValue),
      "monetary": .string(rfm.monetary.rawValue),
      "by": groupColumn.map { .string($0) } ?? .null, "taxonomy": .string(taxonomies[0].name),
      "taxonomies": .array(taxonomies.map { .string($0.name) }),
      "tags": .array(tags.map { .string($0.name) }),
      "clv": value?.json ?? .null, "clusters": clustering.map(clusteringJSON) ?? .null,
    ]
  }
}

/// How customers are valued.
package enum ValueModel: Sendable {
  /// A purchase model and a spend model.
  case lifetime(LifetimeScoring)
  /// A regression on what happened in the last horizon, times the margin, discounted as if spend came evenly
  /// over the horizon; the discount is effective, a year.
  case regression(RegressionScoring, margin: Double, discountPerYear: Double)

  /// The column of the purchases expected within a further horizon: `expected_purchases_3mo`.
  package static func columnName(expectedWithin horizon: TimeSpan) -> String {
    "expected_purchases_" + horizon.text.map { $0 == "." ? "_" : String($0) }.joined()
  }

  var json: JSON {
    switch self {
    case .lifetime(let scoring):
      [
        "model": .string(scoring.kind.rawValue), "ruler": .string(scoring.ruler.rawValue),
        "horizonDays": JSON(scoring.horizonDays), "discountPerYear": JSON(scoring.discountPerYear),
        "moreHorizons": .array(scoring.moreHorizons.map { .string($0.text) }),
        "margin": JSON(scoring.margin), "penalty": JSON(scoring.penalty),
      ]
    case .regression(let scoring, let margin, let discountPerYear):
      [
        "model": .string(scoring.kind.rawValue), "horizonDays": JSON(scoring.horizonDays),
        "discountPerYear": JSON(discountPerYear), "margin": JSON(margin),
      ]
    }
  }
}

private func clusteringJSON(_ options: ClusteringOptions) -> JSON {
  var count: JSON = "auto"
  if case .fixed(let k) = options.clusterCount { count = JSON(k) }
  return [
    "k": count, "features": .array(options.features.map { .string($0) }),
    "scale": .string(options.scale.rawValue), "seed": .string(String(options.seed)),
  ]
}
