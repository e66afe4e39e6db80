import Kernels

/// Confidence intervals of a search, all of logarithms; an end that is nil is open.
struct PurchaseIntervals {
  struct Interval: Equatable {
    /// The standard error, from the observed information; nil at a limit, and where that is singular.
    var error: Double?
    var lower: Double?
    var upper: Double?

    var isOpen: Bool { lower == nil && upper == nil }
  }

  /// Of each log-parameter.
  var parameters: [Interval]
  /// Of the mean of each mixture.
  var means: [Interval]
}

extension PurchaseSearch {
  /// The 97.5% point of the normal distribution, and half its square: the fall of a log-likelihood at the ends of
  /// a 95% interval.
  private static let normalQuantile = 1.959963984540054
  private static let fall = 0.5 * normalQuantile * normalQuantile
  /// Up to this standard error of a logarithm a log-likelihood is as good as quadratic.
  private static let quadraticError = 0.25

  /// 95% intervals around the end of a search, which moves where a better point is found on the way.
  ///
  /// Where standard errors are small they are normal in the logarithm (Wald). Otherwise, and at a limit, they
  /// hold the values whose profile likelihood is within 1.92 of the maximum: such an interval is open where the
  /// model's limit itself is as likely as that. At a limit the parameters of a mixture share the profile of
  /// its spread. Cost: nothing for the first kind, some ten evaluations an end for the second.
  func intervals(
    _ result: inout NewtonMinimizer.Result, _ evaluationCount: inout Int
  ) -> PurchaseIntervals {
    var intervals = PurchaseIntervals(
      parameters: kind.parameterNames.map { _ in PurchaseIntervals.Interval() },
      means: coordinates.weights.map { _ in PurchaseIntervals.Interval() })
    guard result.expansion.isFinite, history.customerWeight > 0 else { return intervals }
    for attempt in 0..<3 {
      var profiler = PurchaseProfiler(self, result, fall: Self.fall / history.customerWeight)
      let covariance = covariance(result)
      for mixture in coordinates.weights.indices {
        intervals.means[mixture] = mean(mixture, result, covariance, &profiler)
        for parameter in 2 * mixture...2 * mixture + 1 {
          intervals.parameters[parameter] = self.parameter(
            parameter, result, covariance, &profiler)
        }
      }
      evaluationCount += profiler.evaluationCount
      guard attempt < 2, let better = profiler.better else { break }
      let again = minimize(from: better, in: coordinates)
      evaluationCount += again.iterationCount + 1
      guard again.expansion.value < result.expansion.value else { break }
      result = again
    }
    return intervals
  }

  /// Of the coordinates, 0 for those at a bound; nil where the information is singular.
  private func covariance(_ result: NewtonMinimizer.Result) -> [[Double]]? {
    let n = result.logParameters.count
    let free = (0..<n).filter { !result.atBound[$0] }
    guard
      let inverse = EigenDecomposition(
        free.flatMap { i in free.map { result.expansion.hessian[i * n + $0] } }, count: free.count
      ).inverse
    else { return nil }
    var covariance = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    for (k, i) in free.enumerated() {
      for (l, j) in free.enumerated() {
        covariance[i][j] = inverse[k * free.count + l] / history.customerWeight
      }
    }
    return covariance
  }

  private func mean(
    _ mixture: Int, _ result: NewtonMinimizer.Result, _ covariance: [[Double]]?,
    _ profiler: inout PurchaseProfiler
  ) -> PurchaseIntervals.Interval {
    let i = 2 * mixture
    let error =
      result.atBound[i] ? nil : covariance.flatMap { Self.error(variance: $0[i][i]) }
    return interval(around: result.logParameters[i], error: error) { sign in
      profiler.end(of: i, sign: sign, error: error, in: coordinates).map { $0[i] }
    }
  }

  private func parameter(
    _ parameter: Int, _ result: NewtonMinimizer.Result, _ covariance: [[Double]]?,
    _ profiler: inout PurchaseProfiler
  ) -> PurchaseIntervals.Interval {
    let (mean, spread) = (parameter / 2 * 2, parameter / 2 * 2 + 1)
    let point = result.logParameters
    if result.atBound[spread] {
      let isUpper = point[spread] >= coordinates.box[spread].upperBound
      let end = profiler.end(of: spread, sign: isUpper ? -1 : 1, error: nil, in: coordinates)
        .map { coordinates.logParameters($0)[parameter] }
      return PurchaseIntervals.Interval(
        error: nil, lower: isUpper ? end : nil, upper: isUpper ? nil : end)
    }
    // ln first = spread + (1 − w) mean, ln second = spread − w mean.
    let weight = coordinates.weights[parameter / 2]
    let slope = parameter % 2 == 0 ? 1 - weight : -weight
    let error =
      result.atBound[mean]
      ? nil
      : covariance.flatMap { v in
        Self.error(
          variance: v[spread][spread] + 2 * slope * v[mean][spread]
            + slope * slope * v[mean][mean])
      }
    let own = coordinates.replacingSpread(byParameter: parameter, at: point)
    return interval(
      around: coordinates.logParameters(point)[parameter], error: error
    ) { sign in
      profiler.end(of: spread, sign: sign, error: error, in: own).map { $0[spread] }
    }
  }

