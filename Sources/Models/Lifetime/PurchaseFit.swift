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
  /// Fits a model by maximum likelihood; where a simpler one describes the data better by AIC, that one.
  ///
  /// The simpler ones are NBD, and before it BG/NBD and MBG/NBD where Pareto/NBD does not converge or ends at a
  /// limit. A fit is never thrown away for not converging: its best point counts. Always returns a model and a
  /// report, whatever the data. `penalty` is added to minus the mean log-likelihood as penalty × Σ parameter², times
  /// being scaled so that the largest T is 10, as the lifetimes package does: it therefore means the same for
  /// every ruler. Cost: linear in distinct triples.
  package static func fit(
    _ kind: LifetimeModelKind, to history: PurchaseHistory, ruler: TimeRuler, penalty: Double = 0
  ) -> PurchaseFit {
    let own = fitWithoutFallback(kind, to: history, ruler: ruler, penalty: penalty)
    var best = own
    for simpler in kind.simpler where simpler == .nbd || own.report.needsFallback {
      let other = fitWithoutFallback(simpler, to: history, ruler: ruler, penalty: penalty)
      if !best.report.isUsable || other.report.isUsable && other.report.aic < best.report.aic {
        best = other
      }
    }
    guard best.model.kind != kind else { return own }
    var report = best.report
    report.fallbackFrom = kind.rawValue
    report.fallbackReason = own.report.reasonForFallback(to: report, best.model.kind)
    return PurchaseFit(model: best.model, report: report)
  }

  /// Fits a model and stays with it.
  package static func fitWithoutFallback(
    _ kind: LifetimeModelKind, to history: PurchaseHistory, ruler: TimeRuler, penalty: Double = 0
  ) -> PurchaseFit {
    let penalty = penalty >= 0 && penalty.isFinite ? penalty : 0
    let search = PurchaseSearch(kind, history, penalty: penalty)
    var (result, evaluationCount) = search.run()
    let ends = search.intervals(&result, &evaluationCount)
    // A scaled time over `timeScale` is days; over the ruler's days, ruler units.
    let unit = 1 / (search.timeScale * ruler.days)
    let scales = kind.parameterIsTime.map { $0 ? unit : 1 }
    let model = PurchaseModel(
      kind: kind, ruler: ruler,
      scaled: search.coordinates.logParameters(result.logParameters).map(exp), scales: scales)
    var report = report(model, search, result, ends, scales: scales)
    report.evaluationCount = evaluationCount
    return PurchaseFit(model: model, report: report)
  }

  /// The log-likelihood of a model on counts, in units of the model's ruler.
  package static func logLikelihood(of model: PurchaseModel, on history: PurchaseHistory) -> Double
  {
    PurchaseSearch.likelihood(model.kind, history, timeScale: 1 / model.ruler.days)
      .evaluate(model.parameters.map(log)).value
  }

  /// Parameters that a search gave are positive and finite: they lie within its bounds.
  private init(
    kind: LifetimeModelKind, ruler: TimeRuler, scaled: [Double], scales: [Double]
  ) {
    self.kind = kind
    self.ruler = ruler
    parameters = zip(scaled, scales).map { $0 * $1 }
  }
}
