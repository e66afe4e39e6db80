import ArgumentParser
import Columns
import JSONText
import Pipeline
import Reports
import Storage

struct HistoryVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "One customer's path over all snapshots.",
    discussion: "Build past snapshots with `strata score STORE --every week --since DATE`.")

  @OptionGroup var target: StoreArgument

  @Option(help: ArgumentHelp("The customer's id.", valueName: "id"))
  var customer: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let history = try CustomerHistory(Store.open(at: target.store), customer: customer)
    if common.json {
      let steps = history.steps.map { step -> JSON in
        .object(
          [
            JSON.Member("snapshot", .string(step.snapshot)),
            JSON.Member("asOf", .string(Day.text(step.asOf))),
          ] + step.values)
      }
      let report: JSON = ["customer": .string(customer), "history": .array(steps)]
      return try printText(report.compactText + "\n")
    }
    guard !history.steps.isEmpty else {
      return try printText("no snapshot has \(customer) yet\n")
    }
    let shown: [(name: String, decimals: Int)] = [
      ("rfm", 0), ("segment", 0), ("recency_days", 0), ("orders", 0), ("monetary_total", 2),
      ("p_alive", 3), ("clv", 2), ("cluster", 0),
    ].filter { column in history.steps.contains { $0[column.name] != nil } }
    var table = TextTable(
      columns: [.left("as of")]
        + shown.map { $0.name == "segment" ? .left($0.name) : .right($0.name) })
    for step in history.steps {
      table.append(
        [Day.text(step.asOf)]
          + shown.map { column in
            let value = step[column.name]
            return value?.stringValue
              ?? value?.doubleValue.map { fixedText($0, decimals: column.decimals) } ?? "–"
          })
    }
    try printText(table.text)
  }
}
