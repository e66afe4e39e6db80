import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The search for a purchase model's maximum of likelihood, in mean and spread of each mixture.
struct PurchaseSearch {
  let kind: LifetimeModelKind
  let history: PurchaseHistory
  let timeScale: Double
  let penalty: Double
  let coordinates: PurchaseCoordinates
  private let likelihood: any PurchaseLikelihood
  private let weight: Double

  init(_ kind: LifetimeModelKind, _ history: PurchaseHistory, penalty: Double) {
    self.kind = kind
    self.history = history
    self.penalty = penalty
    timeScale = history.ageMax > 1e-6 ? 10 / history.ageMax : 1
    coordinates = PurchaseCoordinates(kind)
    likelihood = Self.likelihood(kind, history, timeScale: timeScale)
    weight = max(history.customerWeight, .leastNormalMagnitude)
  }

  static func likelihood(
    _ kind: LifetimeModelKind, _ history: PurchaseHistory, timeScale: Double
  ) -> any PurchaseLikelihood {
    switch kind {
    case .bgnbd:
      BetaGeometricLikelihood(history: history, timeScale: timeScale, isModified: false)
    case .mbgnbd:
      BetaGeometricLikelihood(history: history, timeScale: timeScale, isModified: true)
    case .pnbd: ParetoLikelihood(history: history, timeScale: timeScale)
    case .nbd: NegativeBinomialLikelihood(history: history, timeScale: timeScale)
    }
  }

  /// Distinct triples from which a start is found, at least.
  private static let sampleTripleCount = 32_768

  /// The best ending, and how often a likelihood was evaluated for it.
  func run() -> (best: NewtonMinimizer.Result, evaluationCount: Int) {
    // Many triples: a systematic sample finds the neighbourhood, all of them the maximum.
    let stride = history.tripleCount / Self.sampleTripleCount
    var evaluationCount = 0
    if stride >= 2 {
      let sample = PurchaseSearch(kind, history.sample(stride: stride), penalty: penalty)
      let rough = sample.minimize(from: sample.starts(), &evaluationCount)
      if rough.expansion.isFinite {
        // The sample's unit of time may be another.
        var start = coordinates.logParameters(rough.logParameters)
        for (i, isTime) in kind.parameterIsTime.enumerated() where isTime {
          start[i] += log(timeScale / sample.timeScale)
        }
        let fine = minimize(from: [coordinates.point(logParameters: start)], &evaluationCount)
        if fine.ending == .converged {
          return (atLimits(fine, &evaluationCount), evaluationCount)
        }
      }
    }
    let best = minimize(from: starts(), &evaluationCount)
    return (atLimits(best, &evaluationCount), evaluationCount)
  }

  /// The end of a search, or a limit that it came near where that is as likely but for rounding: what the
  /// likelihood can no longer tell from the limit is the limit.
  func atLimits(
    _ result: NewtonMinimizer.Result, _ evaluationCount: inout Int
  ) -> NewtonMinimizer.Result {
    var result = result
    guard result.expansion.isFinite, history.customerWeight > 0 else { return result }
    for i in coordinates.box.indices {
      let (point, range) = (result.logParameters[i], coordinates.box[i])
      let side =
        range.upperBound - point < point - range.lowerBound ? range.upperBound : range.lowerBound
      guard point != side, abs(side - point) < Self.limitReach else { continue }
      var start = result.logParameters
      start[i] = side
      let other = minimize(from: start, in: coordinates)
      evaluationCount += other.iterationCount + 1
      let loss = (other.expansion.value - result.expansion.value) * history.customerWeight
      if loss < Self.limitLoss, other.logParameters[i] == side {
        let iterationCount = result.iterationCount + other.iterationCount
        result = other
        result.iterationCount = iterationCount
      }
    }
    return result
  }

  /// How near to a side of the box, in logarithms, a search may end that means the side.
  private static let limitReach = 7.0
  /// What the log-likelihood may lose by that.
  private static let limitLoss = 1e-3

  /// From each start until one ends well within the box; the best of all endings.
  private func minimize(
    from starts: [[Double]], _ evaluationCount: inout Int
  ) -> NewtonMinimizer.Result {
    var best: NewtonMinimizer.Result?
    for start in starts {
      let result = minimize(from: start, in: coordinates)
      evaluationCount += result.iterationCount + 1
      if best == nil || result.expansion.value < best!.expansion.value
        || !best!.expansion.value.isFinite
      {
        best = result
      }
      if result.ending == .converged && !result.atBound.contains(true) { break }
    }
    return best!
  }

  /// From one start, in given coordinates; to a given decrease of the objective over max(1, |objective|).
  func minimize(
    from start: [Double], in coordinates: PurchaseCoordinates, tolerance: Double? = nil
  ) -> NewtonMinimizer.Result {
    var minimizer = NewtonMinimizer()
    minimizer.box = coordinates.box
    if let tolerance { minimizer.tolerance = tolerance }
    return minimizer.minimize(from: start) { objective($0, in: coordinates) }
  }

  /// Minus the mean log-likelihood with the penalty.
  func objective(_ point: [Double], in coordinates: PurchaseCoordinates) -> LikelihoodExpansion {
    let logParameters = coordinates.logParameters(point)
    let expansion = likelihood.evaluate(logParameters).logObjective(
      parameters: logParameters.map(exp), weight: weight, penalty: penalty)
    return coordinates.moved(expansion)
  }

  /// Points to start from: the purchase rate by the moments of x over T, or alike for all; dropout at usual
  /// values, and near each of its limits.
  private func starts() -> [[Double]] {
    let exposure = history.exposureDays * timeScale / weight
    let mean = history.purchaseWeight / weight
    let square =
      zip(history.frequencies, history.classWeights).reduce(0) {
        $0 + $1.1 * Double($1.0) * Double($1.0)
      } / weight
    // Negative binomial: variance = mean + mean² / r.
    let excess = square - mean * mean - mean
    let r =
      excess > 0 && mean > 0 ? min(max(mean * mean / excess, 0.05), 20) : (mean > 0 ? 20 : 0.01)
    let rate = mean > 0 && exposure > 0 ? mean / exposure : 1e-3
    let age = max(exposure, 0.1)
    let starts: [[Double]]
    switch kind {
    case .nbd: starts = [[r, r / rate], [1, 1 / rate], [0.1, 1]]
    case .bgnbd, .mbgnbd:
      starts = [
        [r, 0.5 * r / rate, 0.7, 2.5], [1, 1, 1, 1], [100, 50 / rate, 10, 50],
        [r, r / rate, 0.05, 1], [0.1, 0.1, 0.1, 0.1], [1, 0.3 / rate, 20, 20],
      ]
    case .pnbd:
      starts = [
        [r, 0.7 * r / rate, 0.6, age], [1, 1, 1, 1], [100, 50 / rate, 50, 50 * age],
        [r, r / rate, 0.1, 10 * age], [0.1, 0.1, 0.1, 0.1], [1, 0.3 / rate, 20, 4 * age],
      ]
    }
    return starts.map { coordinates.point(logParameters: $0.map(log)) }
  }
}
