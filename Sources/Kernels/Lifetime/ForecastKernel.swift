/// Times at which a forecast is made, and columns that are weighted sums over them.
///
/// A column of expected purchases has weight 1 at its horizon; a column of discounted purchases has the
/// difference of two periods' discount factors at the end of each period.
package struct ForecastPlan: Sendable {
  /// In the model's unit, not negative.
  package private(set) var times: [Double] = []
  /// For each time, its weight in each column, time by time.
  package private(set) var weights: [Double] = []
  package let columnCount: Int

  package init(columnCount: Int) {
    precondition(columnCount > 0, "a forecast has a column")
    self.columnCount = columnCount
  }

  /// Adds `weight` × the purchases up to `time` to a column.
  package mutating func add(column: Int, time: Double, weight: Double) {
    precondition(column < columnCount && time >= 0, "a column of the plan, a time not past")
    if let known = times.firstIndex(of: time) {
      weights[known * columnCount + column] += weight
      return
    }
    times.append(time)
    weights.append(contentsOf: repeatElement(0, count: columnCount))
    weights[(times.count - 1) * columnCount + column] += weight
  }
}

/// Expected purchases of living customers of one x, for many T and every time of a plan.
package enum ForecastKernel {
  /// Which model's expectation, with what the class's x makes constant.
  package enum Model: Sendable {
    /// BG/NBD and MBG/NBD; `mixture` is after x purchases.
    case betaGeometric(BetaMixture, alpha: Double)
    /// Pareto/NBD: (r + x)(β + T) / (α + T) ℓ φ((1 − s) ℓ), ℓ = ln(1 + t / (β + T)).
    case pareto(rho: Double, alpha: Double, s: Double, beta: Double)
    /// NBD: (r + x) t / (α + T).
    case negativeBinomial(rho: Double, alpha: Double)
  }

  /// Fills `result`, columns of each age together; `ages` are T in the model's unit.
  package static func fill(
    _ result: UnsafeMutableBufferPointer<Double>, ages: UnsafeBufferPointer<Double>, model: Model,
    plan: ForecastPlan
  ) {
    precondition(result.count == ages.count * plan.columnCount, "every column of every age")
    result.update(repeating: 0)
    switch model {
    case .betaGeometric(let mixture, let alpha):
      guard let least = ages.min(), let longest = plan.times.max() else { return }
      switch mixture.purchaseRule(sigmaMax: longest / (alpha + least)) {
      case .nodes(let nodes):
        forEachBlock(result, ages: ages, plan: plan) { age, time in
          nodes.purchases(sigma: time / (age + alpha))
        }
      case .series(let series):
        fill(result, ages: ages, mixture: mixture, alpha: alpha, series: series, plan: plan)
      }
    case .pareto(let rho, let alpha, let s, let beta):
      forEachBlock(result, ages: ages, plan: plan) { age, time in
        let base = age + beta
        let logarithm = vectorLogOnePlus(time / base)
        let y = (1 - s) * logarithm
        let phi = (vectorExpMinusOne(y) / y).replacing(with: 1, where: y .== Vector.zero)
        return rho * base / (age + alpha) * logarithm * phi
      }
    case .negativeBinomial(let rho, let alpha):
      forEachBlock(result, ages: ages, plan: plan) { age, time in rho * time / (age + alpha) }
    }
  }

  /// Calls `purchases` for a vector of ages and a time, and adds what it gives to the columns.
  @inline(__always)
  private static func forEachBlock(
    _ result: UnsafeMutableBufferPointer<Double>, ages: UnsafeBufferPointer<Double>,
    plan: ForecastPlan, _ purchases: (Vector, Vector) -> Vector
  ) {
    let columnCount = plan.columnCount
    var i = 0
    while i < ages.count {
      let count = min(laneCount, ages.count - i)
      var age = Vector(repeating: ages[i])
      for j in 0..<count { age[j] = ages[i + j] }
      for (k, time) in plan.times.enumerated() where time > 0 {
        let value = purchases(age, Vector(repeating: time)).replacing(
          with: 0, where: Vector(repeating: time) .== Vector.zero)
        let bounded = value.replacing(with: 0, where: value .< Vector.zero)
        for column in 0..<columnCount {
          let weight = plan.weights[k * columnCount + column]
          if weight == 0 { continue }
          for j in 0..<count { result[(i + j) * columnCount + column] += weight * bounded[j] }
        }
      }
      i += count
    }
  }

  private static func fill(
    _ result: UnsafeMutableBufferPointer<Double>, ages: UnsafeBufferPointer<Double>,
    mixture: BetaMixture, alpha: Double, series: HypergeometricSeries, plan: ForecastPlan
  ) {
    let (a, c) = (mixture.a, mixture.a + mixture.b)
    series.withCoefficients { coefficients in
      forEachBlock(result, ages: ages, plan: plan) { age, time in
        let sigma = time / (age + alpha)
        let logarithm = -vectorLogOnePlus(sigma)
        let y = (a - 1) * logarithm
        let (power, powerMinusOne) = vectorExpBoth(y)
        let phi = (powerMinusOne / y).replacing(with: 1, where: y .== Vector.zero)
        let sum = series.evaluate(sigma / (sigma + 1), coefficients)
        return (1 - c) * logarithm * phi - power * sum
      }
    }
  }
}
