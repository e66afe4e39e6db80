import Columns
import Reports

extension EvaluationReport {
  /// The ranked table for a terminal, and below it what the numbers say.
  package var text: String {
    var table = TextTable(
      columns: [.left("strategy")] + EvaluationReport.headings(budget).map { .right($0) })
    for row in rows where row.failure == nil { table.append([row.label] + row.cells(budget)) }
    var text =
      folds.map { EvaluationReport.foldLine($0) + "\n" }.joined() + "\n" + table.text + "\n"
    text += recommendation.joined(separator: "\n") + "\n"
    return text + remarks.map { $0 + "\n" }.joined()
  }

  /// What went otherwise than asked, a sentence a line; strategies of the same note share one.
  var remarks: [String] {
    var names: [String: [String]] = [:]
    var notes: [String] = []
    for row in rows.sorted(by: { $0.place < $1.place }) {
      guard let note = row.note else { continue }
      if names[note] == nil { notes.append(note) }
      names[note, default: []].append(row.name)
    }
    return folds.compactMap(\.warning).map { "\($0)." }
      + notes.map { "\(names[$0]!.joined(separator: ", ")): \($0)." }
      + rows.compactMap { row in row.failure.map { "\(row.name) failed: \($0)" } }
  }

  static func headings(_ budget: ContactBudget?) -> [String] {
    [
      "Gini", "95%", "top 1%", "5%", "10%", "20%", "Spearman", "MAE", "RMSE", "bias", "AUC",
      "Brier",
    ]
      + ["groups", "between", "changed", "ARI"] + (budget == nil ? [] : ["profit"])
      + ["fit", "score", "ns/customer"]
  }

  static func foldLine(_ fold: Fold) -> String {
    "\(Day.text(fold.cutoff)) to \(Day.text(fold.end)): \(groupedText(fold.customerCount)) customers, "
      + "\(groupedText(fold.activeCount)) active, spend \(fixedText(fold.spend, decimals: 2))"
  }

  /// The recommendation in words, a sentence a line.
  package var recommendation: [String] {
    if rows.allSatisfy({ $0.failure != nil }) {
      return ["Nothing can be recommended: every strategy failed."]
    }
    guard let best = rows.first, best.failure == nil, let gini = best.mean.gini else {
      return ["Nothing can be recommended: there was no spend after the cut-off."]
    }
    var lines: [String] = []
    let capture = best.mean.topShares[2].map {
      "; its top 10% of customers brought \(percentText($0)) of the revenue"
    }
    lines.append(
      "Best is \(best.name): it reaches \(percentText(gini)) of what a perfect ranking would"
        + (capture ?? "") + ".")
    if let simplest = candidates.first, simplest.name != best.name,
      let difference = simplest.differenceInterval, let other = simplest.mean.gini
    {
      let range =
        "\(fixedText(difference.lower * 100, decimals: 1)) to "
        + "\(fixedText(difference.upper * 100, decimals: 1)) points"
      lines.append(
        "\(simplest.name) is simpler and cannot be told from it (\(percentText(other)); difference "
          + "\(range)): use \(simplest.name) unless you need what \(best.name) predicts.")
    } else {
      lines.append("No simpler strategy comes as close: use \(best.name).")
    }
    let ties = rows.filter { $0.isWithinNoise && $0.name != best.name }.map(\.name)
    if !ties.isEmpty {
      lines.append("Within noise of the best (95%): \(ties.joined(separator: ", ")).")
    }
    if let budget,
      let row = rows.filter({ $0.failure == nil && $0.mean.profit != nil })
        .max(by: { $0.mean.profit! < $1.mean.profit! })
    {
      lines.append(
        "Spending \(fixedText(budget.budget, decimals: 2)) on contacts at "
          + "\(fixedText(budget.contactCost, decimals: 2)) pays most by \(row.name): a profit of "
          + "\(fixedText(row.mean.profit!, decimals: 2)).")
    }
    if let row = rows.filter({ $0.mean.spend != nil })
      .min(by: { $0.mean.spend!.meanAbsolute < $1.mean.spend!.meanAbsolute })
    {
      lines.append(
        "The amounts nearest to what was spent are those of \(row.name): "
          + "\(fixedText(row.mean.spend!.meanAbsolute, decimals: 2)) off on average.")
    }
    return lines
  }
}

extension EvaluationReport.Row {
  /// The name, marked when the strategy cannot be told from the best.
  var label: String { isWithinNoise ? "≈ \(name)" : "  \(name)" }

  func cells(_ budget: ContactBudget?) -> [String] {
    func number(_ value: Double?, _ decimals: Int) -> String {
      value.map { fixedText($0, decimals: decimals) } ?? "–"
    }
    func percent(_ value: Double?) -> String { value.map { percentText($0) } ?? "–" }
    let interval = giniInterval.map {
      fixedText($0.lower, decimals: 3) + "…" + fixedText($0.upper, decimals: 3)
    }
    var cells = [number(mean.gini, 4), interval ?? "–"] + mean.topShares.map(percent)
    cells += [number(mean.spearman, 4), number(mean.spend?.meanAbsolute, 2)]
    cells += [number(mean.spend?.rootMeanSquare, 2), number(mean.spend?.bias, 2)]
    cells += [number(mean.areaUnderCurve, 4), number(mean.brier, 4)]
    cells += [mean.groupCount.map(groupedText) ?? "–", percent(mean.betweenShare)]
    cells += [percent(mean.changedShare), number(mean.adjustedRand, 4)]
    if budget != nil { cells.append(number(mean.profit, 2)) }
    cells += [number(mean.cost.fitSeconds, 3) + " s", number(mean.cost.scoreSeconds, 3) + " s"]
    return cells + [number(mean.cost.nanosecondsPerCustomer, 0)]
  }
}
