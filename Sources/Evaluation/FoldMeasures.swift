/// What one strategy achieved on one fold. Nil is "does not apply": no prediction of money, no groups.
package struct FoldMeasures: Sendable, Equatable {
  /// Share of the holdout's spend in the top 1, 5, 10 and 20% of customers.
  package var topShares: [Double?] = [nil, nil, nil, nil]
  /// Area of the gain curve as a share of the perfect ranking's: 1 is perfect, 0 is random.
  package var gini: Double?
  package var spearman: Double?
  package var spend: PredictionErrors?
  package var purchases: PredictionErrors?
  package var areaUnderCurve: Double?
  package var brier: Double?
  package var groupCount: Int?
  package var betweenShare: Double?
  /// Of the customers without a purchase in the week before the cut-off, the share in another group than a
  /// week earlier.
  package var changedShare: Double?
  package var adjustedRand: Double?
  package var profit: Double?
  package var cost = StrategyCost()

  /// The shares of customers that `topShares` are about.
  package static let topFractions = [0.01, 0.05, 0.1, 0.2]
}

/// What a strategy costs: not part of the deterministic result.
package struct StrategyCost: Sendable, Equatable {
  package var fitSeconds = 0.0
  package var scoreSeconds = 0.0
  /// Fit and score together.
  package var nanosecondsPerCustomer = 0.0
  /// Highest memory of the process up to the end of this strategy.
  package var peakMemoryByteCount = 0
}

/// A campaign: the top n customers are contacted, n being what the budget pays for.
package struct ContactBudget: Sendable, Equatable {
  package let budget: Double
  /// Share of spend that is profit.
  package let margin: Double
  /// Of one contact.
  package let contactCost: Double

  package init(budget: Double, margin: Double, contactCost: Double) throws(EvaluationError) {
    guard budget.isFinite, budget >= 0 else {
      throw .budget("--budget \(budget) is not an amount")
    }
    guard contactCost.isFinite, contactCost > 0 else {
      throw .budget("--cost \(contactCost) is not above 0")
    }
    guard margin.isFinite, (0...1).contains(margin) else {
      throw .budget("--margin \(margin) is not a share from 0 to 1")
    }
    self.budget = budget
    self.margin = margin
    self.contactCost = contactCost
  }

  /// Customers that can be contacted, of so many.
  package func contactCount(of customerCount: Int) -> Int {
    let count = (budget / contactCost).rounded(.down)
    return count < Double(customerCount) ? Int(count) : customerCount
  }

  /// Margin of the spend of the customers contacted, less what the contacts cost.
  package func profit(_ curve: GainCurve, customerCount: Int) -> Double {
    let count = Double(contactCount(of: customerCount))
    return margin * curve.spend(ofTop: count) - contactCost * count
  }
}
