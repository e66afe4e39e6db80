import Classification
import Columns
import JSONText
import Models
import QueryProtocol
import Synchronization

/// Scores unseen customers and explains known ones by the models of the snapshot that is asked.
final class SnapshotScorer: CustomerScorer {
  /// Models of the snapshots asked last; the newest last.
  private let kept = Mutex<[(name: String, models: SnapshotModels)]>([])
  private static let keptCountMax = 8

  /// Reads a snapshot's models when it is loaded, so that no request waits for a pass over its columns.
  func prepare(_ base: ServedBase) { _ = models(of: base) }

  private func models(of base: ServedBase) -> SnapshotModels {
    if let found = kept.withLock({ $0.first { $0.name == base.name }?.models }) { return found }
    let models = SnapshotModels(base)
    kept.withLock { kept in
      kept.removeAll { $0.name == base.name }
      if kept.count >= SnapshotScorer.keptCountMax { kept.removeFirst() }
      kept.append((base.name, models))
    }
    return models
  }

  func score(_ customer: UnseenCustomer, by base: ServedBase) throws -> [JSON.Member] {
    let models = models(of: base)
    var members: [JSON.Member] = []
    var notes = models.notes
    var row = UnseenRow(customer, asOf: base.asOf)
    if let ruler = models.ruler {
      let scores = ruler.measures.map { $0.score(of: customer) }
      row.addScores(scores)
    }
    if let (fitted, scoring) = models.lifetime {
      let days = customer.purchaseDays
      let score = fitted.score(
        frequency: days - 1, recencyDays: Double(customer.tenureDays - customer.recencyDays),
        ageDays: Double(customer.tenureDays),
        meanSpend: Money.double(customer.monetary) / Double(days), scoring: scoring)
      for (name, value) in [
        ("p_alive", score.pAlive), ("expected_purchases", score.expectedPurchases),
        ("expected_spend", score.expectedSpend), ("clv", score.clv),
      ] {
        members.append(.init(name, SnapshotScorer.number(value)))
        row.add(name, value)
      }
    }
    if let clusters = models.clusters {
      do {
        let label = try clusters.assign(row.frame).column.wholeNumber(0)
        members.append(.init("cluster", label.map { .integer($0) } ?? .null))
      } catch {
        notes.append("cluster: \(error)")
      }
    }
    do {
      if let segment = try segment(of: customer, row, models) {
        members.insert(.init("segment", .string(segment)), at: 0)
      }
    } catch {
      notes.append("segment: \(error)")
    }
    if !notes.isEmpty { members.append(.init("not_scored", .array(notes.map { .string($0) }))) }
    return members
  }

  /// By the taxonomy's rules, else by the preset behind them.
  private func segment(
    of customer: UnseenCustomer, _ row: UnseenRow, _ models: SnapshotModels
  ) throws -> String? {
    if let segment = try models.rules?.segment(of: row.frame) { return segment }
    guard let ruler = models.ruler, let judge = models.judge else { return nil }
    let scores = ruler.measures.map { $0.score(of: customer) }
    let segment = judge.segment(
      r: scores[0], f: scores[1], m: scores[2], of: ruler.figures(of: customer))
    guard let segment else {
      throw NotScored("\(judge.preset.name) compares a customer with all others")
    }
    return segment.name
  }

  func explain(row: Int, in base: ServedBase) throws -> [JSON.Member] {
    let models = models(of: base)
    // Where a taxonomy's own rules come first, its rules say more than the preset's moves.
    guard models.rules?.isEmpty ?? true, let judge = models.judge,
      let ruler = ruler(of: row, in: base)
    else { return [] }
    let scores = ruler.measures.map { measure in
      base.frame[measure.score]?.wholeNumber(row).map { Int($0) } ?? 0
    }
    guard scores.allSatisfy({ $0 > 0 }), let figures = base.figures(row, frequency: ruler)
    else { return [] }
    // A preset that compares customers with all others has no segment of a single one.
    guard judge.segment(r: scores[0], f: scores[1], m: scores[2], of: figures) != nil else {
      return []
    }
    var moves = judge.moves(of: figures).map { SnapshotScorer.json($0) }
    if moves.isEmpty {
      moves =
        SnapshotScorer.steps(up: true, scores, figures, ruler, judge)
        + SnapshotScorer.steps(up: false, scores, figures, ruler, judge)
    }
    return [.init("moves", .array(moves))]
  }

  private static func json(_ move: SegmentJudge.Move) -> JSON {
    [
      "direction": .string(move.isUp ? "up" : "down"), "measure": .string(move.column),
      "when": .string(move.condition), "segment": .string(move.segment.name),
    ]
  }

  /// For each measure the nearest cut in one direction, and the segment behind it.
  private static func steps(
    up isUp: Bool, _ scores: [Int], _ figures: SegmentJudge.Figures, _ ruler: ScoreRuler,
    _ judge: SegmentJudge
  ) -> [JSON] {
    var moves: [JSON] = []
    for (i, measure) in ruler.measures.enumerated() {
      let step = isUp ? measure.stepUp(from: scores[i]) : measure.stepDown(from: scores[i])
      guard let step else { continue }
      var changed = scores
      changed[i] = step.score
      let segment = judge.segment(r: changed[0], f: changed[1], m: changed[2], of: figures)
      let name: JSON = segment.map { JSON.string($0.name) } ?? JSON.null
      moves.append([
        "direction": .string(isUp ? "up" : "down"), "measure": .string(measure.column),
        "when": .string(step.condition), "score": .string(measure.score),
        "from": JSON(scores[i]), "to": JSON(step.score), "segment": name,
      ])
    }
    return moves
  }

  /// The cuts by which a customer was scored: those of its group.
  private func ruler(of row: Int, in base: ServedBase) -> ScoreRuler? {
    let group = base.metadata["rfm"]?["by"]?.stringValue.flatMap { base.frame[$0]?.string(row) }
    return ScoreRuler(base.metadata, group: group)
  }

  /// As columns hold it: the shortest decimal of the nearest single-precision number.
  private static func number(_ value: Double) -> JSON {
    let single = Float(value)
    return single.isFinite ? .number(Double("\(single)") ?? Double(single)) : .null
  }
}

extension ScoreRuler {
  /// The measures that segments ask for.
  fileprivate func figures(of customer: UnseenCustomer) -> SegmentJudge.Figures {
    let countsDays = measures[1].column == "purchase_days"
    return SegmentJudge.Figures(
      recencyDays: Int64(customer.recencyDays),
      count: Int64(countsDays ? customer.purchaseDays : customer.orders),
      orders: Int64(customer.orders), monetary: customer.monetary)
  }
}

extension ServedBase {
  /// The measures of a row; nil where one of them is null or missing.
  fileprivate func figures(_ row: Int, frequency ruler: ScoreRuler) -> SegmentJudge.Figures? {
    guard let recency = frame["recency_days"]?.wholeNumber(row),
      let count = frame[ruler.measures[1].column]?.wholeNumber(row),
      let orders = frame["orders"]?.wholeNumber(row),
      let monetary = frame["monetary_total"]?.wholeNumber(row)
    else { return nil }
    return SegmentJudge.Figures(
      recencyDays: recency, count: count, orders: orders, monetary: monetary)
  }
}
