import Columns
import Kernels

/// What a customer spends on a purchase day: Gamma-Gamma (Fader and Hardie 2013), its limits, or everybody's mean.
package enum SpendModel: Sendable, Equatable {
  /// Shape p of a purchase, shape q of the customers' rates, and v in currency; all positive, q > 1.
  case gammaGamma(p: Double, q: Double, v: Double)
  /// The same with 0 < q ≤ 1, where the population has no finite mean: whose own purchases do not make the
  /// expectation finite (p x + q ≤ 1) is expected to spend `typical`, in currency.
  case heavyTailed(p: Double, q: Double, v: Double, typical: Double)
  /// The limit p → ∞: nobody's spend varies, the own mean is expected; `newcomer`, in currency, of those without a
  /// repeat purchase.
  case ownMean(newcomer: Double)
  /// The same for everybody, in currency: nobody has a repeat purchase with spend.
  case populationMean(Double)

  /// The expected spend on a purchase day after x repeat purchases of mean m̄; m̄ below 0 counts as 0.
  ///
  /// For Gamma-Gamma p (v + x m̄) / (p x + q − 1): between the population's mean and the customer's own.
  package func expectedSpend(frequency x: Int, meanSpend: Double) -> Double {
    let line = scoreClass(frequency: x)
    return line.spendConstant + line.spendSlope * (Double(x) * max(0, meanSpend))
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
  /// Fits Gamma-Gamma by maximum likelihood; where that has no finite maximum or no mean, takes the limit.
  ///
  /// Always returns a model and a report. `penalty` is added to minus the mean log-likelihood as
  /// penalty × (p² + q² + (v / mean spend)²). Cost: one logarithm a customer and evaluation, about ten.
  package static func fit(_ history: SpendHistory, penalty: Double = 0) -> SpendFit {
    let penalty = penalty >= 0 && penalty.isFinite ? penalty : 0
    let likelihood = GammaGammaLikelihood(history: history)
    let search = likelihood.search(penalty: penalty)
    let parameters = likelihood.parameters(search)
    let report = likelihood.report(search, penalty: penalty, parameters: parameters)
    guard report.isConverged else {
      return withoutFit(history, report, cause: report.fallbackCause)
    }
    let (p, q, v) = (parameters[0], parameters[1], parameters[2].value)
    if p.isAtBound && p.value > 1 {
      return ownMeans(history, likelihood, search, penalty: penalty)
    }
    return q.value > 1
      ? finite(report, p: p.value, q: q, v: v)
      : heavyTailed(history, report, p: p.value, q: q.value, v: v)
  }

  private static func finite(
    _ report: FitReport, p: Double, q: FitReport.Parameter, v: Double
  ) -> SpendFit {
    var report = report
    let model = SpendModel.gammaGamma(p: p, q: q.value, v: v)
    report.populationMeans = [FitReport.Figure("mean spend", model.populationMean)]
    if q.isAtBound {
      report.warnings.append(
        "customers differ in what they spend no more than by chance: all are expected to spend about "
          + "the same")
    } else if let interval = q.interval, interval.lowerBound <= 1 {
      report.warnings.append(
        "q may be 1, where the mean spend is infinite: what is expected of those without a repeat purchase is "
          + "uncertain")
    }
    return SpendFit(model: model, report: report)
  }

  private static func heavyTailed(
    _ history: SpendHistory, _ report: FitReport, p: Double, q: Double, v: Double
  ) -> SpendFit {
    var report = report
    let typical = history.medianSpend
    report.populationMeans = [FitReport.Figure("median spend, repeaters", typical)]
    report.warnings.append(
      "q is at most 1: the mean spend of all is infinite. Who has a repeat purchase is expected to spend what "
        + "theirs say; who has none, the repeaters' median")
    return SpendFit(
      model: .heavyTailed(p: p, q: q, v: v, typical: typical), report: report)
  }

  /// The limit p → ∞, where the customers' means are inverse gamma with shape q and mean q M / (q − 1).
  private static func ownMeans(
    _ history: SpendHistory, _ likelihood: GammaGammaLikelihood,
    _ search: NewtonMinimizer.Result, penalty: Double
  ) -> SpendFit {
    let parameters = likelihood.parametersOfOwnMeans(search)
    var report = likelihood.report(search, penalty: penalty, parameters: parameters)
    let (q, pv) = (parameters[0], parameters[1].value)
    let newcomer = q.value <= 1 ? history.medianSpend : pv / (q.isAtBound ? q.value : q.value - 1)
    report.fallbackFrom = report.model
    report.fallbackReason =
      "a customer's spend varies so little that p has no upper bound: the own mean is expected"
    report.model = "own-mean"
    report.title = "Own mean"
    report.populationMeans = [
      FitReport.Figure(
        q.value <= 1 ? "median spend, repeaters" : "mean spend, without repeats", newcomer)
    ]
    report.warnings.removeAll { $0.hasPrefix("at a bound") }
    return SpendFit(model: .ownMean(newcomer: newcomer), report: report)
  }

  /// Each repeater's own mean, where there are any; the others' is the mean of all.
  private static func withoutFit(
    _ history: SpendHistory, _ fitted: FitReport, cause: String
  ) -> SpendFit {
    var report = fitted
    report.fallbackFrom = report.model
    report.fallbackReason = cause
    report.parameters = []
    report.populationMeans = [FitReport.Figure("mean spend", history.meanSpend)]
    report.warnings.removeAll { $0.hasPrefix("at a bound") }
    if history.totals.count == 0 {
      report.model = "population-mean"
      report.title = "Population mean"
      return SpendFit(model: .populationMean(history.meanSpend), report: report)
    }
    report.model = "own-mean"
    report.title = "Own mean"
    return SpendFit(model: .ownMean(newcomer: history.meanSpend), report: report)
  }
}
