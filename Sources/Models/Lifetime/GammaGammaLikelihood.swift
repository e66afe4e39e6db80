import Columns
import Kernels

/// Gamma-Gamma in (p, q, M), M = p v / q in units of the customers' geometric mean spend.
///
/// M is the harmonic mean of the customers' means p / ν. The likelihood stays finite and smooth in these where
/// nobody's spend varies (p → ∞: m̄ is q M over a Gamma(q, 1) variable) and where customers do not differ (q → ∞),
/// while v runs to 0 or ∞ with either. With A = p x, c = A + q, y = m̄ / M and R = (q + A y) / c:
///
///     ln L = ½ ln(A q / 2π c) + δ(c) − δ(A) − δ(q) + A ln y − c ln R − ln m̄,
///
/// δ being what Stirling's formula lacks of ln Γ: (18) of Documentation/Models.md without its large terms, which
/// cancel. Only R needs each customer: the rest is summed over x.
struct GammaGammaLikelihood {
  let history: SpendHistory
  private let segments: [SpendHistory.Segment]
  /// Currency in one unit of the search.
  let unit: Double

  init(history: SpendHistory) {
    self.history = history
    segments = SpendHistory.segments(history.classStarts)
    unit = history.geometricMeanSpend
  }

  func evaluate(_ parameters: [Double]) -> LikelihoodExpansion {
    let (p, q, mean) = (parameters[0], parameters[1], parameters[2] * unit)
    var result = LikelihoodExpansion(dimension: 3)
    let terms = history.frequencies.map { x in
      SpendTerms(a: p * Double(x), q: q, unit: Double(x) * mean)
    }
    var sums = history.frequencies.map { _ in SpendSums() }
    let parts = SpendKernel.accumulate(
      totals: history.totals.pointer, weights: history.weights?.pointer,
      segments: segments.map(\.rows), terms: segments.map { terms[$0.classIndex] })
    for (segment, part) in zip(segments, parts) {
      sums[segment.classIndex].logY += part.logY
      sums[segment.classIndex].l += part.l
      sums[segment.classIndex].u += part.u
      sums[segment.classIndex].uu += part.uu
    }
    let remainderQ = Special.stirlingRemainder(q)
    for (k, frequency) in history.frequencies.enumerated() {
      add(
        ClassTerms(
          x: Double(frequency), p: p, q: q, mean: mean, form: terms[k].form,
          moments: history.moments[k], sums: sums[k], remainderQ: remainderQ),
        searchMean: parameters[2], to: &result)
    }
    return result
  }

  /// Adds a class's ln L, its gradient and Hessian in (p, q, M): A = p x, and y falls as M rises.
  private func add(
    _ c: ClassTerms, searchMean m: Double, to result: inout LikelihoodExpansion
  ) {
    result.value += c.value
    result.gradient[0] += c.x * c.byA
    result.gradient[1] += c.byQ
    result.gradient[2] -= c.byY / m
    result.addCurvature(0, 0, c.x * c.x * c.byAA)
    result.addCurvature(0, 1, c.x * c.byAQ)
    result.addCurvature(0, 2, -c.x * c.byAY / m)
    result.addCurvature(1, 1, c.byQQ)
    result.addCurvature(1, 2, -c.byQY / m)
    result.addCurvature(2, 2, (c.byYY + c.byY) / (m * m))
  }

  /// ln L of the customers of one x, and its derivatives by A, q and ln y (`byY`).
  private struct ClassTerms {
    let x: Double
    let value: Double
    let byA: Double
    let byQ: Double
    let byY: Double
    let byAA: Double
    let byAQ: Double
    let byAY: Double
    let byQQ: Double
    let byQY: Double
    let byYY: Double

