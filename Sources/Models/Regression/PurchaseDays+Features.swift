import Columns
import Kernels

extension PurchaseDays {
  /// Numbers a customer that `measure` writes: one a feature, and one more for the trend, which has two.
  static let measureCount = PurchaseFeature.allCases.count + 1
  private static let beforeIndex = PurchaseFeature.allCases.count

  /// Writes what the features are the logarithms of, as of `cutoff`, to every `stride`th place of `row`.
  ///
  /// Only purchase days on or before the cut-off are looked at. A customer without any gets all zeros and
  /// `false`: nothing is known, and models leave such customers out.
  func measure(
    asOf cutoff: Int32, into row: UnsafeMutablePointer<Double>, stride: Int
  ) -> Bool {
    func set(_ index: Int, _ value: Double) { row[index * stride] = value }
    for i in 0..<PurchaseDays.measureCount { set(i, 0) }
    let count = count(upTo: cutoff)
    if count == 0 { return false }
    let recency = Double(Int64(cutoff) - Int64(days[count - 1]))
    let tenure = Double(Int64(cutoff) - Int64(days[0]))
    let lastThirdStart = Double(cutoff) - tenure / 3

    // From the last purchase back, so that each window is a sum taken on the way.
    var (orderTotal, total) = (0, Int64(0))
    var windows: (Window, Window, Window) = (Window(), Window(), Window())
    var lastThird: Int64 = 0
    for i in Swift.stride(from: count - 1, through: 0, by: -1) {
      orderTotal += Int(orders[i])
      total = saturatingSum(total, spend[i])
      let age = Int64(cutoff) - Int64(days[i])
      if age < 365 { windows.2 = Window(orders: orderTotal, spend: total) }
      if age < 90 { windows.1 = Window(orders: orderTotal, spend: total) }
      if age < 30 { windows.0 = Window(orders: orderTotal, spend: total) }
      if Double(days[i]) > lastThirdStart { lastThird = total }
    }
    set(PurchaseFeature.logRecency.index, recency)
    set(PurchaseFeature.logOrders.index, Double(orderTotal))
    set(PurchaseFeature.logSpend.index, Money.double(total))
    if count == 1 {
      set(PurchaseFeature.singlePurchase.index, 1)
    } else {
      let (mean, spread) = gaps(count)
      set(PurchaseFeature.logGapMean.index, mean)
      set(PurchaseFeature.logGapSpread.index, spread)
      set(PurchaseFeature.logRecencyOverGap.index, recency / mean)
    }
    set(PurchaseFeature.spendTrend.index, Money.double(lastThird))
    set(PurchaseDays.beforeIndex, (Money.double(total) - Money.double(lastThird)) / 2)
    set(PurchaseFeature.logTenure.index, tenure)
    set(PurchaseFeature.logOrders30.index, Double(windows.0.orders))
    set(PurchaseFeature.logOrders90.index, Double(windows.1.orders))
    set(PurchaseFeature.logOrders365.index, Double(windows.2.orders))
    set(PurchaseFeature.logSpend30.index, Money.double(windows.0.spend))
    set(PurchaseFeature.logSpend90.index, Money.double(windows.1.spend))
    set(PurchaseFeature.logSpend365.index, Money.double(windows.2.spend))
    return true
  }

  private struct Window {
    var orders = 0
    var spend: Int64 = 0
  }

  /// Mean and standard deviation of the days between the first `count` purchase days, at least 2.
  private func gaps(_ count: Int) -> (mean: Double, spread: Double) {
    let gapCount = Double(count - 1)
    let mean = Double(Int64(days[count - 1]) - Int64(days[0])) / gapCount
    var squares = 0.0
    for i in 1..<count {
      let distance = Double(Int64(days[i]) - Int64(days[i - 1])) - mean
      squares += distance * distance
    }
    return (mean, (squares / gapCount).squareRoot())
  }

  /// Turns measures, `count` of each one after the other, into a feature's column; uses the measures up.
  static func finish(
    _ feature: PurchaseFeature, _ measures: UnsafeMutableBufferPointer<Double>, count: Int,
    into column: UnsafeMutableBufferPointer<Float>
  ) {
    func part(_ index: Int) -> UnsafeMutableBufferPointer<Double> {
      UnsafeMutableBufferPointer(rebasing: measures[index * count..<(index + 1) * count])
    }
    let values = part(feature.index)
    switch feature {
    case .singlePurchase:
      break
    case .spendTrend:
      let before = part(beforeIndex)
      signedLog(values)
      signedLog(before)
      for i in 0..<count { values[i] -= before[i] }
    default:
      signedLog(values)
    }
    for i in 0..<count { column[i] = Float(values[i]) }
  }

  /// Replaces each x by sign(x) · ln(1 + |x|).
  private static func signedLog(_ values: UnsafeMutableBufferPointer<Double>) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, values.count)) { scratch in
      let sizes = UnsafeMutableBufferPointer(rebasing: scratch[0..<values.count])
      for i in values.indices { sizes[i] = abs(values[i]) }
      Special.logOnePlus(UnsafeBufferPointer(sizes), into: sizes)
      for i in values.indices { values[i] = values[i] < 0 ? -sizes[i] : sizes[i] }
    }
  }
}
