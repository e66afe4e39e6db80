package import JSONText

/// How far one measure of the customer base has drifted between two snapshots.
package struct MeasureDrift: Sendable, Equatable {
  /// recency_days, orders, monetary_total, r, f, m, clv, or the taxonomy's column.
  package let measure: String
  /// Population stability index: Σ (q − p) · ln(q / p) over the bins of the earlier snapshot.
  package let stabilityIndex: Double
  /// The largest difference of a decile, relative to the spread of the earlier deciles; nil for what has none.
  package let quantileShift: Double?
  /// The nine deciles, in the measure's own unit; empty for what has none.
  package let decilesBefore: [Double]
  package let decilesAfter: [Double]

  /// The usual reading of a stability index.
  package var verdict: String {
    stabilityIndex < 0.1 ? "stable" : stabilityIndex < 0.25 ? "drifting" : "drifted"
  }

  package var json: JSON {
    [
      "measure": .string(measure), "psi": .number(stabilityIndex),
      "quantileShift": quantileShift.map { .number($0) } ?? .null,
      "decilesBefore": .array(decilesBefore.map { .number($0) }),
      "decilesAfter": .array(decilesAfter.map { .number($0) }),
    ]
  }

  /// Shares below this count as this: an empty bin would make the index infinite.
  package static let leastShare = 0.0001

  /// The index of two tables of counts over the same bins; 0 when either has nobody.
  package static func stabilityIndex(_ before: [Int], _ after: [Int]) -> Double {
    precondition(before.count == after.count, "the same bins")
    let (total, newTotal) = (before.reduce(0, +), after.reduce(0, +))
    if total == 0 || newTotal == 0 { return 0 }
    var sum = 0.0
    for (a, b) in zip(before, after) where a > 0 || b > 0 {
      let p = max(leastShare, Double(a) / Double(total))
      let q = max(leastShare, Double(b) / Double(newTotal))
      sum += (q - p) * logarithm(q / p)
    }
    return sum
  }

  /// max |Q′ᵢ − Qᵢ| over the deciles, divided by Q₉ − Q₁, or where that is 0 by |Q₅|, or by 1.
  package static func quantileShift(_ before: [Double], _ after: [Double]) -> Double? {
    guard before.count == 9, after.count == 9 else { return nil }
    let spread = before[8] - before[0]
    let scale = spread > 0 ? spread : before[4] != 0 ? abs(before[4]) : 1
    return zip(before, after).reduce(0) { max($0, abs($1.1 - $1.0)) } / scale
  }
}
