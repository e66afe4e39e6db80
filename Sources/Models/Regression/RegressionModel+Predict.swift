package import Columns
import Kernels

extension RegressionModel {
  /// Predicts the horizon after `day` for every customer of the base, from what was known on that day.
  ///
  /// Cost: one pass over the transactions; memory for one stretch of features a thread.
  package func predict(_ base: CustomerBase, asOf day: Int32) throws -> RegressionPrediction {
    let count = base.customerCount
    var orders: AlignedBuffer<Float>?
    var activity: AlignedBuffer<Float>?
    let spend = try AlignedBuffer<Float>(count: count) { spend in
      orders = try AlignedBuffer<Float>(count: count) { orders in
        activity = try AlignedBuffer<Float>(count: predictsActivity ? count : 0) { activity in
          try predict(base, day, Output(spend: spend, orders: orders, activity: activity))
        }
      }
    }
    return RegressionPrediction(
      spend: spend, orders: orders!, activity: predictsActivity ? activity : nil)
  }

  /// Predicts for one customer, from nothing but the model: a new customer, say, or a what-if.
  ///
  /// - Parameter attributes: one row.
  package func predict(
    _ purchases: [TransactionTable], attributes: Frame?, asOf day: Int32
  ) throws -> (spend: Float, orders: Float, activity: Float?) {
    let base = try CustomerBase(batches: purchases, customerCount: 1, attributes: attributes)
    let prediction = try predict(base, asOf: day)
    return (prediction.spend[0], prediction.orders[0], prediction.activity?[0])
  }

  private struct Output {
    let spend: UnsafeMutableBufferPointer<Float>
    let orders: UnsafeMutableBufferPointer<Float>
    /// Empty when the model does not predict activity.
    let activity: UnsafeMutableBufferPointer<Float>
  }

  /// A head over raw features: Σ cⱼ (xⱼ - mⱼ) / sⱼ = Σ (cⱼ / sⱼ) xⱼ - Σ cⱼ mⱼ / sⱼ.
  struct RawHead {
    let head: RegressionHead
    let weights: [Double]
    let intercept: Double

    init(_ head: RegressionHead, _ features: [DesignMatrix.Feature]) {
      self.head = head
      weights = zip(head.coefficients, features).map { $1.scale > 0 ? $0 / $1.scale : 0 }
      intercept = zip(weights, features).reduce(head.intercept) { $0 - $1.0 * $1.1.mean }
    }
  }

  private func predict(_ base: CustomerBase, _ day: Int32, _ output: Output) throws {
    let heads = heads.map { RawHead($0, features) }
    let reader = DesignReader(base, terms: features.map(\.term))
    // SAFETY: a task writes the customers of its own stretch only.
    nonisolated(unsafe) let output = output
    try base.forEachStretch(of: (0..<base.customerCount).map { UInt32($0) }) { rows, stretch in
      if heads.isEmpty {
        predictBaseline(stretch, day, rows, output)
      } else {
        predictStretch(reader, heads, stretch, day, rows, output)
      }
    }
  }

  private func predictStretch(
    _ reader: DesignReader, _ heads: [RawHead], _ stretch: PurchaseStretch, _ day: Int32,
    _ rows: Range<Int>, _ output: Output
  ) {
    let count = rows.count
    let customers = rows.map { UInt32($0) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, count * features.count)) { raw in
      let isKnown = reader.fill(
        raw, count, 0, customers[...], stretch, day, nil, outcomeRow: 0)
      let predictors = heads.map { head in
        var result = [Double](repeating: 0, count: count)
        result.withUnsafeMutableBufferPointer { result in
          head.weights.withUnsafeBufferPointer {
            linearPredictor(
              UnsafeBufferPointer(raw), rows: 0..<count, columnStride: count, weights: $0,
              intercept: head.intercept, into: result)
          }
        }
        return result
      }
      for i in 0..<count {
        let row = rows.lowerBound + i
        let values =
          isKnown[i] ? combine(heads, predictors, i) : (spend: 0, orders: 0, activity: 0)
        output.spend[row] = Float(min(values.spend, 1e30))
        output.orders[row] = Float(min(values.orders, 1e30))
        if !output.activity.isEmpty { output.activity[row] = Float(values.activity) }
      }
    }
  }

  private func combine(
    _ heads: [RawHead], _ predictors: [[Double]], _ i: Int
  ) -> (spend: Double, orders: Double, activity: Double) {
    func bounded(_ k: Int) -> Double {
      let (value, head) = (predictors[k][i], heads[k].head)
      // NaN, which only a model file made by hand can give, becomes the lower end.
      return value > head.lower ? min(value, head.upper) : head.lower
    }
    guard case .hurdle = method else { return (max(0, bounded(0)), max(0, bounded(1)), 0) }
    let activity = logistic(predictors[0][i])
    return (
      activity * exponential(bounded(1)) * heads[1].head.smearing,
      activity * exponential(bounded(2)) * heads[2].head.smearing, activity
    )
  }

  private func predictBaseline(
    _ stretch: PurchaseStretch, _ day: Int32, _ rows: Range<Int>, _ output: Output
  ) {
    stretch.forEach { i, days in
      let row = rows.lowerBound + i
      let (orders, spend) = baseline(days, asOf: day)
      output.spend[row] = Float(spend)
      output.orders[row] = Float(orders)
    }
  }

  /// The last horizon's spend and orders, or the mean a day times the horizon.
  func baseline(_ days: PurchaseDays, asOf day: Int32) -> (orders: Double, spend: Double) {
    guard days.count(upTo: day) > 0 else { return (0, 0) }
    switch method {
    case .lastPeriod:
      let (orders, spend) = days.total(
        after: Int64(day) - Int64(horizonDays), upTo: Int64(day))
      return (Double(orders), max(0, Money.double(spend)))
    default:
      let (orders, spend) = days.total(after: .min, upTo: Int64(day))
      let tenure = Double(Int64(day) - Int64(days.days[0])) + 1
      let share = Double(horizonDays) / max(tenure, Double(horizonDays))
      return (Double(orders) * share, max(0, Money.double(spend)) * share)
    }
  }
}
