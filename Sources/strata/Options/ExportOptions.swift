import ArgumentParser
import Configuration
import Export

extension ExportFormat: ExpressibleByArgument {}

/// What of a snapshot is written, and where; `export` and `run` take these.
struct ExportOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write to this file, whole or not at all.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(help: "csv or jsonl. Default: by the output's name, else csv.")
  var format: ExportFormat?

  @Option(
    help: ArgumentHelp(
      "Columns to write, by comma, in this order. Default: all.", valueName: "names"))
  var columns: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Only customers of this segment; may be repeated.", valueName: "name"))
  var segment: [String] = []

  func validate() throws {
    if let columns, ExportOptions.names(columns).isEmpty {
      throw ValidationError("--columns names no column; without it all are written")
    }
  }

  /// Where the export goes: the flag's file, else the configuration's, else nowhere in particular.
  func path(_ configuration: Configuration) -> String? { output ?? configuration.export.file }

  /// The format asked for, or what the file's name says.
  func format(_ configuration: Configuration) -> ExportFormat {
    if let format { return format }
    let path = path(configuration)
    return path?.hasSuffix(".jsonl") == true || path?.hasSuffix(".ndjson") == true ? .jsonl : .csv
  }

  /// Refuses a directory, and a place in a store, before any work is done for it.
  func destination(
    _ configuration: Configuration, store: String
  ) throws -> ExportDestination {
    guard let path = path(configuration), path != "-" else { return .standardOutput }
    return try .at(path, store: store)
  }

  /// nil for all columns.
  func columnNames(_ configuration: Configuration) -> [String]? {
    columns.map(ExportOptions.names) ?? configuration.export.columns?.map(\.value)
  }

  /// The names between commas, without the blanks around them.
  private static func names(_ text: String) -> [String] {
    text.split(separator: ",").compactMap { name in
      var name = name
      while name.first == " " { name.removeFirst() }
      while name.last == " " { name.removeLast() }
      return name.isEmpty ? nil : String(name)
    }
  }

  func segmentNames(_ configuration: Configuration) -> [String] {
    segment.isEmpty ? configuration.export.segments.map(\.value) : segment
  }
}