    /// With u = (1 − y) / R: ∂A ln(y / R) = q u / c², ∂q ln R = A u / c², ∂ ln y of ln R = A y / c R.
    init(
      x: Double, p: Double, q: Double, mean: Double, form: SpendTerms.Form, moments: SpendMoments,
      sums: SpendSums, remainderQ: Special.GammaFamily
    ) {
      self.x = x
      let (A, c, weight) = (p * x, p * x + q, moments.weight)
      let (own, rest) = (A / c, q / c)
      let logY =
        form == .plain
        ? moments.logarithm - weight * Special.naturalLog(x * mean) : sums.logY
      let isOwn = form == .nearOwn
      let remainderA = Special.stirlingRemainder(A)
      let remainderC = Special.stirlingRemainder(c)
      let shape =
        0.5 * Special.naturalLog(own * q) - Special.halfLogTwoPi + remainderC.logGamma
        - remainderA.logGamma - remainderQ.logGamma
      value =
        weight * shape + (isOwn ? -q : A) * logY - c * sums.l
        - (moments.logarithm - weight * Special.naturalLog(x))
      let logOwn = isOwn ? -sums.l : logY - sums.l
      let logR = isOwn ? logY + sums.l : sums.l
      byA =
        weight * (0.5 * (1 / A - 1 / c) + remainderC.digamma - remainderA.digamma) + logOwn
        + rest * sums.u
      byQ =
        weight * (0.5 * (1 / q - 1 / c) + remainderC.digamma - remainderQ.digamma) - logR
        - own * sums.u
      byY = A * rest * sums.u
      byAA =
        weight * (0.5 * (1 / (c * c) - 1 / (A * A)) + remainderC.trigamma - remainderA.trigamma)
        + rest * rest * sums.uu / c
      byAQ = weight * (0.5 / (c * c) + remainderC.trigamma) - own * rest * sums.uu / c
      byQQ =
        weight * (0.5 * (1 / (c * c) - 1 / (q * q)) + remainderC.trigamma - remainderQ.trigamma)
        + own * own * sums.uu / c
      byAY = rest * rest * (sums.u + own * sums.uu)
      byQY = own * own * (sums.u - rest * sums.uu)
      byYY = -A * rest * (weight + (own - rest) * sums.u - own * rest * sums.uu)
    }
  }

  /// Customers from which a start is found, at least.
  private static let sampleCount = 16_384

  func search(penalty: Double) -> NewtonMinimizer.Result {
    let starts = [[2, 3, 0.7], [6, 4, 0.8], [1, 2, 0.5], [20, 10, 1], [0.5, 1.5, 0.3]]
      .map { $0.map(Special.naturalLog) }
    let stride = history.totals.count / Self.sampleCount
    if stride >= 2 {
      let sample = GammaGammaLikelihood(history: history.sample(stride: stride))
      var rough = sample.minimize(from: starts, penalty: penalty)
      rough.logParameters[2] += Special.naturalLog(sample.unit / unit)
      let fine = minimize(from: [rough.logParameters], penalty: penalty)
      if fine.ending == .converged { return fine }
    }
    return minimize(from: starts, penalty: penalty)
  }

  /// The first start that ends well, else the best of all.
  private func minimize(from starts: [[Double]], penalty: Double) -> NewtonMinimizer.Result {
    let weight = max(history.customerWeight, .leastNormalMagnitude)
    var best: NewtonMinimizer.Result?
    for start in starts {
      let result = NewtonMinimizer().minimize(from: start) { logParameters in
        let parameters = logParameters.map(Special.exponential)
        var objective = evaluate(parameters).objective(
          parameters: parameters, weight: weight, penalty: 0)
        addPenalty(penalty, parameters, to: &objective)
        return objective
      }
      if best == nil || result.expansion.value < best!.expansion.value
        || !best!.expansion.value.isFinite
      {
        best = result
      }
      if result.ending == .converged && !result.atBound.contains(true) { break }
    }
    return best!
  }

  /// Adds penalty × (p² + q² + (v / mean spend)²), v = q M / p, to an objective in log-parameters.
  private func addPenalty(
    _ penalty: Double, _ parameters: [Double], to objective: inout LikelihoodExpansion
  ) {
    guard penalty > 0 else { return }
    for (square, exponents) in penaltySquares(parameters) {
      objective.value += penalty * square
      for i in 0..<3 {
        objective.gradient[i] += 2 * penalty * square * exponents[i]
        for j in 0..<3 {
          objective.hessian[i * 3 + j] += 4 * penalty * square * exponents[i] * exponents[j]
        }
      }
    }
  }

  /// The squares that the penalty multiplies, each with the powers of p, q and M that its root is made of.
  private func penaltySquares(_ parameters: [Double]) -> [(square: Double, exponents: [Double])] {
    let (p, q) = (parameters[0], parameters[1])
    let v = q * parameters[2] / p * (unit / max(history.meanSpend, .leastNormalMagnitude))
    return [(p * p, [1, 0, 0]), (q * q, [0, 1, 0]), (v * v, [-1, 1, 1])]
  }

  /// Minus the penalty's part of a search's objective, times the weight: ln L.
  func logLikelihood(_ search: NewtonMinimizer.Result, penalty: Double) -> Double {
    let parameters = search.logParameters.map(Special.exponential)
    let squares = penaltySquares(parameters).reduce(0) { $0 + $1.square }
    let mean = search.expansion.value - (penalty > 0 ? penalty * squares : 0)
    return mean.isFinite ? -mean * history.customerWeight : 0
  }
}
