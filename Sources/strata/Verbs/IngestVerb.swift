import ArgumentParser
import JSONText
import Pipeline
import Storage
import Reports

struct IngestVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest", abstract: "Append order logs to a store.",
    discussion: """
      Every row is read, rejected with a reason, or filtered: the counts always add up. Nothing is in
      force until all of it is; a failure leaves the store as it was.
      """)

  @OptionGroup var target: StoreArgument
  @OptionGroup var input: IngestOptions
  @OptionGroup var file: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let configuration = try file.load(store: target.store)
    let request = try input.request(store: target.store, configuration)
    var job = try Job(store: target.store, creating: true)
    let report = try job.ingest(request)
    let published = try job.publish()
    if common.json {
      try printText(
        JSON.object([
          JSON.Member("batch", published.batches.first.map { .string($0.name) } ?? .null),
          JSON.Member("ingest", report.json), JSON.Member("seconds", job.clock.json),
          JSON.Member("peakMemoryBytes", JSON(peakMemoryByteCount())),
        ]).compactText + "\n")
    } else {
      try printText(report.text)
      if let batch = published.batches.first {
        try printText("batch \(batch.name) is in \(target.store)\n")
      }
      printError(job.clock.text)
    }
  }
}
