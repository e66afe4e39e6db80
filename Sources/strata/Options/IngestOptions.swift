import ArgumentParser
import Pipeline

/// How order logs are read; `ingest` and `run` take these.
struct IngestOptions: ParsableArguments {
  @Argument(
    help: "Order logs: CSV files, .lz4 files of CSV, or - for standard input.", completion: .file())
  var files: [String]

  @Option(help: ArgumentHelp("The customer's column.", valueName: "column"))
  var customer: String?

  @Option(help: ArgumentHelp("The date's column.", valueName: "column"))
  var date: String?

  @Option(help: ArgumentHelp("The amount's column.", valueName: "column"))
  var amount: String?

  @Option(
    help: ArgumentHelp(
      "The order id's column; without it every row is an order.", valueName: "column"))
  var order: String?

  @Option(
    parsing: .singleValue, help: ArgumentHelp("A further column to keep.", valueName: "column"))
  var keep: [String] = []

  @Option(
    help: ArgumentHelp(
      "The field delimiter: , ; tab |. Detected when not given.", valueName: "character"))
  var delimiter: String?

  @Option(
    help: ArgumentHelp(
      "auto (the default), a pattern such as DD/MM/YYYY or %d.%m.%Y, epoch-s or epoch-ms.",
      valueName: "pattern"))
  var dateFormat: String?

  @Option(help: ArgumentHelp("The decimal sign: . (the default) or ,", valueName: "character"))
  var decimal: String?

  @Option(
    help: ArgumentHelp("The thousands separator, when amounts have one.", valueName: "character"))
  var thousands: String?

  @Option(help: "Negative amounts: net them, or drop their rows (net, drop). Default: net.")
  var returns: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Take only rows where a column has this value; several must all hold.",
      valueName: "column=value"))
  var whereColumn: [String] = []

  @Option(
    help: ArgumentHelp(
      "Abort, and leave the store as it was, past so many rejects or such a share. Default: 0.1%.",
      valueName: "n|p%"))
  var maxRejects: String?

  @Option(help: ArgumentHelp("Write rejected rows here, with place and reason.", valueName: "file"))
  var rejects: String?

  @Option(
    help: ArgumentHelp(
      "Memory to stay within, e.g. 4G. Default: half the machine.", valueName: "size"))
  var limitMemory: String?

  @Flag(help: "Take a file again whose content was already ingested.")
  var again = false

  func validate() throws {
    try checkMemoryLimit(limitMemory)
    if let returns, !["net", "drop"].contains(returns) {
      throw ValidationError("--returns takes net or drop, not '\(returns)'")
    }
  }
}

/// Refuses a `--limit-memory` that is no size.
func checkMemoryLimit(_ text: String?) throws {
  if let text, byteCount(parsing: text) == nil {
    throw ValidationError("--limit-memory takes a size such as 512M or 4G, not '\(text)'")
  }
}

/// The bytes that `--limit-memory` says; half the machine where it is not given.
func memoryLimitByteCount(_ text: String?) -> Int {
  text.flatMap(byteCount) ?? machineMemoryByteCount() / 2
}
