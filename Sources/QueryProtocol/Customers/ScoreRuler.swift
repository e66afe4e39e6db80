package import Columns
package import JSONText

/// How a snapshot turns recency, frequency and monetary value into scores: the cuts of its record's `rfm`.
package struct ScoreRuler: Sendable {
  package struct Measure: Sendable {
    /// The score's column: r, f or m.
    package let score: String
    /// The column that is measured.
    package let column: String
    /// Whether less is better, as it is of recency.
    package let lessIsBetter: Bool
    package let isMoney: Bool
    package let binCount: Int
    /// Rising; empty where nobody was scored.
    let cuts: [ScoreCut]

    /// The score of a value: 1 is the worst.
    package func score(of value: Int64) -> Int {
      let below = cuts.reduce(0) { $0 + ($1.isBelow(value) ? 1 : 0) }
      return lessIsBetter ? binCount - below : 1 + below
    }

    /// The score of the mean amount of some orders.
    package func score(ofMeanOf total: Int64, orders: Int64) -> Int {
      1 + cuts.reduce(0) { $0 + ($1.isBelow(meanOf: total, orders: orders) ? 1 : 0) }
    }

    /// A change of the measured column that changes the score.
    package struct Step: Equatable {
      /// What the column must be.
      package let condition: String
      /// The value at its bound: whole days, a count, or an amount in units of 10⁻⁴.
      package let value: Int64
      /// The score that it then has: equal values leave scores out that nobody can have.
      package let score: Int
    }

    /// The nearest step to a better score; nil at the best.
    package func stepUp(from score: Int) -> Step? {
      let index = lessIsBetter ? binCount - score - 1 : score - 1
      guard cuts.indices.contains(index) else { return nil }
      let value = lessIsBetter ? cuts[index].floor : above(cuts[index])
      return Step(
        condition: lessIsBetter ? atMost(value) : atLeast(value), value: value,
        score: min(binCount, max(score + 1, self.score(of: value))))
    }

    /// The nearest step to a worse score; nil at the worst.
    package func stepDown(from score: Int) -> Step? {
      let index = lessIsBetter ? binCount - score : score - 2
      guard cuts.indices.contains(index) else { return nil }
      let value = lessIsBetter ? above(cuts[index]) : cuts[index].floor
      return Step(
        condition: lessIsBetter ? atLeast(value) : atMost(value), value: value,
        score: max(1, min(score - 1, self.score(of: value))))
    }

    private func above(_ cut: ScoreCut) -> Int64 { cut.floor == .max ? .max : cut.floor + 1 }
    private func atMost(_ value: Int64) -> String { "\(column) <= \(text(value))" }
    private func atLeast(_ value: Int64) -> String { "\(column) >= \(text(value))" }
    private func text(_ value: Int64) -> String { isMoney ? Money.text(value) : "\(value)" }
  }

  package let measures: [Measure]
  /// The column by whose values customers are scored apart; nil when all are scored together.
  package let groupColumn: String?

  /// Reads a record; nil when it holds no cuts, or none of that group.
  package init?(_ metadata: JSON, group: String? = nil) {
    guard let rfm = metadata["rfm"], let groups = rfm["groups"]?.arrayValue else { return nil }
    groupColumn = rfm["by"]?.stringValue
    guard
      let chosen = groupColumn == nil
        ? groups.first : groups.first(where: { $0["name"]?.stringValue == group })
    else { return nil }
    let frequency = rfm["frequency"]?.stringValue == "days" ? "purchase_days" : "orders"
    let monetary = rfm["monetary"]?.stringValue == "mean" ? "monetary_mean" : "monetary_total"
    var measures: [Measure] = []
    for (score, member, column) in [
      ("r", "recency", "recency_days"), ("f", "frequency", frequency), ("m", "monetary", monetary),
    ] {
      guard let bins = chosen[member]?["bins"]?.intValue, (1...255).contains(bins),
        let cuts = chosen[member]?["cuts"]?.arrayValue?.compactMap({ ScoreCut($0) }),
        cuts.isEmpty || cuts.count == bins - 1
      else { return nil }
      measures.append(
        Measure(
          score: score, column: column, lessIsBetter: score == "r", isMoney: score == "m",
          binCount: bins, cuts: cuts))
    }
    self.measures = measures
  }
}

extension Column {
  /// A whole number of a row: days, a count, or an amount in units of 10⁻⁴; nil when it is null or no such
  /// column.
  package func wholeNumber(_ row: Int) -> Int64? {
    if isNull(row) { return nil }
    switch values {
    case .int8(let buffer): return Int64(buffer[row])
    case .int16(let buffer): return Int64(buffer[row])
    case .int32(let buffer): return Int64(buffer[row])
    case .int64(let buffer), .money(let buffer): return buffer[row]
    case .uint8(let buffer): return Int64(buffer[row])
    case .uint16(let buffer): return Int64(buffer[row])
    case .uint32(let buffer): return Int64(buffer[row])
    default: return nil
    }
  }

  /// The text of a row; nil when it is null or no text.
  package func string(_ row: Int) -> String? {
    if isNull(row) { return nil }
    switch values {
    case .string(let codes, let table): return table[codes[row]]
    case .text(let table): return table[row]
    default: return nil
    }
  }
}
