import Columns
import Kernels

extension RegressionFitter {
  func hurdleModel(
    _ matrix: DesignMatrix, _ kept: [Int], _ report: inout RegressionReport
  ) -> RegressionModel {
    let active = activityHead(matrix, kept, &report)
    let activeCount = matrix.active.reduce(0) { $0 + Int($1) }
    if activeCount == 0 {
      report.notes.append("nobody bought after the cut-off: spend and orders are predicted as 0")
      let none = constantHead("log_spend", matrix, -700)
      return RegressionModel(
        kind: kind,
        method: .hurdle(
          active: active, logSpend: none, logOrders: constantHead("log_orders", matrix, -700)),
        horizonDays: horizonDays, features: matrix.features)
    }
    // Weights are 0 and 1, so that their square roots are themselves.
    let state = matrix.active.withUnsafeBufferPointer {
      GramState(matrix, columnCount: matrix.targetStart + 2, rowScales: $0)
    }
    let folds = foldStates(matrix, state, weights: matrix.active)
    let usable = independentAmongActive(state, kept)
    let spend = logarithmHead("log_spend", matrix, state, folds, usable, 0, matrix.spend)
    let orders = logarithmHead("log_orders", matrix, state, folds, usable, 1, matrix.orders)
    return RegressionModel(
      kind: kind, method: .hurdle(active: active, logSpend: spend, logOrders: orders),
      horizonDays: horizonDays, features: matrix.features)
  }

  /// Columns that vary, and do not repeat each other, among the active customers too.
  private func independentAmongActive(_ state: GramState, _ kept: [Int]) -> [Int] {
    let count = kept.count
    var gram = [Double](repeating: 0, count: count * count)
    for (a, i) in kept.enumerated() {
      for (b, j) in kept.enumerated() {
        let value = state.centred(i, j)
        // What is left by rounding of a column that is constant here counts as nothing.
        gram[a * count + b] = a == b && value < 1e-6 * state[i, i] ? 0 : value
      }
    }
    return Cholesky.independentColumns(
      gram, count: count, tolerance: RegressionFitter.collinearityTolerance
    ).kept.map { kept[$0] }
  }

  private func logarithmHead(
    _ name: String, _ matrix: DesignMatrix, _ state: GramState, _ folds: [GramState],
    _ columns: [Int], _ target: Int, _ outcomes: [Double]
  ) -> RegressionHead {
    var (low, high) = (Double.infinity, -Double.infinity)
    for row in outcomes.indices where matrix.active[row] > 0 {
      let logarithm = naturalLogarithm(outcomes[row])
      low = min(low, logarithm)
      high = max(high, logarithm)
    }
    let head = ridgeHead(
      name, matrix, state, folds, columns, target, high, lower: low, weights: matrix.active)
    return RegressionHead(
      target: name, intercept: head.intercept, coefficients: head.coefficients, lower: low,
      upper: high, smearing: smearing(head, matrix, outcomes), quality: head.quality)
  }

  /// Duan's smearing factor: the mean of e^residual, which e^prediction lacks to be a mean.
  private func smearing(
    _ head: RegressionHead, _ matrix: DesignMatrix, _ outcomes: [Double]
  ) -> Double {
    var parts = [(sum: Double, count: Double)](
      repeating: (0, 0), count: Parallel.chunkCount(of: matrix.rowCount))
    parts.withUnsafeMutableBufferPointer { parts in
      // SAFETY: a task writes its chunk's part only.
      nonisolated(unsafe) let parts = parts
      Parallel.forEachChunk(of: matrix.rowCount) { chunk, rows in
        var predictors = [Double](repeating: 0, count: rows.count)
        predictors.withUnsafeMutableBufferPointer { predictors in
          ([0] + head.coefficients).withUnsafeBufferPointer {
            linearPredictor(
              matrix.values.pointer, rows: rows, columnStride: matrix.columnStride, weights: $0,
              intercept: head.intercept, into: predictors)
          }
        }
        for (i, row) in rows.enumerated() where matrix.active[row] > 0 {
          let bounded = min(max(predictors[i], head.lower), head.upper)
          parts[chunk].sum += outcomes[row] / exponential(bounded)
          parts[chunk].count += 1
        }
      }
    }
    let total = parts.reduce((sum: 0.0, count: 0.0)) { ($0.sum + $1.sum, $0.count + $1.count) }
    return total.count > 0 && total.sum.isFinite ? total.sum / total.count : 1
  }

  private func activityHead(
    _ matrix: DesignMatrix, _ kept: [Int], _ report: inout RegressionReport
  ) -> RegressionHead {
    let count = Double(matrix.rowCount)
    let activeCount = Double(matrix.active.reduce(0) { $0 + Int($1) })
    guard activeCount > 0 && activeCount < count else {
      report.notes.append(
        "everybody had the same outcome: the probability of a purchase is the same for all")
      // Half a customer to each side: a certainty is never learned from a finite base.
      let rate = (activeCount + 0.5) / (count + 1)
      return constantHead("active", matrix, naturalLogarithm(rate / (1 - rate)))
    }
    let penalty = options.logisticPenalty.isFinite ? max(0, options.logisticPenalty) : 1
    let fit = Logistic(matrix, features: kept, penalty: penalty).fit()
    let rate = activeCount / count
    let nullLikelihood =
      activeCount * naturalLogarithm(rate) + (count - activeCount) * naturalLogarithm(1 - rate)
    return RegressionHead(
      target: "active", intercept: fit.intercept,
      coefficients: spread(fit.coefficients, kept, matrix), lower: -700, upper: 700, smearing: 1,
      quality: RegressionHead.Quality(
        rowCount: matrix.rowCount,
        standardErrors: spread(fit.standardErrors, kept, matrix), lambda: penalty,
        lambdaBy: "given", degreesOfFreedom: Double(kept.count + 1),
        rSquared: 1 - fit.logLikelihood / nullLikelihood, residualDeviation: 0,
        iterations: fit.iterations, ending: fit.outcome.rawValue))
  }

  private func constantHead(
    _ name: String, _ matrix: DesignMatrix, _ value: Double
  ) -> RegressionHead {
    let zeros = [Double](repeating: 0, count: matrix.featureCount)
    return RegressionHead(
      target: name, intercept: value, coefficients: zeros, lower: -700, upper: 700, smearing: 1,
      quality: RegressionHead.Quality(
        rowCount: matrix.rowCount, standardErrors: zeros, lambda: 0, lambdaBy: "given",
        degreesOfFreedom: 1, rSquared: 0, residualDeviation: 0, iterations: 0,
        ending: "a constant"))
  }
}
