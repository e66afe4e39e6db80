package import JSONText

extension LifetimeScore {
  /// As a snapshot's record carries the new customer's.
  package var json: JSON {
    var members = [
      JSON.Member("p_alive", JSON(pAlive)),
      JSON.Member("expected_purchases", JSON(expectedPurchases)),
      JSON.Member("expected_spend", JSON(expectedSpend)), JSON.Member("clv", JSON(clv)),
    ]
    if let residualPurchases {
      members.append(JSON.Member("residual_purchases", JSON(residualPurchases)))
    }
    return .object(members)
  }

  /// A line of the report, from `json`; nil where it is not that.
  package static func newCustomerText(_ json: JSON) -> String? {
    guard let purchases = json["expected_purchases"]?.doubleValue,
      let spend = json["expected_spend"]?.doubleValue, let clv = json["clv"]?.doubleValue
    else { return nil }
    let figures = [purchases, spend, clv].map { FitReport.significant($0, 4) }
    let residual = json["residual_purchases"]?.doubleValue.map {
      ", \(FitReport.significant($0, 4)) discounted purchases without an end"
    }
    return
      "A customer just acquired: \(figures[0]) purchases expected within the horizon, \(figures[1]) each, "
      + "value \(figures[2])" + (residual ?? "") + "\n"
  }
}
