import ArgumentParser
import Columns
import JSONText
import Models
import Pipeline
import Reports
import Storage

struct ModelsVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Print a snapshot's cuts, fitted parameters and fit reports.")

  @OptionGroup var target: StoreArgument

  @Option(help: ArgumentHelp("latest, a snapshot's name, or a date.", valueName: "name"))
  var snapshot = "latest"

  @Option(
    help: ArgumentHelp(
      "Fit these purchase models as of the snapshot and compare them: bgnbd,mbgnbd,pnbd,nbd.",
      valueName: "models"))
  var fit: String?

  @Option(help: "With --fit, the unit of time: day, week or month.")
  var ruler = "week"

  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let store = try Store.open(at: target.store)
    let entry = try store.snapshot(named: snapshot)
    if let fit { return try compare(fit, store, entry) }
    let record = try store.snapshotRecord(entry)
    if common.json {
      let members = ["asOf", "configuration", "rfm", "models"].compactMap { name in
        record[name].map { JSON.Member(name, $0) }
      }
      return try printText(JSON.object(members).compactText + "\n")
    }
    if let rfm = record["rfm"] { try printText(RFMModel(json: rfm).text) }
    if let lifetime = record["models"]?["lifetime"] {
      let newCustomer = lifetime["new_customer"].flatMap(LifetimeScore.newCustomerText)
      try printText("\n" + LifetimeModels(json: lifetime).reportText + (newCustomer ?? ""))
    }
    if let regression = record["models"]?["regression"]?["report"] {
      try printText("\n" + RegressionReport.text(of: regression))
    }
    if let clusters = record["models"]?["clusters"] {
      try printText("\n" + ClusteringModel(clusters).text)
    }
  }

  /// Fits several purchase models to the transactions up to a snapshot's date, best by AIC first.
  private func compare(_ names: String, _ store: Store, _ entry: SnapshotEntry) throws {
    guard let ruler = TimeRuler(rawValue: ruler) else {
      throw ValidationError("--ruler takes day, week or month, not '\(ruler)'")
    }
    let kinds = try names.split(separator: ",").map { name in
      guard let kind = LifetimeModelKind(rawValue: String(name)) else {
        throw ValidationError("--fit takes bgnbd, mbgnbd, pnbd and nbd by comma, not '\(name)'")
      }
      return kind
    }
    let summary = try store.summary(asOf: entry.asOf, limit: machineMemoryByteCount() / 2)
    let history = PurchaseHistory(summary)
    let fits = kinds.map { PurchaseModel.fit($0, to: history, ruler: ruler, penalty: 0) }
      .sorted { $0.report.aic < $1.report.aic }
    if common.json {
      return try printText(JSON.array(fits.map(\.json)).compactText + "\n")
    }
    var table = TextTable(columns: [
      .left("model"), .right("log-likelihood"), .right("AIC"), .right("AIC − best"),
    ])
    for fit in fits {
      let report = fit.report
      table.append([
        fit.model.kind.title, fixedText(report.logLikelihood, decimals: 3),
        fixedText(report.aic, decimals: 2),
        fixedText(report.aic - fits[0].report.aic, decimals: 2),
      ])
    }
    try printText(table.text + "\n" + fits.map(\.report.reportText).joined(separator: "\n"))
  }
}
