import ArgumentParser
import Export
import JSONText
import Pipeline
import Storage
import Reports

struct RunVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Ingest, score and export in one step: the nightly job.",
    discussion: """
      The new batch and the new snapshot come into force together, or neither does. The export is
      written whole or not at all, and not when nothing comes into force.
      """)

  @OptionGroup var target: StoreArgument
  @OptionGroup(title: "Ingest options") var input: IngestOptions
  @OptionGroup(title: "Score options") var scoring: ScoreOptions
  @OptionGroup(title: "Export options") var output: ExportOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if output.output == "-" && common.json {
      throw ValidationError("--json and an export to standard output would mix; give -o a file")
    }
  }

  func run() throws {
    common.apply()
    let request = try scoring.request()
    var job = try Job(store: target.store, creating: true)
    let report = try job.ingest(input.request(store: target.store))
    let base = try job.score(request)
    let (published, byteCount) = try publish(&job, base)
    let snapshot = published.snapshots[0]
    if output.output == "-" {
      printError(job.clock.text)
    } else if common.json {
      var members = [JSON.Member("ingest", report.json)]
      members += ScoreVerb.json(base, snapshot, job.clock)
      members.append(JSON.Member("exportBytes", byteCount.map { JSON($0) } ?? .null))
      try printText(JSON.object(members).compactText + "\n")
    } else {
      try printText(report.text + ScoreVerb.text(base, snapshot))
      if let path = output.output, let byteCount {
        try printText("\(path) is written, \(byteCountText(byteCount))\n")
      }
      printError(job.clock.text)
    }
  }

  /// Publishes, and exports: a file is written while the publication waits for the disk, and appears under its
  /// name when both are complete.
  private func publish(
    _ job: inout Job, _ base: ScoredBase
  ) throws -> (published: Published, exportByteCount: Int?) {
    guard output.output != nil else { return (try job.publish(), nil) }
    let output = self.output
    let export: @Sendable () throws -> FrameExport = {
      let frame = base.frame()
      return try FrameExport(
        frame, format: output.effectiveFormat, columns: output.columnNames,
        selection: rows(of: frame, inSegments: output.segment))
    }
    guard case .file(let path) = output.destination else {
      let published = try job.publish()
      let start = ContinuousClock().now
      let byteCount = try export().write(to: .standardOutput)
      job.note("export", since: start)
      return (published, byteCount)
    }
    let (published, prepared) = try job.publish { try export().prepare(path) }
    try prepared.putInPlace()
    return (published, prepared.byteCount)
  }
}
