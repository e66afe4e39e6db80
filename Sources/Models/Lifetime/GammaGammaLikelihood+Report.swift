import Columns
import Kernels

extension GammaGammaLikelihood {
  /// What the report tells of a search, the parameters being those of the model that is used.
  func report(
    _ search: NewtonMinimizer.Result, penalty: Double, parameters: [FitReport.Parameter]
  ) -> FitReport {
    let weight = history.customerWeight
    let isEnough = weight > 1 && history.totals.count > 1
    var report = FitReport(
      model: "gamma-gamma", title: "Gamma-Gamma", ruler: nil,
      isConverged: search.ending == .converged && isEnough,
      ending: isEnough
        ? search.ending.rawValue : "fewer than two customers have a repeat purchase with spend",
      iterationCount: search.iterationCount,
      gradientNorm: search.gradientNorm.isFinite ? search.gradientNorm : 0,
      logLikelihood: logLikelihood(search, penalty: penalty), customerWeight: weight,
      distinctCount: history.totals.count, penalty: penalty, parameters: parameters)
    if history.excludedCount > 0 {
      report.warnings.append(
        history.excludedCount == 1
          ? "1 customer left out: the repeat spend is zero or negative"
          : "\(history.excludedCount) customers left out: their repeat spend is zero or negative")
    }
    let names = report.parameters.filter(\.isAtBound).map(\.name)
    if !names.isEmpty {
      report.warnings.append("at a bound: \(names.joined(separator: ", "))")
    }
    if let correlation = history.frequencySpendCorrelation {
      report.checks.append(FitReport.Figure("correlation of x and m̄, repeaters", correlation))
      if abs(correlation) > FitReport.correlationLimit {
        report.warnings.append(
          "frequency and spend correlate (\(FitReport.rounded(correlation, 2))): the model takes them "
            + "to be independent")
      }
    }
    return report
  }

  /// p, q and v = q M / p in currency.
  func parameters(_ search: NewtonMinimizer.Result) -> [FitReport.Parameter] {
    // ln M = ln p − ln q + ln v.
    let result = search.inOtherLogarithms([[1, 0, 0], [0, 1, 0], [1, -1, 1]]) {
      [$0[0], $0[1], $0[1] + $0[2] - $0[0]]
    }
    return FitReport.parameters(
      names: ["p", "q", "v"], scales: [1, 1, unit], result: result, weight: history.customerWeight)
  }

  /// The parameters that are left where p grows without bound: q and p v = q M, in currency.
  func parametersOfOwnMeans(_ search: NewtonMinimizer.Result) -> [FitReport.Parameter] {
    // ln M = ln(p v) − ln q; p is at its bound and stays out.
    let result = search.inOtherLogarithms([[1, 0, 0], [0, 1, 0], [0, -1, 1]]) {
      [$0[0], $0[1], $0[1] + $0[2]]
    }
    return Array(
      FitReport.parameters(
        names: ["p", "q", "p v"], scales: [1, 1, unit], result: result,
        weight: history.customerWeight
      ).dropFirst())
  }
}

extension NewtonMinimizer.Result {
  /// The same result in other log-parameters, which `values` makes of these; `inverse` row by row makes these of
  /// the others.
  fileprivate func inOtherLogarithms(
    _ inverse: [[Double]], values: ([Double]) -> [Double]
  ) -> NewtonMinimizer.Result {
    var result = self
    let n = logParameters.count
    result.logParameters = values(logParameters)
    for i in 0..<n {
      result.expansion.gradient[i] = 0
      for a in 0..<n { result.expansion.gradient[i] += inverse[a][i] * expansion.gradient[a] }
      for j in 0..<n {
        var sum = 0.0
        for a in 0..<n {
          for b in 0..<n { sum += inverse[a][i] * expansion.hessian[a * n + b] * inverse[b][j] }
        }
        result.expansion.hessian[i * n + j] = sum
      }
    }
    return result
  }
}
