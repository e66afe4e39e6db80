package import Columns
package import JSONText
import Kernels

/// How lifetime values are made: model, ruler, horizon, discount, margin and penalty.
///
///     let scoring = LifetimeScoring(kind: .bgnbd, ruler: .week, horizonDays: 365.25)
///     let scores = scoring.score(summary)
///     scores.clv[0]  // discounted margin of the next year, not of a life without end
package struct LifetimeScoring: Sendable, Equatable {
  package var kind: LifetimeModelKind
  /// The unit in which the models are fitted and reported; scores do not depend on it.
  package var ruler: TimeRuler
  /// How far ahead `expectedPurchases` and `clv` look, in days.
  package var horizonDays: Double
  /// Effective discount a year of 365.25 days: 0.1 for 10%.
  package var discountPerYear: Double
  /// The share of spend that counts.
  package var margin: Double
  package var penalty: Double
  /// Further horizons to expect purchases for, in the same pass.
  package var moreHorizons: [TimeSpan]

  /// Numbers that make no sense (negative, not finite) are taken as 0, the margin as 1.
  package init(
    kind: LifetimeModelKind = .bgnbd, ruler: TimeRuler = .week, horizonDays: Double = 365.25,
    discountPerYear: Double = 0.1, margin: Double = 1, penalty: Double = 0,
    moreHorizons: [TimeSpan] = []
  ) {
    func sane(_ value: Double) -> Double { value.isFinite && value > 0 ? value : 0 }
    self.kind = kind
    self.ruler = ruler
    self.horizonDays = sane(horizonDays)
    self.discountPerYear = sane(discountPerYear)
    self.margin = margin.isFinite ? margin : 1
    self.penalty = sane(penalty)
    self.moreHorizons = moreHorizons
  }

  /// Fits purchases and spend to a summary's customers.
  package func fit(_ summary: CustomerSummary) -> LifetimeModels {
    fit(history: PurchaseHistory(summary), summary)
  }

  func fit(history: PurchaseHistory, _ summary: CustomerSummary) -> LifetimeModels {
    LifetimeModels(
      purchases: PurchaseModel.fit(kind, to: history, ruler: ruler, penalty: penalty),
      spend: SpendModel.fit(SpendHistory(summary), penalty: penalty))
  }

  /// Fits, then scores every customer.
  package func score(_ summary: CustomerSummary) -> LifetimeScores {
    let history = PurchaseHistory(summary)
    return score(summary, history: history, models: fit(history: history, summary))
  }

  /// Scores every customer by models that were fitted before.
  package func score(_ summary: CustomerSummary, models: LifetimeModels) -> LifetimeScores {
    score(summary, history: PurchaseHistory(summary), models: models)
  }

  /// Times and weights of the forecasts: a column a horizon, then the discounted one.
  ///
  /// Purchases of step k, of (t_{k−1}, t_k], count (1 + discount)^(−t_k in years), as in lifetimes'
  /// `customer_lifetime_value`; the last step ends at the horizon.
  func plan(_ model: PurchaseModel, horizonsDays: [Double]) -> ForecastPlan {
    var plan = ForecastPlan(columnCount: horizonsDays.count + 1)
    let unit = model.ruler.days
    for (column, days) in horizonsDays.enumerated() {
      plan.add(column: column, time: days / unit, weight: 1)
    }
    let column = horizonsDays.count
    let steps = DiscountSteps(horizonDays: horizonDays, discountPerYear: discountPerYear)
    var past: Double?
    for (end, discount) in zip(steps.ends, steps.factors) {
      let factor = margin * discount
      if let past { plan.add(column: column, time: past / unit, weight: -factor) }
      plan.add(column: column, time: end / unit, weight: factor)
      past = end
    }
    return plan
  }
}

/// Lifetime scores of a summary's customers, in their order; 0 for a customer without a purchase.
package struct LifetimeScores: Sendable {
  /// P(alive) at the as-of date.
  package let pAlive: AlignedBuffer<Float>
  /// Purchase days expected within the horizon.
  package let expectedPurchases: AlignedBuffer<Float>
  /// The same for each of the further horizons.
  package let moreExpectedPurchases: [AlignedBuffer<Float>]
  /// For Pareto/NBD and a discount above 0: purchase days expected from now on without an end, discounted.
  package let residualPurchases: AlignedBuffer<Float>?
  /// Spend expected on a purchase day, in currency.
  package let expectedSpend: AlignedBuffer<Float>
  /// Discounted margin expected within the horizon, in currency.
  package let clv: AlignedBuffer<Float>
  package let models: LifetimeModels

  /// Parameters and reports of both models.
  package var report: JSON { models.json }
  package var reportText: String { models.reportText }
}
