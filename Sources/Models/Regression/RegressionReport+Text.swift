import Columns

extension RegressionReport {
  /// The report for a terminal.
  package var text: String {
    var lines = [
      "\(kind.rawValue) regression, horizon \(horizonDays) days: features as of "
        + "\(Day.text(cutoff)), targets up to \(Day.text(end))",
      "  customers \(customerCount), active \(activeCount), mean spend "
        + "\(decimal(meanSpend, 2)), mean orders \(decimal(meanOrders, 3))",
    ]
    if methodName != kind.rawValue { lines.append("  predicted by \(methodName) instead") }
    for head in heads { lines += headLines(head) }
    if !dropped.isEmpty {
      lines.append("  left out:")
      lines += dropped.map { "    \($0.name): \($0.reason)" }
    }
    if let holdout {
      lines.append(
        "  holdout \(Day.text(holdout.cutoff)) to \(Day.text(holdout.end)), "
          + "\(holdout.customerCount) customers, mean spend \(decimal(holdout.meanActual, 2)):")
      lines.append(errorLine("this model", holdout.model))
      lines.append(errorLine("last period", holdout.lastPeriod))
      lines.append(errorLine("mean spend", holdout.meanSpend))
    }
    lines += notes.map { "  note: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func headLines(_ head: RegressionHead) -> [String] {
    guard let quality = head.quality else { return [] }
    var lines = [
      "  \(head.target): \(quality.rowCount) rows, R² \(decimal(quality.rSquared, 4)), λ "
        + "\(decimal(quality.lambda, 3)) (\(quality.lambdaBy)), \(quality.ending), "
        + "\(decimal(quality.degreesOfFreedom, 1)) parameters"
        + (head.smearing == 1 ? "" : ", smearing \(decimal(head.smearing, 3))")
    ]
    for i in largestFeatures(head, count: 10) {
      lines.append(
        "    " + padded(featureNames[i], 32) + padded(decimal(head.coefficients[i], 4), 14)
          + "± " + decimal(quality.standardErrors[i], 4))
    }
    return lines
  }

  private func errorLine(_ name: String, _ error: HoldoutError) -> String {
    "    " + padded(name, 14) + "MAE " + padded(decimal(error.meanAbsolute, 2), 12) + "RMSE "
      + padded(decimal(error.rootMeanSquare, 2), 12) + "bias " + decimal(error.bias, 2)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  /// Fixed decimals; numbers too large for that as they are.
  private func decimal(_ value: Double, _ places: Int) -> String {
    let power = [1.0, 10, 100, 1_000, 10_000][places]
    guard value.isFinite, abs(value) < 1e14 else { return value.description }
    let units = Int64((abs(value) * power).rounded())
    let fraction = String(units % Int64(power))
    let whole = (value < 0 && units > 0 ? "-" : "") + String(units / Int64(power))
    return places == 0
      ? whole
      : whole + "." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
