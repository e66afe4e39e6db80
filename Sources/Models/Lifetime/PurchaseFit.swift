import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A purchase model with the report of its fit.
package struct PurchaseFit: Sendable, Equatable {
  package let model: PurchaseModel
  package let report: FitReport
}

extension PurchaseModel {
  /// Fits a model by maximum likelihood; where it cannot be fitted, a simpler one (`LifetimeModelKind.fallback`).
  ///
  /// Always returns a model and a report, whatever the data. `penalty` is added to minus the mean
  /// log-likelihood as penalty × Σ parameter², times being scaled so that the largest T is 10, as the
  /// lifetimes package does: it therefore means the same for every ruler. Cost: linear in distinct triples.
  package static func fit(
    _ kind: LifetimeModelKind, to history: PurchaseHistory, ruler: TimeRuler, penalty: Double = 0
  ) -> PurchaseFit {
    let fit = fitWithoutFallback(kind, to: history, ruler: ruler, penalty: penalty)
    guard let simpler = kind.fallback, fit.report.needsFallback else { return fit }
    let replacement = Self.fit(simpler, to: history, ruler: ruler, penalty: penalty)
    // At a bound a model may still tell more than a simpler one does; AIC decides.
    if fit.report.isConverged, fit.report.aic < replacement.report.aic { return fit }
    var report = replacement.report
    report.fallbackFrom = kind.rawValue
    report.fallbackReason = fit.report.fallbackCause
    return PurchaseFit(model: replacement.model, report: report)
  }

  /// Fits a model and stays with it.
  package static func fitWithoutFallback(
    _ kind: LifetimeModelKind, to history: PurchaseHistory, ruler: TimeRuler, penalty: Double = 0
  ) -> PurchaseFit {
    let timeScale = history.ageMax > 1e-6 ? 10 / history.ageMax : 1
    let penalty = penalty >= 0 && penalty.isFinite ? penalty : 0
    let search = search(kind, history, timeScale: timeScale, penalty: penalty)
    // A scaled time over `timeScale` is days; over the ruler's days, ruler units.
    let unit = 1 / (timeScale * ruler.days)
    let scales = kind.parameterIsTime.map { $0 ? unit : 1 }
    let model = PurchaseModel(
      kind: kind, ruler: ruler, scaled: search.logParameters.map(exp), scales: scales)
    let report = report(
      model, history, search, scales: scales, penalty: penalty, timeScale: timeScale)
    return PurchaseFit(model: model, report: report)
  }

  /// The log-likelihood of a model on counts, in units of the model's ruler.
  package static func logLikelihood(of model: PurchaseModel, on history: PurchaseHistory) -> Double
  {
    likelihood(model.kind, history, timeScale: 1 / model.ruler.days)
      .evaluate(model.parameters).value
  }

  /// Parameters that a search gave are positive and finite: they lie within its bounds.
  private init(
    kind: LifetimeModelKind, ruler: TimeRuler, scaled: [Double], scales: [Double]
  ) {
    self.kind = kind
    self.ruler = ruler
    parameters = zip(scaled, scales).map { $0 * $1 }
  }

  private static func search(
    _ kind: LifetimeModelKind, _ history: PurchaseHistory, timeScale: Double, penalty: Double
  ) -> NewtonMinimizer.Result {
    let starts = starts(kind, history, timeScale: timeScale)
    let minimizer = NewtonMinimizer()
    // Many triples: a systematic sample finds the neighbourhood, all of them the maximum.
    let stride = history.tripleCount / sampleTripleCount
    var best: NewtonMinimizer.Result?
    if stride >= 2 {
      let sample = history.sample(stride: stride)
      let rough = minimize(minimizer, kind, sample, timeScale, penalty, starts: starts)
      if rough.expansion.isFinite {
        best = minimize(
          minimizer, kind, history, timeScale, penalty, starts: [rough.logParameters])
      }
    }
    if let best, best.ending == .converged { return best }
    return minimize(minimizer, kind, history, timeScale, penalty, starts: starts)
  }

  /// Distinct triples from which a start is found, at least.
  private static let sampleTripleCount = 32_768

  /// The first start that ends well, else the best of all.
  private static func minimize(
    _ minimizer: NewtonMinimizer, _ kind: LifetimeModelKind, _ history: PurchaseHistory,
    _ timeScale: Double, _ penalty: Double, starts: [[Double]]
  ) -> NewtonMinimizer.Result {
    let likelihood = likelihood(kind, history, timeScale: timeScale)
    let weight = max(history.customerWeight, .leastNormalMagnitude)
    var best: NewtonMinimizer.Result?
    for start in starts {
      let result = minimizer.minimize(from: start) { logParameters in
        let parameters = logParameters.map(exp)
        return likelihood.evaluate(parameters).objective(
          parameters: parameters, weight: weight, penalty: penalty)
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

  private static func likelihood(
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

  /// Log-parameters to start from: r and α by the moments of x over T, dropout at usual values.
  private static func starts(
    _ kind: LifetimeModelKind, _ history: PurchaseHistory, timeScale: Double
  ) -> [[Double]] {
    let weight = max(history.customerWeight, .leastNormalMagnitude)
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
    let alpha = r / rate
    let first: [[Double]]
    switch kind {
    case .nbd: first = [[r, alpha], [1, 1 / rate], [0.1, 1]]
    case .bgnbd, .mbgnbd:
      first = [
        [r, 0.5 * alpha, 0.7, 2.5], [1, 1, 1, 1], [r, alpha, 0.05, 1], [0.1, 0.1, 0.1, 0.1],
      ]
    case .pnbd:
      let age = max(exposure, 0.1)
      first = [
        [r, 0.7 * alpha, 0.6, age], [1, 1, 1, 1], [r, alpha, 0.1, 10 * age], [0.1, 0.1, 0.1, 0.1],
      ]
    }
    return first.map { $0.map { log(min(max($0, 1e-5), 1e5)) } }
  }
}
