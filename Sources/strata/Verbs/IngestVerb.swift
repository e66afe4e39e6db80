import ArgumentParser
import Configuration
import JSONText
import Pipeline
import Storage
import Reports

struct IngestVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest", abstract: "Append order logs, or attributes of customers, to a store.",
    discussion: """
      Every row is read, rejected with a reason, or filtered: the counts always add up. \
      Nothing is in force until all of it is; a failure leaves the store as it was.

      With --customers the files have a row a customer, and every other column (or those of \
      --keep) becomes an attribute. A customer's last value counts; see \
      Documentation/Attributes.md.
      """)

  @OptionGroup var target: StoreArgument
  @OptionGroup var input: IngestOptions

  @Flag(help: "The files are of customers and their attributes, not order logs.")
  var customers = false

  @OptionGroup(title: "Options for --customers") var attributes: AttributeOptions
  @OptionGroup var file: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if attributes.isGiven && !customers {
      throw ValidationError("--id, --type, --rename, --null and --empty go with --customers")
    }
  }

  func run() throws {
    common.apply(memoryLimit: input.limitMemory)
    let configuration = try file.load(store: target.store)
    if customers { return try ingestCustomers(configuration) }
    let request = try input.request(store: target.store, configuration)
    var job = try Job(store: target.store, creating: true)
    printNotes(job.notes)
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

  private func ingestCustomers(_ configuration: Configuration) throws {
    let request = try input.attributeRequest(attributes, configuration.customers)
    var job = try Job(store: target.store, creating: true)
    printNotes(job.notes)
    let report = try job.ingestAttributes(request)
    let published = try job.publish()
    let name = published.customers.first?.name
    if common.json {
      try printText(
        JSON.object([
          JSON.Member("customers", name.map { .string($0) } ?? .null),
          JSON.Member("attributes", report.json), JSON.Member("seconds", job.clock.json),
          JSON.Member("peakMemoryBytes", JSON(peakMemoryByteCount())),
        ]).compactText + "\n")
    } else {
      try printText(report.text)
      if let name { try printText("customers \(name) are in \(target.store)\n") }
      printError(job.clock.text)
    }
  }
}
