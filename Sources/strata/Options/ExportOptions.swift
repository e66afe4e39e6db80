import ArgumentParser
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

  /// The format asked for, or what the output's name says.
  var effectiveFormat: ExportFormat {
    if let format { return format }
    return output?.hasSuffix(".jsonl") == true || output?.hasSuffix(".ndjson") == true
      ? .jsonl : .csv
  }

  var destination: ExportDestination {
    guard let output, output != "-" else { return .standardOutput }
    return .file(output)
  }

  var columnNames: [String]? {
    columns.map { text in
      text.split(separator: ",").map { name in
        var name = name
        while name.first == " " { name.removeFirst() }
        while name.last == " " { name.removeLast() }
        return String(name)
      }
    }
  }
}