  private static func error(variance: Double) -> Double? {
    variance > 0 && variance.isFinite ? variance.squareRoot() : nil
  }

  private func interval(
    around value: Double, error: Double?, end: (Double) -> Double?
  ) -> PurchaseIntervals.Interval {
    if let error, error <= Self.quadraticError {
      let half = Self.normalQuantile * error
      return PurchaseIntervals.Interval(error: error, lower: value - half, upper: value + half)
    }
    // Beyond e^±300 a standard error says no more than that nothing is known.
    let known = error.flatMap { $0 < 150 ? $0 : nil }
    return PurchaseIntervals.Interval(error: known, lower: end(-1), upper: end(1))
  }
}

/// Finds where the profile likelihood of a coordinate has fallen by a given amount.
struct PurchaseProfiler {
  private let search: PurchaseSearch
  private let best: NewtonMinimizer.Result
  /// Of the mean log-likelihood.
  private let fall: Double
  private(set) var evaluationCount = 0
  /// A point whose objective is below that of the search's end, in the search's coordinates.
  private(set) var better: [Double]?
  private var betterValue: Double
  /// Ends at limits, which two parameters share.
  private var known: [Int: [Double]?] = [:]

  init(_ search: PurchaseSearch, _ best: NewtonMinimizer.Result, fall: Double) {
    self.search = search
    self.best = best
    self.fall = fall
    // What a search leaves behind: a ten-thousandth of the fall.
    betterValue =
      best.expansion.value - max(1e-4 * fall, 100 * best.expansion.rounding)
  }

  /// The point at which the profile of coordinate `i` has fallen, below (−1) or above (1) the best; nil where
  /// it has not at the side of the box. `error` is the coordinate's standard error, if known.
  mutating func end(
    of i: Int, sign: Double, error: Double?, in coordinates: PurchaseCoordinates
  ) -> [Double]? {
    let isShared = coordinates.weights == search.coordinates.weights
    if isShared, let end = known[sign < 0 ? i : ~i] { return end }
    let start = coordinates.point(
      logParameters: search.coordinates.logParameters(best.logParameters))
    let range = coordinates.box[i]
    let side = sign < 0 ? range.lowerBound : range.upperBound
    let end =
      (side - start[i]) * sign > 0
      ? climb(i, from: start, to: side, step: firstStep(i, error: error), in: coordinates) : nil
    if isShared { known[sign < 0 ? i : ~i] = .some(end) }
    return end
  }

  /// Where the fall is expected: at 1.96 standard errors, or from a limit by the slope there, since the
  /// likelihood changes like e^(±coordinate).
  private func firstStep(_ i: Int, error: Double?) -> Double {
    if let error { return min(max(1.96 * error, 1e-3), 2) }
    let slope = abs(best.expansion.gradient[i])
    return slope > 0 ? min(max(log1pOf(fall / slope), 0.5), 12) : 2
  }

  private func log1pOf(_ x: Double) -> Double { Special.naturalLog(1 + x) }

  private mutating func climb(
    _ i: Int, from start: [Double], to side: Double, step firstStep: Double,
    in coordinates: PurchaseCoordinates
  ) -> [Double]? {
    let sign: Double = side < start[i] ? -1 : 1
    let goal = fall.squareRoot()
    // The square root of the fall is close to linear.
    var inner = (point: start, root: 0.0)
    var outer: (point: [Double], root: Double)?
    var step = firstStep
    for _ in 0..<24 {
      var at = inner.point[i] + sign * step
      if let outer {
        let share = (goal - inner.root) / max(outer.root - inner.root, 1e-300)
        let width = outer.point[i] - inner.point[i]
        at = inner.point[i] + min(max(share, 0.05), 0.95) * width
      } else if (side - at) * sign <= 0 {
        at = side
      }
      let next = profile(i, at: at, from: inner.point, in: coordinates)
      guard next.root.isFinite else { return nil }
      if abs(next.root - goal) < 0.01 * goal { return next.point }
      if next.root >= goal {
        outer = next
      } else {
        if at == side { return nil }
        let growth = next.root > 0 ? goal / next.root : 4
        step = abs(at - start[i]) * min(max(1.1 * growth - 1, 0.2), 3)
        inner = next
      }
    }
    return (outer ?? inner).point
  }

  /// The best point at a value of coordinate `i`, and the square root of its fall.
  private mutating func profile(
    _ i: Int, at value: Double, from warm: [Double], in coordinates: PurchaseCoordinates
  ) -> (point: [Double], root: Double) {
    var held = coordinates
    held.box[i] = value...value
    // A thousandth of the fall is more than the ends need.
    let result = search.minimize(
      from: warm, in: held, tolerance: 1e-3 * fall / max(1, abs(best.expansion.value)))
    evaluationCount += result.iterationCount + 1
    let objective = result.expansion.value
    if objective < betterValue {
      betterValue = objective
      better = search.coordinates.point(
        logParameters: coordinates.logParameters(result.logParameters))
    }
    return (
      result.logParameters, max(0, objective - best.expansion.value).squareRoot()
    )
  }
}
