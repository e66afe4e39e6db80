package import Classification
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
  package var preset: SegmentPreset
  /// Aggregate all batches, although the last snapshot could be built on.
  package var isFull = false

  package init(rfm: RFMOptions, preset: SegmentPreset) {
    self.rfm = rfm
    self.preset = preset
  }

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
      "by": groupColumn.map { .string($0) } ?? .null, "taxonomy": .string(preset.name),
    ]
  }
}
