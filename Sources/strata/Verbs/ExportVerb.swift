import ArgumentParser
import Export
import JSONText
import Pipeline
import Storage

struct ExportVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a snapshot as CSV or JSON lines.")

  @OptionGroup var target: StoreArgument
  @OptionGroup var output: ExportOptions

  @Option(help: ArgumentHelp("latest, a snapshot's name, or a date.", valueName: "name"))
  var snapshot = "latest"

  @OptionGroup(title: "Customer system options") var crm: CRMOptions
  @OptionGroup var file: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let configuration = try file.load(store: target.store)
    if let system = crm.system { return try export(to: system, configuration) }
    let path = output.path(configuration) ?? "-"
    if common.json && path == "-" {
      throw ValidationError(
        "--json and an export to standard output would mix; give -o a file")
    }
    let store = try Store.open(at: target.store)
    let entry = try store.snapshot(named: snapshot)
    let reader = try SnapshotReader(store, entry)
    let byteCount = try FrameExport(
      reader.frame, format: output.format(configuration),
      columns: output.columnNames(configuration),
      selection: rows(of: reader.frame, inSegments: output.segmentNames(configuration))
    ).write(to: try output.destination(configuration, store: target.store))
    if common.json {
      let report: JSON = [
        "snapshot": .string(entry.name), "file": .string(path),
        "bytes": JSON(byteCount),
      ]
      try printText(report.compactText + "\n")
    }
  }
}
