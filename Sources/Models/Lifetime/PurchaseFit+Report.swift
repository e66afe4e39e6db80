import Columns
import Kernels

extension FitReport {
  /// Correlations past this are warned of.
  static let correlationLimit = 0.3

  var needsFallback: Bool { !isConverged || hasParameterAtBound }

  /// Whether there is a log-likelihood at all.
  var isUsable: Bool {
    customerWeight > 0 && ending != NewtonMinimizer.Ending.notFinite.rawValue
  }

  /// Why a simpler model was looked at.
  var fallbackCause: String {
    if !isConverged { return "\(title) did not converge: \(ending)" }
    let names = parameters.filter(\.isAtBound).map(\.name).joined(separator: ", ")
    return "\(title) ended at a bound of \(names) and does not fit better"
  }

  /// Why another model stands in for this one.
  func reasonForFallback(to other: FitReport, _ kind: LifetimeModelKind) -> String {
    guard isUsable else { return "\(title) cannot be fitted: \(ending)" }
    let figures =
      "AIC \(FitReport.rounded(other.aic, 2)) beside \(FitReport.rounded(aic, 2)), log-likelihood "
      + "\(FitReport.rounded(other.logLikelihood, 3)) beside \(FitReport.rounded(logLikelihood, 3))"
    return kind == .nbd
      ? "that customers leave is not seen in the data, so nobody is taken to have left (\(figures))"
      : "\(other.title) describes the data better (\(figures))"
  }
}

extension PurchaseModel {
  static func report(
    _ model: PurchaseModel, _ search: PurchaseSearch, _ result: NewtonMinimizer.Result,
    _ intervals: PurchaseIntervals, scales: [Double]
  ) -> FitReport {
    let history = search.history
    let weight = history.customerWeight
    var mean = result.expansion.value
    for logParameter in search.coordinates.logParameters(result.logParameters) {
      mean -= search.penalty * Special.exponential(2 * logParameter)
    }
    // A density of x purchase times in ruler units is timeScale × days of the ruler, to the x, times the
    // density in scaled units.
    let unit = search.timeScale * model.ruler.days
    let logLikelihood =
      weight > 0 ? -mean * weight + history.purchaseWeight * Special.naturalLog(unit) : 0
    let limits = weight > 0 ? PurchaseLimit.all(result.logParameters, in: search.coordinates) : []
    var report = FitReport(
      model: model.kind.rawValue, title: model.kind.title, ruler: model.ruler,
      isConverged: result.ending == .converged && weight > 0,
      ending: weight > 0 ? result.ending.rawValue : "there is no customer with a purchase",
      iterationCount: result.iterationCount,
      gradientNorm: result.gradientNorm.isFinite ? result.gradientNorm : 0,
      logLikelihood: logLikelihood.isFinite ? logLikelihood : 0, customerWeight: weight,
      distinctCount: history.tripleCount, penalty: search.penalty,
      parameters: parameters(model, intervals, limits, scales: scales))
    report.populationMeans = zip(model.populationMeans, intervals.means.indices).map {
      let isProbability = $1 == 1 && model.kind != .pnbd
      return FitReport.Figure(
        $0.name, $0.value,
        interval: interval(intervals.means[$1], scale: $1 == 0 || !isProbability ? unit : 1)
          .map { isProbability ? probabilities($0) : $0 })
    }
    addChecks(to: &report, history)
    report.warnings += limits.map { $0.sentence(model, isTold: isTold($0, intervals)) }
    return report
  }

  private static func parameters(
    _ model: PurchaseModel, _ intervals: PurchaseIntervals, _ limits: [PurchaseLimit],
    scales: [Double]
  ) -> [FitReport.Parameter] {
    model.parameters.indices.map { i in
      let (value, own) = (model.parameters[i], intervals.parameters[i])
      return FitReport.Parameter(
        name: model.kind.parameterNames[i], value: value,
        standardError: own.error.map { value * $0 }, interval: interval(own, scale: scales[i]),
        isAtBound: limits.contains { $0.isDropout == (i >= 2) })
    }
  }

  /// From logarithms; an open end is 0 or infinite, and nil is open on both sides.
  private static func interval(
    _ interval: PurchaseIntervals.Interval, scale: Double
  ) -> ClosedRange<Double>? {
    if interval.isOpen { return nil }
    let lower = interval.lower.map { Special.exponential($0) * scale } ?? 0
    let upper = interval.upper.map { Special.exponential($0) * scale } ?? .infinity
    return lower <= upper ? lower...upper : nil
  }

  /// From odds.
  private static func probabilities(_ odds: ClosedRange<Double>) -> ClosedRange<Double> {
    func probability(_ odds: Double) -> Double { odds.isFinite ? odds / (1 + odds) : 1 }
    return probability(odds.lowerBound)...probability(odds.upperBound)
  }

  /// Whether the data speak for a limit: values on this side of it are ruled out.
  private static func isTold(_ limit: PurchaseLimit, _ intervals: PurchaseIntervals) -> Bool {
    let mixture = limit.isDropout ? 1 : 0
    return limit.isSpread
      ? !intervals.parameters[2 * mixture].isOpen : !intervals.means[mixture].isOpen
  }

  private static func addChecks(to report: inout FitReport, _ history: PurchaseHistory) {
    if !report.isConverged, report.isUsable {
      report.warnings.append(
        "the search did not converge (\(report.ending)): this is the best point it found")
    }
    if history.purchaseWeight == 0 {
      report.warnings.append("no customer has a repeat purchase: rates are known only to be small")
    }
    if history.ageMax == 0 && history.customerWeight > 0 {
      report.warnings.append("every customer is new on the as-of date: T is 0 throughout")
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

extension PurchaseLimit {
  /// The limit in words. Where the data do not speak for it (`isTold`), the end of the search there means nothing.
  func sentence(_ model: PurchaseModel, isTold: Bool) -> String {
    let names = model.kind.parameterNames
    let (first, second) = isDropout ? (names[2], names[3]) : (names[0], names[1])
    let place = isUpper ? "limit" : "lower limit"
    let ends =
      isSpread
      ? "\(first) and \(second) are at their \(place)"
      : "\(first) / \(second) is at its \(place)"
    let meaning: String
    switch (isDropout, isSpread, isUpper) {
    case (false, true, true): meaning = "purchase rates are alike for all customers"
    case (false, true, false): meaning = "a few customers make all the purchases"
    case (false, false, true): meaning = "customers buy without a pause"
    case (false, false, false): meaning = "nobody is seen to buy again"
    case (true, true, true):
      meaning =
        model.kind == .pnbd
        ? "the rate of leaving is alike for all customers"
        : "the probability of leaving is alike for all customers"
    case (true, true, false): meaning = "a customer leaves at the first chance or never"
    case (true, false, true):
      meaning =
        model.kind == .pnbd
        ? "some or all customers leave at once" : "everybody leaves at the first chance"
    case (true, false, false): meaning = "nobody leaves"
    }
    return isTold
      ? "\(meaning): \(ends)"
      : "the data do not tell the spread or size of \(isDropout ? "dropout" : "purchase rates"): \(ends)"
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
