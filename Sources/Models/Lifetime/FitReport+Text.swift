extension FitReport {
  /// The report as a few lines for people.
  package var reportText: String {
    var lines = ["\(title) (\(model))" + (ruler.map { ", ruler \($0.rawValue)" } ?? "")]
    if let fallbackFrom {
      lines.append("  in place of \(fallbackFrom): \(fallbackReason ?? "")")
    }
    lines.append(
      "  \(isConverged ? "converged" : "not converged: \(ending)") after \(iterationCount) iterations, "
        + "gradient norm \(FitReport.significant(gradientNorm, 2))")
    lines.append(
      "  log-likelihood \(FitReport.rounded(logLikelihood, 3))  AIC \(FitReport.rounded(aic, 2))  "
        + "BIC \(FitReport.rounded(bic, 2))  customers \(FitReport.plain(customerWeight))  "
        + "distinct \(distinctCount)" + (penalty > 0 ? "  penalty \(penalty)" : ""))
    if !parameters.isEmpty {
      lines.append("  " + FitReport.row(["parameter", "value", "std. error", "95% interval", ""]))
    }
    for parameter in parameters {
      let interval = parameter.interval.map { FitReport.text($0, digits: 5) }
      lines.append(
        "  "
          + FitReport.row([
            parameter.name, FitReport.significant(parameter.value, 5),
            parameter.standardError.map { FitReport.significant($0, 3) } ?? "–", interval ?? "–",
            parameter.isAtBound ? "at its limit" : "",
          ]))
    }
    for figure in populationMeans + checks {
      let interval = figure.interval.map { " (\(FitReport.text($0, digits: 4)))" } ?? ""
      lines.append("  \(figure.name): \(FitReport.significant(figure.value, 4))\(interval)")
    }
    for warning in warnings { lines.append("  warning: \(warning)") }
    return lines.map { line in
      var line = Substring(line)
      while line.last == " " { line.removeLast() }
      return String(line)
    }.joined(separator: "\n") + "\n"
  }

  /// A 95% interval: `1.2 – 3.4`, and with an open end `1.2 or more` or `3.4 or less`.
  private static func text(_ interval: ClosedRange<Double>, digits: Int) -> String {
    let (low, high) = (
      significant(interval.lowerBound, digits), significant(interval.upperBound, digits)
    )
    if interval.upperBound == .infinity { return "\(low) or more" }
    return interval.lowerBound == 0 ? "\(high) or less" : "\(low) – \(high)"
  }

  private static func row(_ cells: [String]) -> String {
    zip(cells, [11, 12, 12, 24, 12]).map { cell, width in
      cell + String(repeating: " ", count: max(1, width - cell.count))
    }.joined()
  }

  /// Fixed decimals.
  static func rounded(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let scale = (0..<decimals).reduce(1.0) { power, _ in power * 10 }
    let units = (abs(value) * scale).rounded()
    guard units < 9e18 else { return "\(value)" }
    let whole = Int64(units) / Int64(scale)
    var fraction = String(Int64(units) % Int64(scale))
    fraction = String(repeating: "0", count: max(0, decimals - fraction.count)) + fraction
    let sign = value < 0 && units > 0 ? "-" : ""
    return sign + String(whole) + (decimals > 0 ? "." + fraction : "")
  }

  /// A weight: a whole number where customers were counted, not weighted.
  private static func plain(_ weight: Double) -> String {
    weight == weight.rounded() && abs(weight) < 1e15 ? "\(Int64(weight))" : significant(weight, 9)
  }

  /// So many significant digits; powers of ten outside 10⁻⁴…10⁹.
  static func significant(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var magnitude = abs(value)
    var exponent = 0
    while magnitude >= 10 { (magnitude, exponent) = (magnitude / 10, exponent + 1) }
    while magnitude < 1 { (magnitude, exponent) = (magnitude * 10, exponent - 1) }
    if exponent < -4 || exponent > 9 {
      return (value < 0 ? "-" : "") + rounded(magnitude, digits - 1) + "e\(exponent)"
    }
    return rounded(value, max(0, digits - 1 - exponent))
  }
}
