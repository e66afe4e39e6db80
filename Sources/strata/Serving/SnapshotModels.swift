import Columns
import JSONText
import Models
import Pipeline
import QueryProtocol

/// What a snapshot's record says of how its customers were scored, read once and ready to score others.
struct SnapshotModels: Sendable {
  let bins: RFMBins?
  /// The column within whose values customers were scored apart.
  let groupColumn: String?
  let taxonomies: RecordedTaxonomies?
  let lifetime: (models: LifetimeModels, scoring: LifetimeScoring)?
  let clusters: ClusteringModel?
  /// Columns of a regression, which reads transactions: they are not known of an unseen customer unless given.
  let unknownColumns: Set<String>
  /// Why something that the snapshot has cannot be said of an unseen customer.
  let notes: [String]

  /// Reads a snapshot's models; what is missing or does not read leaves a note, and the rest works.
  init(_ base: ServedBase) {
    let record = base.metadata
    var notes: [String] = []
    bins = SnapshotModels.bins(record["configuration"]?["bins"])
    groupColumn = record["rfm"]?["by"]?.stringValue
    do {
      let read = try RecordedTaxonomies(base)
      try read?.prepare(base)
      taxonomies = read
    } catch {
      taxonomies = nil
      notes.append("segment: \(error)")
    }
    let isRegression = record["models"]?["regression"] != nil
    unknownColumns = isRegression ? ["p_alive", "expected_purchases", "clv"] : []
    if isRegression {
      notes.append(
        "value: the regression reads a customer's transactions, which SCORE is not given")
    }
    lifetime = SnapshotModels.readLifetime(record, &notes)
    clusters = SnapshotModels.readClusters(record, &notes)
    self.notes = notes
  }

  static func bins(_ json: JSON?) -> RFMBins? {
    guard let recency = json?["recency"]?.intValue, let frequency = json?["frequency"]?.intValue,
      let monetary = json?["monetary"]?.intValue,
      [recency, frequency, monetary].allSatisfy(RFMOptions.binRange.contains)
    else { return nil }
    return RFMBins(recency: recency, frequency: frequency, monetary: monetary)
  }

  private static func readLifetime(
    _ record: JSON, _ notes: inout [String]
  ) -> (models: LifetimeModels, scoring: LifetimeScoring)? {
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
      let more = settings["moreHorizons"]?.arrayValue?.compactMap(\.stringValue) ?? []
      return (
        models,
        LifetimeScoring(
          kind: models.purchases.model.kind, ruler: models.purchases.model.ruler,
          horizonDays: horizon, discountPerYear: discount, margin: margin,
          moreHorizons: more.compactMap { TimeSpan($0) })
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

  /// The columns of value of one customer, as the night computes them for all.
  func valueColumns(of customer: UnseenCustomer) -> [Column] {
    guard let (models, scoring) = lifetime else { return [] }
    let summary = CustomerSummary(
      asOf: customer.asOf, firstDays: AlignedBuffer([customer.firstDay]),
      lastDays: AlignedBuffer([customer.lastDay]), orders: AlignedBuffer([customer.orders]),
      purchaseDays: AlignedBuffer([customer.purchaseDays]),
      monetaryTotals: AlignedBuffer([customer.monetary]),
      firstDayTotals: AlignedBuffer([customer.firstDayTotal]))
    let scores = scoring.score(summary, models: models)
    var columns = [
      ("p_alive", scores.pAlive), ("expected_purchases", scores.expectedPurchases),
      ("expected_spend", scores.expectedSpend), ("clv", scores.clv),
    ]
    for (horizon, values) in zip(scoring.moreHorizons, scores.moreExpectedPurchases) {
      columns.append((ValueModel.columnName(expectedWithin: horizon), values))
    }
    if let residual = scores.residualPurchases { columns.append(("residual_purchases", residual)) }
    return columns.map { Column($0.0, .float32($0.1)) }
  }
}
