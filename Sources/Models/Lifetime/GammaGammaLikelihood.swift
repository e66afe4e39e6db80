import Columns
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Gamma-Gamma (p, q, v), v in units of the mean spend.
///
/// ln L = ln Γ(p x + q) − ln Γ(p x) − ln Γ(q) + q ln v + p x ln z − ln m̄ − (p x + q) ln(z + v), z = x m̄.
/// Only ln(z + v) needs each customer: the rest is summed over x.
struct GammaGammaLikelihood {
  let history: SpendHistory
  private let segments: [SpendHistory.Segment]
  private let unit: Double

  init(history: SpendHistory) {
    self.history = history
    segments = SpendHistory.segments(history.classStarts)
    unit = history.meanSpend > 0 ? history.meanSpend : 1
  }

  /// From the search's units to currency.
  var scales: [Double] { [1, 1, unit] }

  func evaluate(_ parameters: [Double]) -> LikelihoodExpansion {
    let (p, q, v) = (parameters[0], parameters[1], parameters[2] * unit)
    var result = LikelihoodExpansion(dimension: 3)
    var sums = history.frequencies.map { _ in SpendSums() }
    let parts = SpendKernel.accumulate(
      totals: history.totals.pointer, weights: history.weights?.pointer,
      segments: segments.map(\.rows), v: v)
    for (segment, part) in zip(segments, parts) {
      sums[segment.classIndex].l += part.l
      sums[segment.classIndex].i += part.i
      sums[segment.classIndex].ii += part.ii
    }
    let gammaQ = Special.gammaFamily(q)
    let logV = log(v)
    for (k, frequency) in history.frequencies.enumerated() {
      let x = Double(frequency)
      let (moments, sum) = (history.moments[k], sums[k])
      let weight = moments.weight
      let gammaPX = Special.gammaFamily(p * x)
      let gammaAll = Special.gammaFamily(p * x + q)
      let exponent = p * x + q
      result.value +=
        weight * (gammaAll.logGamma - gammaPX.logGamma - gammaQ.logGamma + q * logV + log(x))
        + (p * x - 1) * moments.logarithm - exponent * sum.l
      result.gradient[0] +=
        x * (weight * (gammaAll.digamma - gammaPX.digamma) + moments.logarithm - sum.l)
      result.gradient[1] += weight * (gammaAll.digamma - gammaQ.digamma + logV) - sum.l
      result.gradient[2] += unit * (weight * q / v - exponent * sum.i)
      result.addCurvature(0, 0, weight * x * x * (gammaAll.trigamma - gammaPX.trigamma))
      result.addCurvature(0, 1, weight * x * gammaAll.trigamma)
      result.addCurvature(0, 2, -unit * x * sum.i)
      result.addCurvature(1, 1, weight * (gammaAll.trigamma - gammaQ.trigamma))
      result.addCurvature(1, 2, unit * (weight / v - sum.i))
      result.addCurvature(
        2, 2, unit * unit * (exponent * sum.ii - weight * q / (v * v)))
    }
    return result
  }

  /// Customers from which a start is found, at least.
  private static let sampleCount = 16_384

  func search(penalty: Double) -> NewtonMinimizer.Result {
    let starts = [[2.0, 3.0, 1.0], [6, 4, 0.5], [1, 2, 1], [20, 10, 0.5], [0.5, 1.5, 1]]
      .map { $0.map(log) }
    let stride = history.totals.count / Self.sampleCount
    if stride >= 2 {
      let sample = GammaGammaLikelihood(history: history.sample(stride: stride))
      let rough = sample.minimize(from: starts, penalty: penalty)
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
        let parameters = logParameters.map(exp)
        return evaluate(parameters).objective(
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

  func report(_ search: NewtonMinimizer.Result, penalty: Double) -> FitReport {
    let weight = history.customerWeight
    var mean = search.expansion.value
    for logParameter in search.logParameters { mean -= penalty * exp(2 * logParameter) }
    let isEnough = weight > 1 && history.totals.count > 1
    var report = FitReport(
      model: "gamma-gamma", title: "Gamma-Gamma", ruler: nil,
      isConverged: search.ending == .converged && isEnough,
      ending: isEnough
        ? search.ending.rawValue : "fewer than two customers have a repeat purchase with spend",
      iterationCount: search.iterationCount,
      gradientNorm: search.gradientNorm.isFinite ? search.gradientNorm : 0,
      logLikelihood: mean.isFinite && weight > 0 ? -mean * weight : 0, customerWeight: weight,
      distinctCount: history.totals.count, penalty: penalty,
      parameters: FitReport.parameters(
        names: ["p", "q", "v"], scales: scales, result: search, weight: weight))
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
}
