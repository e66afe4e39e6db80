import Columns
import Reports

extension EvaluationReport {
  /// The report as a Markdown file: recommendation, table, calibration.
  package var markdown: String {
    var lines = ["# Which strategy pays", ""]
    lines += recommendation.map { "- \($0)" }
    lines += ["", "## Measured on", ""]
    lines += folds.map { "- " + EvaluationReport.foldLine($0) }
    lines += ["", "## Strategies", ""]
    lines += EvaluationReport.row(["strategy"] + EvaluationReport.headings(budget))
    lines.append(
      "|---|" + EvaluationReport.headings(budget).map { _ in "---:|" }.joined())
    for row in rows where row.failure == nil {
      lines += EvaluationReport.row([row.label] + row.cells(budget))
    }
    lines += [
      "",
      "Gini: area of the gain curve as a share of the perfect ranking's, with a 95% interval of "
        + "\(drawCount) bootstrap draws (seed \(seed)). ≈: the difference from the best may be chance.",
    ]
    if !remarks.isEmpty { lines += [""] + remarks.map { "- \($0)" } }
    lines += ["", "## Calibration", ""]
    for row in rows { lines += EvaluationReport.calibration(row) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ cells: [String]) -> [String] {
    ["| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"]
  }

  private static func calibration(_ row: Row) -> [String] {
    guard let errors = row.folds.last?.spend else { return [] }
    var lines = ["### \(row.name)", "", "| decile | customers | predicted | actual |"]
    lines.append("|---:|---:|---:|---:|")
    for (k, decile) in errors.calibration.enumerated() {
      lines += EvaluationReport.row([
        String(k + 1), groupedText(decile.customerCount),
        fixedText(decile.meanPredicted, decimals: 2), fixedText(decile.meanActual, decimals: 2),
      ])
    }
    return lines + [""]
  }
}
