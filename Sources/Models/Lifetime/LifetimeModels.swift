package import JSONText
import Kernels

/// The fitted models of one night: enough to score any customer, known or new, without the data.
package struct LifetimeModels: Sendable, Equatable {
  package let purchases: PurchaseFit
  package let spend: SpendFit

  package init(purchases: PurchaseFit, spend: SpendFit) {
    self.purchases = purchases
    self.spend = spend
  }

  /// Both reports as text for people.
  package var reportText: String {
    purchases.report.reportText + "\n" + spend.report.reportText
  }

  /// Parameters and reports, as a snapshot carries them.
  package var json: JSON {
    ["purchases": purchases.json, "spend": spend.json]
  }

  /// Reads what `json` wrote; throws where a part is missing or a parameter is impossible.
  package init(json: JSON) throws(LifetimeError) {
    guard let purchases = json["purchases"], let spend = json["spend"] else {
      throw LifetimeError("lifetime models: expected the members purchases and spend")
    }
    self.purchases = try PurchaseFit(json: purchases)
    self.spend = try SpendFit(json: spend)
  }
}

/// The scores of one customer.
package struct LifetimeScore: Sendable, Equatable {
  package let pAlive: Double
  package let expectedPurchases: Double
  package let expectedSpend: Double
  package let clv: Double
  /// Discounted expected residual transactions; nil but for Pareto/NBD and a discount above 0.
  package let residualPurchases: Double?
}

extension LifetimeModels {
  /// Scores one customer, times in days: what `LifetimeScoring` gives for many.
  package func score(
    frequency: Int, recencyDays: Double, ageDays: Double, meanSpend: Double,
    scoring: LifetimeScoring
  ) -> LifetimeScore {
    let model = purchases.model
    let unit = model.ruler.days
    let customer = PurchaseRecord(
      frequency: frequency, recency: recencyDays / unit, age: ageDays / unit)
    let alive = model.probabilityAlive(customer)
    let plan = scoring.plan(model, horizonsDays: [scoring.horizonDays])
    let values = model.purchasesWhileKnownAlive(customer, horizons: plan.times)
    var columns = [0.0, 0.0]
    for (k, value) in values.enumerated() {
      for column in 0..<2 { columns[column] += plan.weights[k * 2 + column] * value }
    }
    let expected = spend.model.expectedSpend(frequency: customer.frequency, meanSpend: meanSpend)
    return LifetimeScore(
      pAlive: alive, expectedPurchases: alive * columns[0], expectedSpend: expected,
      clv: alive * columns[1] * expected,
      residualPurchases: model.kind == .pnbd
        ? scoring.discountRate(model.ruler)
          .flatMap { model.discountedResidualTransactions(customer, discount: $0) } : nil)
  }

  /// The scores of somebody who has just bought for the first time: what a newly acquired customer is worth.
  package func newCustomer(_ scoring: LifetimeScoring) -> LifetimeScore {
    score(frequency: 0, recencyDays: 0, ageDays: 0, meanSpend: 0, scoring: scoring)
  }
}
