import Columns
import Kernels

extension FitReport {
  /// Correlations past this are warned of.
  static let correlationLimit = 0.3

  var needsFallback: Bool { !isConverged || hasParameterAtBound }

  /// Why a simpler model was looked at.
  var fallbackCause: String {
    if !isConverged { return "\(title) did not converge: \(ending)" }
    let names = parameters.filter(\.isAtBound).map(\.name).joined(separator: ", ")
    return "\(title) ended at a bound of \(names) and does not fit better"
  }
}

extension PurchaseModel {
  static func report(
    _ model: PurchaseModel, _ history: PurchaseHistory, _ search: NewtonMinimizer.Result,
    scales: [Double], penalty: Double, timeScale: Double
  ) -> FitReport {
    let weight = history.customerWeight
    var mean = search.expansion.value
    for logParameter in search.logParameters {
      let square = Special.exponential(2 * logParameter)
      mean -= penalty * square
    }
    // A density of x purchase times in ruler units is timeScale × days of the ruler, to the x, times the
    // density in scaled units.
    let unit = timeScale * model.ruler.days
    let logLikelihood =
      weight > 0 ? -mean * weight + history.purchaseWeight * Special.naturalLog(unit) : 0
    var report = FitReport(
      model: model.kind.rawValue, title: model.kind.title, ruler: model.ruler,
      isConverged: search.ending == .converged && weight > 0,
      ending: weight > 0 ? search.ending.rawValue : "there is no customer with a purchase",
      iterationCount: search.iterationCount,
      gradientNorm: search.gradientNorm.isFinite ? search.gradientNorm : 0,
      logLikelihood: logLikelihood.isFinite ? logLikelihood : 0, customerWeight: weight,
      distinctCount: history.tripleCount, penalty: penalty,
      parameters: FitReport.parameters(
        names: model.kind.parameterNames, scales: scales, result: search, weight: weight))
    report.populationMeans = model.populationMeans
    addChecks(to: &report, history)
    return report
  }

  private static func addChecks(to report: inout FitReport, _ history: PurchaseHistory) {
    if history.purchaseWeight == 0 {
      report.warnings.append("no customer has a repeat purchase: rates are known only to be small")
    }
    if history.ageMax == 0 && history.customerWeight > 0 {
      report.warnings.append("every customer is new on the as-of date: T is 0 throughout")
    }
    let names = report.parameters.filter(\.isAtBound).map(\.name)
    if !names.isEmpty {
      report.warnings.append("at a bound: \(names.joined(separator: ", "))")
    }
    if report.isConverged,
      report.parameters.contains(where: { !$0.isAtBound && $0.standardError == nil })
    {
      report.warnings.append("the data do not tell all parameters apart: no standard errors")
    }
    guard let correlation = history.recencyFrequencyCorrelation else { return }
    report.checks.append(FitReport.Figure("correlation of x and t_x, repeaters", correlation))
    if abs(correlation) > FitReport.correlationLimit {
      report.warnings.append(
        "recency and frequency correlate (\(FitReport.rounded(correlation, 2))): the model takes the "
          + "purchase rate and the time of leaving to be independent")
    }
  }
}

extension PurchaseHistory {
  /// Pearson's correlation of x and t_x among customers with a repeat purchase.
  package var recencyFrequencyCorrelation: Double? {
    var sums = CorrelationSums()
    let parts = DropoutKernel.recencyMoments(
      slots, classStarts: classStarts, recencies: recencies)
    for (k, part) in parts.enumerated() where frequencies[k] > 0 {
      let x = Double(frequencies[k])
      sums.weight += part[0]
      sums.x += x * part[0]
      sums.xx += x * x * part[0]
      sums.y += part[1]
      sums.yy += part[2]
      sums.xy += x * part[1]
    }
    return sums.correlation
  }
}
