package import JSONText

extension RegressionReport {
  /// The report for a terminal.
  package var text: String { RegressionReport.text(of: json) }

  /// The same of a report that a snapshot carries; what is missing in it is left out.
  package static func text(of report: JSON) -> String {
    var lines = [
      "\(word(report, "kind")) regression, horizon \(count(report, "horizon_days")) days: features as of "
        + "\(word(report, "cutoff")), targets up to \(word(report, "end"))",
      "  customers \(count(report, "customers")), active \(count(report, "active_customers")), mean spend "
        + "\(number(report, "mean_spend", 2)), mean orders \(number(report, "mean_orders", 3))",
    ]
    if word(report, "method") != word(report, "kind") {
      lines.append("  predicted by \(word(report, "method")) instead")
    }
    for head in report["heads"]?.arrayValue ?? [] { lines += headLines(head) }
    let dropped = report["dropped"]?.arrayValue ?? []
    if !dropped.isEmpty {
      lines.append("  left out:")
      lines += dropped.map { "    \(word($0, "feature")): \(word($0, "reason"))" }
    }
    if let holdout = report["holdout"], holdout != .null {
      lines.append(
        "  holdout \(word(holdout, "cutoff")) to \(word(holdout, "end")), "
          + "\(count(holdout, "customers")) customers, mean spend "
          + "\(number(holdout, "mean_actual", 2)):")
      for (name, title) in [
        ("model", "this model"), ("last_period", "last period"), ("mean_spend", "mean spend"),
      ] {
        if let error = holdout[name] { lines.append(errorLine(title, error)) }
      }
    }
    lines += (report["notes"]?.arrayValue ?? []).compactMap(\.stringValue).map { "  note: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func headLines(_ head: JSON) -> [String] {
    // A head that could not be fitted has no rows.
    guard head["rows"] != nil else { return [] }
    let smearing = head["smearing"]?.doubleValue ?? 1
    var lines = [
      "  \(word(head, "target")): \(count(head, "rows")) rows, R² \(number(head, "r_squared", 4)), λ "
        + "\(number(head, "lambda", 3)) (\(word(head, "lambda_by"))), \(word(head, "ending")), "
        + "\(number(head, "degrees_of_freedom", 1)) parameters"
        + (smearing == 1 ? "" : ", smearing \(decimal(smearing, 3))")
    ]
    let coefficients = head["coefficients"]?.arrayValue ?? []
    for name in (head["largest"]?.arrayValue ?? []).compactMap(\.stringValue) {
      guard let one = coefficients.first(where: { $0["feature"]?.stringValue == name }) else {
        continue
      }
      lines.append(
        "    " + padded(name, 32) + padded(number(one, "standardised", 4), 14)
          + "± " + number(one, "standard_error", 4))
    }
    return lines
  }

  private static func errorLine(_ name: String, _ error: JSON) -> String {
    "    " + padded(name, 14) + "MAE " + padded(number(error, "mae", 2), 12) + "RMSE "
      + padded(number(error, "rmse", 2), 12) + "bias " + number(error, "bias", 2)
  }

  private static func word(_ object: JSON, _ name: String) -> String {
    object[name]?.stringValue ?? "-"
  }

  private static func count(_ object: JSON, _ name: String) -> String {
    object[name]?.integerValue.map(String.init) ?? "-"
  }

  private static func number(_ object: JSON, _ name: String, _ places: Int) -> String {
    object[name]?.doubleValue.map { decimal($0, places) } ?? "-"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  /// Fixed decimals; numbers too large for that as they are.
  private static func decimal(_ value: Double, _ places: Int) -> String {
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
