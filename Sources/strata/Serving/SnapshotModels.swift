import Classification
import Columns
import JSONText
import Models
import QueryProtocol

/// What a snapshot's record says of how its customers were scored, read once and ready to score others.
struct SnapshotModels: Sendable {
  let asOf: Int32
  /// Nil when customers were scored apart by a column, whose value an unseen customer does not have.
  let ruler: ScoreRuler?
  /// The rules that come before the preset, if it is one.
  let rules: SegmentRules?
  let judge: SegmentJudge?
  let lifetime: (models: LifetimeModels, scoring: LifetimeScoring)?
  let clusters: ClusteringModel?
  /// Why something that the snapshot has cannot be said of an unseen customer.
  let notes: [String]

  /// Reads a snapshot's models; what is missing or does not read leaves a note, and the rest works.
  init(_ base: ServedBase) {
    let record = base.metadata
    var notes: [String] = []
    asOf = base.asOf
    let ruler = ScoreRuler(record)
    if let column = record["rfm"]?["by"]?.stringValue {
      notes.append("scores and segment: customers are scored within \(column)")
    }
    self.ruler = ruler?.groupColumn == nil ? ruler : nil
    do { rules = try SegmentRules(record) } catch {
      rules = nil
      notes.append("segment: \(error)")
    }
    judge = SnapshotModels.readJudge(base, rules?.presetName, &notes)
    lifetime = SnapshotModels.readLifetime(record, &notes)
    clusters = SnapshotModels.readClusters(record, &notes)
    self.notes = notes
  }

  private static func readJudge(
    _ base: ServedBase, _ presetName: String?, _ notes: inout [String]
  ) -> SegmentJudge? {
    let record = base.metadata
    guard let name = presetName else { return nil }
    guard let preset = SegmentPreset(named: name) else {
      notes.append("segment: taxonomy \(name) is none of the presets")
      return nil
    }
    guard let rfm = record["rfm"], let model = try? RFMModel(json: rfm),
      let bins = bins(record["configuration"]?["bins"]),
      let judge = SegmentJudge(
        preset, bins: bins, model: model, snapshot: base.frame, asOf: base.asOf)
    else {
      notes.append("segment: the snapshot's record does not hold what taxonomy \(name) needs")
      return nil
    }
    return judge
  }

  private static func bins(_ json: JSON?) -> RFMBins? {
    guard let recency = json?["recency"]?.intValue, let frequency = json?["frequency"]?.intValue,
      let monetary = json?["monetary"]?.intValue,
      [recency, frequency, monetary].allSatisfy(RFMOptions.binRange.contains)
    else { return nil }
    return RFMBins(recency: recency, frequency: frequency, monetary: monetary)
  }

  private static func readLifetime(
    _ record: JSON, _ notes: inout [String]
  ) -> (models: LifetimeModels, scoring: LifetimeScoring)? {
    if record["models"]?["regression"] != nil {
      notes.append(
        "value: the regression reads a customer's transactions, which SCORE is not given")
    }
    guard let json = record["models"]?["lifetime"] else { return nil }
    do {
      let models = try LifetimeModels(json: json)
      guard let settings = record["configuration"]?["clv"],
        let horizon = settings["horizonDays"]?.doubleValue,
        let discount = settings["discountPerYear"]?.doubleValue,
        let margin = settings["margin"]?.doubleValue
      else {
        notes.append("value: the record lacks horizon, discount or margin")
        return nil
      }
      return (
        models,
        LifetimeScoring(
          kind: models.purchases.model.kind, ruler: models.purchases.model.ruler,
          horizonDays: horizon, discountPerYear: discount, margin: margin)
      )
    } catch {
      notes.append("value: \(error)")
      return nil
    }
  }

  private static func readClusters(_ record: JSON, _ notes: inout [String]) -> ClusteringModel? {
    guard let json = record["models"]?["clusters"] else { return nil }
    do { return try ClusteringModel(json) } catch {
      notes.append("cluster: \(error)")
      return nil
    }
  }
}
