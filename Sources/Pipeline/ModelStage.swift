import Columns
import JSONText
import Kernels
import Models

/// Values and clusters: fits what the request asks for and adds the columns.
struct ModelStage {
  /// What was fitted.
  struct Outcome {
    var members: [JSON.Member] = []
    var text = ""
  }

  let scoring: Scoring
  /// Rows by customer id.
  let summary: CustomerSummary
  /// The code of each row's customer.
  let rows: AlignedBuffer<UInt32>
  let ids: StringTable
  /// By row.
  let attributes: [Column]

  func run(
    _ frame: inout Frame, bins: RFMBins, clock: inout StageClock
  ) throws -> Outcome {
    var outcome = Outcome()
    switch scoring.request.value {
    case .lifetime(let model): clock.measure("value") { addLifetime(model, &frame, &outcome) }
    case .regression(let model, let margin, let discountPerYear):
      // A regression says how much comes within the horizon, not when: it counts as coming evenly.
      let steps = DiscountSteps(
        horizonDays: Double(model.horizonDays), discountPerYear: discountPerYear)
      try clock.measure("value") {
        try addRegression(model, margin * steps.evenFactor, &frame, &outcome)
      }
    case nil: break
    }
    if let options = scoring.request.clustering {
      try clock.measure("cluster") { try addClusters(options, bins, &frame, &outcome) }
    }
    return outcome
  }

  private func addLifetime(
    _ model: LifetimeScoring, _ frame: inout Frame, _ outcome: inout Outcome
  ) {
    let scores = model.score(summary)
    let buyers = frame["last_purchase"]?.validity
    for (name, buffer) in [
      ("p_alive", scores.pAlive), ("expected_purchases", scores.expectedPurchases),
      ("expected_spend", scores.expectedSpend), ("clv", scores.clv),
    ] { frame.append(Column(name, .float32(buffer), validity: buyers)) }
    for (horizon, buffer) in zip(model.moreHorizons, scores.moreExpectedPurchases) {
      let name = ValueModel.columnName(expectedWithin: horizon)
      frame.append(Column(name, .float32(buffer), validity: buyers))
    }
    if let residual = scores.residualPurchases {
      frame.append(Column("residual_purchases", .float32(residual), validity: buyers))
    }
    let newCustomer = scores.models.newCustomer(model).json
    var report = scores.report
    if case .object(let members) = report {
      report = .object(members + [JSON.Member("new_customer", newCustomer)])
    }
    outcome.members.append(JSON.Member("lifetime", report))
    outcome.text += scores.reportText + (LifetimeScore.newCustomerText(newCustomer) ?? "")
  }

  /// `margin` is what a unit of spend in the horizon is worth, discounted.
  private func addRegression(
    _ model: RegressionScoring, _ margin: Double, _ frame: inout Frame, _ outcome: inout Outcome
  ) throws {
    let scores = try model.score(
      CustomerBase(
        scoring.transactions(), customerCount: scoring.order.count,
        attributes: scoring.attributes?.modelFrame),
      asOf: summary.asOf)
    let buyers = frame["last_purchase"]?.validity
    if let active = scores.pActive {
      frame.append(Column("p_alive", .float32(active.gathered(rows)), validity: buyers))
    }
    frame.append(
      Column(
        "expected_purchases", .float32(scores.expectedPurchases.gathered(rows)), validity: buyers))
    let spend = scores.expectedSpend.gathered(rows)
    let value = AlignedBuffer<Float>(count: spend.count) { out in
      for row in out.indices { out[row] = Float(margin * Double(spend[row])) }
    }
    frame.append(Column("clv", .float32(value), validity: buyers))
    outcome.members.append(
      JSON.Member("regression", ["model": scores.modelJSON, "report": scores.reportJSON]))
    outcome.text += scores.report.text
  }

  private func addClusters(
    _ options: ClusteringOptions, _ bins: RFMBins, _ frame: inout Frame, _ outcome: inout Outcome
  ) throws {
    var known = frame
    for column in attributes where known[column.name] == nil { known.append(column) }
    let visible = withoutProspects(
      SnapshotColumns.frame(ids: ids, stored: known, asOf: summary.asOf, bins: bins),
      options.features)
    let result = try Clustering.fit(
      visible, spend: summary.monetaryTotals, options: options,
      previous: scoring.previousClusters)
    frame.append(result.labels.column)
    outcome.members.append(JSON.Member("clusters", result.model.json))
    if !outcome.text.isEmpty { outcome.text += "\n" }
    outcome.text += result.model.text
  }

  /// The frame with features that are null for customers without transactions, who are in no cluster.
  private func withoutProspects(_ frame: Frame, _ features: [String]) -> Frame {
    guard let buyers = frame["last_purchase"]?.validity else { return frame }
    return Frame(
      rowCount: frame.rowCount,
      columns: frame.columns.map { column in
        guard features.contains(column.name) else { return column }
        let valid = column.validity.map { own in
          Bitmap(
            count: own.count,
            words: AlignedBuffer(zip(own.words.pointer, buyers.words.pointer).map { $0 & $1 }))
        }
        return Column(column.name, column.values, validity: valid ?? buyers)
      })
  }
}
