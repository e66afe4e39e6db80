import ArgumentParser
import JSONText
import Models
import Storage

struct ModelsVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Print a snapshot's cuts, fitted parameters and fit reports.")

  @OptionGroup var target: StoreArgument

  @Option(help: ArgumentHelp("latest, a snapshot's name, or a date.", valueName: "name"))
  var snapshot = "latest"

  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let store = try Store.open(at: target.store)
    let entry = try store.snapshot(named: snapshot)
    let record = try store.snapshotRecord(entry)
    if common.json {
      let members = ["asOf", "configuration", "rfm", "models"].compactMap { name in
        record[name].map { JSON.Member(name, $0) }
      }
      return try printText(JSON.object(members).compactText + "\n")
    }
    if let rfm = record["rfm"] { try printText(RFMModel(json: rfm).text) }
    if let lifetime = record["models"]?["lifetime"] {
      try printText("\n" + LifetimeModels(json: lifetime).reportText)
    }
    if let regression = record["models"]?["regression"]?["report"] {
      try printText("\n" + regression.prettyText)
    }
    if let clusters = record["models"]?["clusters"] {
      try printText("\n" + ClusteringModel(clusters).text)
    }
  }
}
