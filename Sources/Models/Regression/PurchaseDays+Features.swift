#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Columns

extension PurchaseDays {
  /// Number of purchase features in a row.
  package static let featureCount = PurchaseFeature.allCases.count

  /// Writes the purchase features as of `cutoff` to `row`, in `PurchaseFeature.index` order.
  ///
  /// Only purchase days on or before the cut-off are looked at. A customer without any gets all zeros and
  /// `false`: nothing is known, and models leave such customers out.
  package func features(asOf cutoff: Int32, into row: inout [Float]) -> Bool {
    for i in row.indices { row[i] = 0 }
    let count = count(upTo: cutoff)
    if count == 0 { return false }
    let recency = Double(Int64(cutoff) - Int64(days[count - 1]))
    let tenure = Double(Int64(cutoff) - Int64(days[0]))

    var orderTotal = 0
    var total: Int64 = 0
    var windowOrders = SIMD3<Int>.zero
    var windowSpend: (Int64, Int64, Int64) = (0, 0, 0)
    var lastThird: Int64 = 0
    let lastThirdStart = Double(cutoff) - tenure / 3
    for i in 0..<count {
      let age = Int64(cutoff) - Int64(days[i])
      orderTotal += Int(orders[i])
      total = PurchaseDays.sum(total, spend[i])
      if Double(days[i]) > lastThirdStart { lastThird = PurchaseDays.sum(lastThird, spend[i]) }
      guard age < 365 else { continue }
      windowOrders[2] += Int(orders[i])
      windowSpend.2 = PurchaseDays.sum(windowSpend.2, spend[i])
      guard age < 90 else { continue }
      windowOrders[1] += Int(orders[i])
      windowSpend.1 = PurchaseDays.sum(windowSpend.1, spend[i])
      guard age < 30 else { continue }
      windowOrders[0] += Int(orders[i])
      windowSpend.0 = PurchaseDays.sum(windowSpend.0, spend[i])
    }

    func set(_ feature: PurchaseFeature, _ value: Double) { row[feature.index] = Float(value) }
    set(.logRecency, log1p(recency))
    set(.logOrders, log1p(Double(orderTotal)))
    set(.logSpend, PurchaseDays.signedLog(Money.double(total)))
    setGaps(count, recency, &row)
    let before = Money.double(total) - Money.double(lastThird)
    set(
      .spendTrend,
      PurchaseDays.signedLog(Money.double(lastThird)) - PurchaseDays.signedLog(before / 2))
    set(.logTenure, log1p(tenure))
    set(.logOrders30, log1p(Double(windowOrders[0])))
    set(.logOrders90, log1p(Double(windowOrders[1])))
    set(.logOrders365, log1p(Double(windowOrders[2])))
    set(.logSpend30, PurchaseDays.signedLog(Money.double(windowSpend.0)))
    set(.logSpend90, PurchaseDays.signedLog(Money.double(windowSpend.1)))
    set(.logSpend365, PurchaseDays.signedLog(Money.double(windowSpend.2)))
    return true
  }

  private func setGaps(_ count: Int, _ recency: Double, _ row: inout [Float]) {
    if count < 2 {
      row[PurchaseFeature.singlePurchase.index] = 1
      return
    }
    let gapCount = Double(count - 1)
    let mean = Double(Int64(days[count - 1]) - Int64(days[0])) / gapCount
    var squares = 0.0
    for i in 1..<count {
      let distance = Double(Int64(days[i]) - Int64(days[i - 1])) - mean
      squares += distance * distance
    }
    row[PurchaseFeature.logGapMean.index] = Float(log1p(mean))
    row[PurchaseFeature.logGapSpread.index] = Float(log1p((squares / gapCount).squareRoot()))
    row[PurchaseFeature.logRecencyOverGap.index] = Float(log1p(recency / mean))
  }

  /// sign(x) · ln(1 + |x|).
  static func signedLog(_ x: Double) -> Double { x < 0 ? -log1p(-x) : log1p(x) }
}
