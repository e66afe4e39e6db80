import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a customer spends on a purchase day: Gamma-Gamma (Fader and Hardie 2013), or everybody's mean.
package enum SpendModel: Sendable, Equatable {
  /// Shape p of a purchase, shape q of the customers' rates, and v in currency; all positive, q > 1.
  case gammaGamma(p: Double, q: Double, v: Double)
  /// The same for everybody, in currency.
  case populationMean(Double)

  /// The expected spend on a purchase day after x repeat purchases of mean m̄; m̄ below 0 counts as 0.
  ///
  /// For Gamma-Gamma p (v + x m̄) / (p x + q − 1): between the population's mean and the customer's own.
  package func expectedSpend(frequency x: Int, meanSpend: Double) -> Double {
    switch self {
    case .gammaGamma(let p, let q, let v):
      p * (v + Double(x) * max(0, meanSpend)) / (p * Double(x) + q - 1)
    case .populationMean(let mean): mean
    }
  }

  /// The expected spend of a just-acquired customer.
  package var populationMean: Double { expectedSpend(frequency: 0, meanSpend: 0) }
}

/// A spend model with the report of its fit.
package struct SpendFit: Sendable, Equatable {
  package let model: SpendModel
  package let report: FitReport
}

extension SpendModel {
  /// Fits Gamma-Gamma by maximum likelihood; where that cannot be, takes the population's mean.
  ///
  /// Always returns a model and a report. `penalty` is added to minus the mean log-likelihood as
  /// penalty × (p² + q² + (v / mean spend)²). Cost: one logarithm a customer and evaluation, about ten.
  package static func fit(_ history: SpendHistory, penalty: Double = 0) -> SpendFit {
    let penalty = penalty >= 0 && penalty.isFinite ? penalty : 0
    let likelihood = GammaGammaLikelihood(history: history)
    let search = likelihood.search(penalty: penalty)
    let values = zip(search.logParameters, likelihood.scales).map { exp($0) * $1 }
    var report = likelihood.report(search, penalty: penalty)
    if report.isConverged && !report.hasParameterAtBound && values[1] > 1 {
      let model = SpendModel.gammaGamma(p: values[0], q: values[1], v: values[2])
      report.populationMeans = [FitReport.Figure("mean spend", model.populationMean)]
      return SpendFit(model: model, report: report)
    }
    let cause =
      report.needsFallback
      ? report.fallbackCause : "Gamma-Gamma's q is at most 1: its population mean is infinite"
    report.fallbackFrom = report.model
    report.fallbackReason = cause
    report.model = "population-mean"
    report.title = "Population mean"
    report.parameters = []
    report.populationMeans = [FitReport.Figure("mean spend", history.meanSpend)]
    report.warnings.removeAll { $0.hasPrefix("at a bound") }
    return SpendFit(model: .populationMean(history.meanSpend), report: report)
  }
}
