import Classification
import Columns
import Expressions
import JSONText
import Pipeline
import QueryProtocol

extension SnapshotScorer {
  /// What would change a customer's segment: a preset's own moves, else the nearest step of each score with the
  /// segment that follows when all other columns stay as they are.
  func explain(row: Int, in base: ServedBase) throws -> [JSON.Member] {
    let models = models(of: base)
    let group = models.groupColumn.flatMap { base.frame[$0]?.string(row) }
    guard let taxonomies = models.taxonomies, let figures = base.figures(row),
      let ruler = ScoreRuler(base.metadata, group: group)
    else { return [] }
    let scores = ruler.measures.map { measure in
      base.frame[measure.score]?.wholeNumber(row).map { Int($0) } ?? 0
    }
    guard scores.allSatisfy({ $0 > 0 }) else { return [] }
    let isPreset = taxonomies.classifier.taxonomies[0].plainPreset != nil
    if isPreset, let judge = taxonomies.judges[0] {
      let moves = judge.moves(of: figures)
      if !moves.isEmpty { return [.init("moves", .array(moves.map { SnapshotScorer.json($0) }))] }
    }
    let compared = try comparisons(of: row, taxonomies, base)
    let known = UnseenRow(base.frame, row: row)
    let steps = try [true, false].flatMap { isUp in
      try ruler.measures.indices.compactMap { index in
        try step(up: isUp, of: index, scores, figures, ruler, known, models, base)
      }
    }
    return [.init("moves", .array(steps))]
      + (compared.isEmpty ? [] : [.init("compared_with", .object(compared))])
  }

  /// What the primary taxonomy's rules ask of the whole base, as written, and what it is for this row.
  private func comparisons(
    of row: Int, _ taxonomies: RecordedTaxonomies, _ base: ServedBase
  ) throws -> [JSON.Member] {
    var members: [JSON.Member] = []
    for segment in taxonomies.classifier.taxonomies[0].segments {
      for call in segment.rule?.expression.wholeBaseCalls ?? []
      where !members.contains(where: { $0.name == call.text }) {
        let bound = try base.source.bind(call, as: .rule)
        let value = try bound.constant?.json ?? bound.column(named: call.text).json(row)
        members.append(.init(call.text, value))
      }
    }
    return members
  }

  private static func json(_ move: SegmentJudge.Move) -> JSON {
    [
      "direction": .string(move.isUp ? "up" : "down"), "measure": .string(move.column),
      "when": .string(move.condition), "segment": .string(move.segment.name),
    ]
  }

  /// The nearest cut of a measure in one direction, and the segment behind it.
  private func step(
    up isUp: Bool, of index: Int, _ scores: [Int], _ figures: SegmentJudge.Figures,
    _ ruler: ScoreRuler, _ row: UnseenRow, _ models: SnapshotModels, _ base: ServedBase
  ) throws -> JSON? {
    let measure = ruler.measures[index]
    let step =
      isUp ? measure.stepUp(from: scores[index]) : measure.stepDown(from: scores[index])
    guard let step, let taxonomies = models.taxonomies else { return nil }
    var changed = scores
    changed[index] = step.score
    var other = figures
    other.set(measure.column, to: step.value, asOf: base.asOf)
    var otherRow = row
    otherRow.set(other, asOf: base.asOf)
    otherRow.setScores(changed, bins: models.bins)
    let columns = try taxonomies.columns(
      of: otherRow.frame(like: base.frame, without: taxonomies.columnNames), scores: changed,
      figures: other, in: base)
    return [
      "direction": .string(isUp ? "up" : "down"), "measure": .string(measure.column),
      "when": .string(step.condition), "score": .string(measure.score),
      "from": JSON(scores[index]), "to": JSON(step.score),
      "segment": columns.first?.string(0).map { .string($0) } ?? .null,
    ]
  }
}

extension Literal {
  fileprivate var json: JSON {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .decimal, .float, .long:
      if let double, double.isFinite { .number(double) } else { .null }
    case .day(let day): .string(Day.text(day))
    case .string(let text): .string(text)
    }
  }
}

extension SegmentJudge.Figures {
  /// Changes what a score measures, in its own unit: days, a count, or an amount in units of 10⁻⁴.
  fileprivate mutating func set(_ column: String, to value: Int64, asOf: Int32) {
    switch column {
    case "recency_days":
      lastDay = Int32(clamping: Int64(asOf) - value)
      firstDay = min(firstDay, lastDay)
    case "orders": orders = Int32(clamping: max(1, value))
    case "purchase_days": purchaseDays = Int32(clamping: max(1, value))
    case "monetary_mean": monetary = Int64(clamping: Int128(value) * Int128(orders))
    default: monetary = value
    }
  }
}

extension ServedBase {
  /// The measures of a row; nil where one of them is null or missing.
  fileprivate func figures(_ row: Int) -> SegmentJudge.Figures? {
    func day(_ name: String) -> Int32? {
      guard let column = frame[name], !column.isNull(row), case .day(let days) = column.values
      else { return nil }
      return days[row]
    }
    guard let first = day("first_purchase"), let last = day("last_purchase"),
      let orders = frame["orders"]?.wholeNumber(row),
      let purchaseDays = frame["purchase_days"]?.wholeNumber(row),
      let monetary = frame["monetary_total"]?.wholeNumber(row)
    else { return nil }
    return SegmentJudge.Figures(
      firstDay: first, lastDay: last, orders: Int32(clamping: orders),
      purchaseDays: Int32(clamping: purchaseDays), monetary: monetary)
  }
}
