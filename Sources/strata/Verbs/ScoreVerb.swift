import ArgumentParser
import JSONText
import Pipeline
import Models
import Storage

struct ScoreVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score and segment every customer, and publish a snapshot.")

  @OptionGroup var target: StoreArgument
  @OptionGroup var scoring: ScoreOptions
  @OptionGroup var file: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let configuration = try file.load(store: target.store)
    let request = try scoring.request(configuration)
    var job = try Job(store: target.store)
    let base = try configuration.locating { try job.score(request) }
    let published = try job.publish()
    let snapshot = published.snapshots[0]
    if common.json {
      let members = ScoreVerb.json(base, snapshot, job.clock)
      try printText(JSON.object(members).compactText + "\n")
    } else {
      try printText(ScoreVerb.text(base, snapshot))
      printError(job.clock.text)
    }
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
