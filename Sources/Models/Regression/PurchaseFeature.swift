/// What the engine computes from a customer's purchases up to a cut-off c, each a finite number.
///
/// `slog(s)` is sign(s) · ln(1 + |s|): spend can be negative, by refunds. Raw values are in model files: never
/// change one.
package enum PurchaseFeature: String, CaseIterable, Sendable {
  /// ln(1 + days from the last purchase day to c).
  case logRecency = "log_recency"
  /// ln(1 + orders).
  case logOrders = "log_orders"
  /// slog(net amount).
  case logSpend = "log_spend"
  /// 1 when there is one purchase day only, so that there is no gap; the three gap features are then 0.
  case singlePurchase = "single_purchase"
  /// ln(1 + mean gap in days between purchase days).
  case logGapMean = "log_gap_mean"
  /// ln(1 + standard deviation of the gaps in days); 0 below three purchase days.
  case logGapSpread = "log_gap_spread"
  /// ln(1 + recency / mean gap): how overdue the next purchase is.
  case logRecencyOverGap = "log_recency_over_gap"
  /// slog(spend in the last third of the time since the first purchase) - slog(half of the spend before it).
  case spendTrend = "spend_trend"
  /// ln(1 + days from the first purchase day to c).
  case logTenure = "log_tenure"
  /// ln(1 + orders in the last 30, 90 and 365 days).
  case logOrders30 = "log_orders_30d"
  case logOrders90 = "log_orders_90d"
  case logOrders365 = "log_orders_365d"
  /// slog(spend in the last 30, 90 and 365 days).
  case logSpend30 = "log_spend_30d"
  case logSpend90 = "log_spend_90d"
  case logSpend365 = "log_spend_365d"

  /// Place among the measures that `PurchaseDays` writes.
  package var index: Int {
    switch self {
    case .logRecency: 0
    case .logOrders: 1
    case .logSpend: 2
    case .singlePurchase: 3
    case .logGapMean: 4
    case .logGapSpread: 5
    case .logRecencyOverGap: 6
    case .spendTrend: 7
    case .logTenure: 8
    case .logOrders30: 9
    case .logOrders90: 10
    case .logOrders365: 11
    case .logSpend30: 12
    case .logSpend90: 13
    case .logSpend365: 14
    }
  }
}
