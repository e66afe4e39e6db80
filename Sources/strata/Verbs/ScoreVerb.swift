import ArgumentParser
import Columns
import Configuration
import JSONText
import Pipeline
import Models
import Reports
import Storage

struct ScoreVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score and segment every customer, and publish a snapshot.")

  @OptionGroup var target: StoreArgument
  @OptionGroup var scoring: ScoreOptions
  @Option(
    help: ArgumentHelp(
      "Memory to stay within, e.g. 4G. Default: half the machine.", valueName: "size"))
  var limitMemory: String?
  @OptionGroup(title: "Replay options") var replay: ReplayOptions
  @OptionGroup(title: "Drift options") var drift: DriftOptions
  @OptionGroup var file: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func validate() throws { try checkMemoryLimit(limitMemory) }

  func run() throws {
    common.apply(memoryLimit: limitMemory)
    let configuration = try file.load(store: target.store)
    var request = try scoring.request(configuration)
    request.memoryLimitByteCount = memoryLimitByteCount(limitMemory)
    if let schedule = try replay.schedule(asOf: request.asOf) {
      return try configuration.locating { try run(schedule, request, configuration) }
    }
    var job = try Job(store: target.store)
    printNotes(job.notes)
    let base = try configuration.locating { try job.score(request) }
    let check = try DriftCheck(drift, configuration, job, base)
    try check.refuse()
    let published = try job.publish()
    let snapshot = published.snapshots[0]
    if common.json {
      let members = ScoreVerb.json(base, snapshot, job.clock) + check.members
      try printText(JSON.object(members).compactText + "\n")
    } else {
      try printText(ScoreVerb.text(base, snapshot) + check.text)
      printError(job.clock.text)
    }
    try check.conclude()
  }

  /// Scores every date of the schedule; a line, or a member of `snapshots`, for each.
  private func run(
    _ schedule: ReplaySchedule, _ request: ScoreRequest, _ configuration: Configuration
  ) throws {
    var job = try Job(store: target.store)
    printNotes(job.notes)
    var checks: [DriftCheck] = []
    var reports: [JSON] = []
    try job.replay(
      schedule, request,
      didScore: { job, base in
        let check = try DriftCheck(drift, configuration, job, base)
        try check.refuse()
        checks.append(check)
      },
      didPublish: { base, snapshot in
        if common.json {
          reports.append(
            .object(
              [
                JSON.Member("snapshot", .string(snapshot.name)),
                JSON.Member("customers", JSON(snapshot.rowCount)),
                JSON.Member("segments", base.segmentTable.json),
              ] + checks[checks.count - 1].members))
        } else {
          try printText(
            "snapshot \(snapshot.name) is published: \(groupedText(snapshot.rowCount)) customers\n")
        }
      })
    if common.json {
      let report: JSON = ["snapshots": .array(reports), "seconds": job.clock.json]
      try printText(report.compactText + "\n")
    } else {
      printError(job.clock.summedText)
    }
    for check in checks { try check.conclude() }
  }

  static func text(_ base: ScoredBase, _ snapshot: SnapshotEntry) -> String {
    "\n" + base.scores.model.text + "\n" + base.segmentTable.text
      + (base.models.isEmpty ? "" : "\n" + base.modelsText)
      + "\nsnapshot \(snapshot.name) is published\n"
  }

  static func json(
    _ base: ScoredBase, _ snapshot: SnapshotEntry, _ clock: StageClock
  ) -> [JSON.Member] {
    [
      JSON.Member("snapshot", .string(snapshot.name)),
      JSON.Member("customers", JSON(snapshot.rowCount)),
      JSON.Member("rfm", base.scores.model.json),
      JSON.Member("segments", base.segmentTable.json),
      JSON.Member("models", .object(base.models)), JSON.Member("seconds", clock.json),
      JSON.Member("peakMemoryBytes", JSON(peakMemoryByteCount())),
    ]
  }
}
