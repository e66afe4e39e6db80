import Columns
import JSONText

/// How a snapshot turns recency, frequency and monetary value into scores: the cuts of its record's `rfm`.
struct ScoreRuler {
  struct Measure {
    /// The score's column: r, f or m.
    let score: String
    /// The column that is measured.
    let column: String
    /// Whether less is better, as it is of recency.
    let lessIsBetter: Bool
    let isMoney: Bool
    let binCount: Int
    /// Rising; empty where nobody was scored.
    let cuts: [ScoreCut]

    /// The score of a value: 1 is the worst.
    func score(of value: Int64) -> Int {
      let below = cuts.reduce(0) { $0 + ($1.isBelow(value) ? 1 : 0) }
      return lessIsBetter ? binCount - below : 1 + below
    }

    /// What the measured column must be for the next better score; nil at the best.
    func conditionForMore(than score: Int) -> String? {
      let index = lessIsBetter ? binCount - score - 1 : score - 1
      guard cuts.indices.contains(index) else { return nil }
      return lessIsBetter ? atMost(cuts[index].floor) : atLeast(above(cuts[index]))
    }

    /// What the measured column must be for the next worse score; nil at the worst.
    func conditionForLess(than score: Int) -> String? {
      let index = lessIsBetter ? binCount - score : score - 2
      guard cuts.indices.contains(index) else { return nil }
      return lessIsBetter ? atLeast(above(cuts[index])) : atMost(cuts[index].floor)
    }

    private func above(_ cut: ScoreCut) -> Int64 { cut.floor == .max ? .max : cut.floor + 1 }
    private func atMost(_ value: Int64) -> String { "\(column) <= \(text(value))" }
    private func atLeast(_ value: Int64) -> String { "\(column) >= \(text(value))" }
    private func text(_ value: Int64) -> String { isMoney ? Money.text(value) : "\(value)" }
  }

  let measures: [Measure]
  /// The column by whose values customers are scored apart; nil when all are scored together.
  let groupColumn: String?

  /// Reads a record; nil when it holds no cuts, or none of that group.
  init?(_ metadata: JSON, group: String? = nil) {
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
  func wholeNumber(_ row: Int) -> Int64? {
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
  func string(_ row: Int) -> String? {
    if isNull(row) { return nil }
    switch values {
    case .string(let codes, let table): return table[codes[row]]
    case .text(let table): return table[row]
    default: return nil
    }
  }
}
