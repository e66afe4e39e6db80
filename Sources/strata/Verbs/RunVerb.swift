import ArgumentParser
import Configuration
import Export
import Ingest
import JSONText
import Pipeline
import Storage
import Reports

struct RunVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Ingest, score and export in one step: the nightly job.",
    discussion: """
      The new batch and the new snapshot come into force together, or neither does. The \
      export is written whole or not at all, and not when nothing comes into force.
      """)

  @OptionGroup var target: StoreArgument
  @OptionGroup(title: "Ingest options") var input: IngestOptions

  @Option(
    name: .customLong("attributes"), parsing: .singleValue,
    help: ArgumentHelp(
      "A file of customers to take attributes from, in the same step.", valueName: "file"),
    completion: .file())
  var attributeFiles: [String] = []

  @OptionGroup(title: "Options for --attributes") var attributes: AttributeOptions
  @OptionGroup(title: "Score options") var scoring: ScoreOptions
  @OptionGroup(title: "Export options") var output: ExportOptions
  @OptionGroup(title: "Drift options") var drift: DriftOptions
  @OptionGroup var file: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if attributes.isGiven && attributeFiles.isEmpty {
      throw ValidationError("--id, --type, --rename, --null and --empty go with --attributes FILE")
    }
    if output.output == "-" && common.json {
      throw ValidationError("--json and an export to standard output would mix; give -o a file")
    }
  }

  func run() throws {
    common.apply(memoryLimit: input.limitMemory)
    let configuration = try file.load(store: target.store)
    var request = try scoring.request(configuration)
    let ingestRequest = try input.request(store: target.store, configuration)
    request.memoryLimitByteCount = ingestRequest.options.memoryLimitByteCount
    let path = output.path(configuration)
    let destination = try path.map { _ in try output.destination(configuration, store: target.store)
    }
    if let path, let input = FileID.input(ingestRequest.paths + attributeFiles, at: path) {
      throw Failure(
        .usage, "the export \(path) is the input \(input) itself; name another file with -o")
    }
    var job = try Job(store: target.store, creating: true)
    printNotes(job.notes)
    let report = try job.ingest(ingestRequest, scoring: request)
    let attributeReport = try ingestAttributes(&job, ingestRequest, configuration)
    let base = try configuration.locating { try job.score(request) }
    let check = try DriftCheck(drift, configuration, job, base)
    try check.refuse()
    let (published, byteCount) = try publish(&job, base, configuration, destination)
    let snapshot = published.snapshots[0]
    if path == "-" {
      printError(job.clock.text)
    } else if common.json {
      var members = [JSON.Member("ingest", report.json)]
      if let attributeReport { members.append(JSON.Member("attributes", attributeReport.json)) }
      members += ScoreVerb.json(base, snapshot, job.clock) + check.members
      members.append(JSON.Member("exportBytes", byteCount.map { JSON($0) } ?? .null))
      try printText(JSON.object(members).compactText + "\n")
    } else {
      try printText(
        report.text + (attributeReport?.text ?? "") + ScoreVerb.text(base, snapshot) + check.text)
      if let path, let byteCount {
        try printText("\(path) is written, \(byteCountText(byteCount))\n")
      }
      printError(job.clock.text)
    }
    try check.conclude()
  }

  /// Files of customers are read on their own terms: delimiter and date order are found out for them.
  private func ingestAttributes(
    _ job: inout Job, _ orders: IngestRequest, _ configuration: Configuration
  ) throws -> AttributeReport? {
    if attributeFiles.isEmpty { return nil }
    var request = AttributeRequest(
      paths: attributeFiles, options: try attributes.options(configuration.customers))
    request.options.rejectLimit = orders.options.rejectLimit
    request.isAgain = input.again
    return try job.ingestAttributes(request)
  }

  /// Publishes, and exports: a file is written while the publication waits for the disk, and appears under its
  /// name when both are complete; the one does not come without the other. What is written to standard output or
  /// a device cannot be taken back, and follows what is in force.
  private func publish(
    _ job: inout Job, _ base: ScoredBase, _ configuration: Configuration,
    _ destination: ExportDestination?
  ) throws -> (published: Published, exportByteCount: Int?) {
    guard let destination else { return (try job.publish(), nil) }
    let format = output.format(configuration)
    let columns = output.columnNames(configuration)
    let segments = output.segmentNames(configuration)
    let export: @Sendable () throws -> FrameExport = {
      let frame = base.frame()
      return try FrameExport(
        frame, format: format, columns: columns, selection: rows(of: frame, inSegments: segments))
    }
    guard case .file(let path) = destination else {
      let export = try export()
      let published = try job.publish()
      let start = ContinuousClock().now
      let byteCount: Int
      do {
        byteCount = try export.write(to: destination)
      } catch ExportError.readerGone {
        throw ExportError.readerGone
      } catch {
        throw Failure(
          .inputOutput,
          "\(error); the snapshot \(published.snapshots[0].name) is published: export it again")
      }
      job.note("export", since: start)
      return (published, byteCount)
    }
    let (published, prepared) = try job.publish { try export().prepare(path) }
    try prepared.putInPlace()
    return (published, prepared.byteCount)
  }
}
