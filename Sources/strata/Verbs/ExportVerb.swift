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
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if common.json && (output.output == nil || output.output == "-") {
      throw ValidationError(
        "--json and an export to standard output would mix; give -o a file")
    }
  }

  func run() throws {
    common.apply()
    if let system = crm.system { return try export(to: system) }
    let store = try Store.open(at: target.store)
    let entry = try store.snapshot(named: snapshot)
    let reader = try SnapshotReader(store, entry)
    let byteCount = try FrameExport(
      reader.frame, format: output.effectiveFormat, columns: output.columnNames,
      selection: rows(of: reader.frame, inSegments: output.segment)
    ).write(to: output.destination)
    if common.json {
      let report: JSON = [
        "snapshot": .string(entry.name), "file": .string(output.output ?? "-"),
        "bytes": JSON(byteCount),
      ]
      try printText(report.compactText + "\n")
    }
  }
}
