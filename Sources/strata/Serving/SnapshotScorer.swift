import Classification
import Columns
import JSONText
import Models
import Pipeline
import QueryProtocol
import Synchronization

/// Scores unseen customers and explains known ones by the models of the snapshot that is asked.
final class SnapshotScorer: CustomerScorer {
  /// Models of the snapshots asked last; the newest last.
  private let kept = Mutex<[(name: String, models: SnapshotModels)]>([])
  private static let keptCountMax = 8
  /// Columns that a request's figures say, or that the protocol answers itself.
  private static let figureNames: Set<String> = [
    "customer_id", "first_purchase", "last_purchase", "recency_days", "orders", "purchase_days",
    "monetary_total", "monetary_mean", "r", "f", "m", "rfm",
  ]

  /// Reads a snapshot's models when it is loaded, so that no request waits for a pass over its columns.
  func prepare(_ base: ServedBase) { _ = models(of: base) }

  func models(of base: ServedBase) -> SnapshotModels {
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
    var notes = models.notes
    var row = UnseenRow(customer)
    let without = models.taxonomies?.columnNames ?? []
    let scores = ScoreRuler(base.metadata, of: customer)?.measures.map { $0.score(of: customer) }
    if let scores {
      row.setScores(scores, bins: models.bins)
    } else if let column = models.groupColumn {
      notes.append(SnapshotScorer.groupNote(column, customer))
    }
    for column in models.valueColumns(of: customer) { row.add(column) }
    if let clusters = models.clusters {
      do {
        row.add(try clusters.assign(row.frame(like: base.frame, without: without)).column)
      } catch {
        notes.append("cluster: \(error)")
      }
    }
    do {
      let known = try segments(of: row, customer, scores, models, base)
      for column in known { row.add(column) }
    } catch {
      notes.append("segment: \(error)")
    }
    var members: [JSON.Member] = []
    for column in base.frame.columns where !SnapshotScorer.figureNames.contains(column.name) {
      guard let value = row.known[column.name]?.json(0) else { continue }
      if case .number(let number) = value, !number.isFinite {
        members.append(.init(column.name, .null))
      } else {
        members.append(.init(column.name, value))
      }
    }
    if !notes.isEmpty { members.append(.init("not_scored", .array(notes.map { .string($0) }))) }
    let missing = SnapshotScorer.missing(row, models, base)
    if !missing.isEmpty {
      members.append(.init("taken_as_null", .array(missing.map { .string($0) })))
    }
    return members
  }

  /// Segments and tags by their rules; throws where rules ask for what is not known of an unseen customer.
  private func segments(
    of row: UnseenRow, _ customer: UnseenCustomer, _ scores: [Int]?, _ models: SnapshotModels,
    _ base: ServedBase
  ) throws -> [Column] {
    guard let taxonomies = models.taxonomies else { return [] }
    let asked = taxonomies.classifier.neededColumnNames
    let unknown = models.unknownColumns.intersection(asked).filter { customer.given[$0] == nil }
    if let column = unknown.min() {
      throw NotScored("a rule asks for \(column), which a regression reads from transactions")
    }
    if scores == nil, !asked.isDisjoint(with: ["r", "f", "m", "rfm"]) {
      throw NotScored("a rule asks for scores, which are not known")
    }
    return try taxonomies.columns(
      of: row.frame(like: base.frame, without: taxonomies.columnNames), scores: scores,
      figures: customer.figures, in: base)
  }

  private static func groupNote(_ column: String, _ customer: UnseenCustomer) -> String {
    guard let value = customer.given[column] else {
      return "scores: customers are scored within \(column); give \(column)=value"
    }
    return "scores: no customer of the snapshot was scored with "
      + (value.isEmpty ? "no \(column)" : "\(column) \(value)")
  }

  /// Columns that rules and clusters ask for and that were not given, so that they count as null.
  private static func missing(
    _ row: UnseenRow, _ models: SnapshotModels, _ base: ServedBase
  ) -> [String] {
    let taxonomies = models.taxonomies
    var asked = taxonomies?.classifier.neededColumnNames ?? []
    asked.formUnion(models.clusters?.transforms.map { $0.name.lowercased() } ?? [])
    var made = figureNames.union(taxonomies?.columnNames ?? []).union(models.unknownColumns)
    made.remove("customer_id")
    made.insert("cluster")
    return base.frame.names.filter {
      asked.contains($0.lowercased()) && !made.contains($0) && row.known[$0] == nil
        && row.given[$0] == nil
    }
  }
}
