import ArgumentParser
import Changes
import Configuration
import JSONText
import Pipeline

/// When the drift of the customer base fails a run; `score`, `run` and `diff` take these.
struct DriftOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Exit with 3 when a measure's population stability index is above this, e.g. 0.25.",
      valueName: "psi"))
  var maxDriftPsi: Double?

  @Option(
    help: ArgumentHelp(
      "Exit with 3 when a decile moved by more than this share of the deciles' spread.",
      valueName: "share"))
  var maxQuantileShift: Double?

  @Flag(help: "A run that drifts too far publishes nothing.")
  var driftBlocksPublish = false

  /// What the flags say, and where they say nothing the configuration.
  func thresholds(_ configuration: Configuration) throws -> DriftThresholds {
    let section = configuration.drift
    return try DriftThresholds(
      stabilityIndex: maxDriftPsi ?? section.psi,
      quantileShift: maxQuantileShift ?? section.quantileShift,
      blocksPublishing: driftBlocksPublish || section.publishes == false)
  }

  /// Whether too much drift is only said, and fails nothing: `on-breach: warn`, and no flag.
  func onlyWarns(_ configuration: Configuration) -> Bool {
    configuration.drift.onBreach == .warn && maxDriftPsi == nil && maxQuantileShift == nil
      && !driftBlocksPublish
  }
}

/// Which dates a replay scores; `score` takes these.
struct ReplayOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Score past dates in one go: day, week, month, 10d, 2w, 3mo. --as-of is then the last.",
      valueName: "step"))
  var every: String?

  @Option(help: ArgumentHelp("The first date of --every.", valueName: "YYYY-MM-DD"))
  var since: String?

  func validate() throws {
    if (every == nil) != (since == nil) {
      throw ValidationError("--every and --since go together: --every week --since 2026-01-01")
    }
  }

  func schedule(asOf: Int32?) throws -> ReplaySchedule? {
    guard let every, let since else { return nil }
    guard let step = ReplaySchedule.Step(every) else {
      throw ValidationError("--every takes day, week, month, 10d, 2w or 3mo, not '\(every)'")
    }
    return ReplaySchedule(every: step, since: try day(since, "--since"), until: asOf)
  }
}

/// How far a scored base has drifted, against thresholds; without thresholds nothing is looked at.
struct DriftCheck {
  let thresholds: DriftThresholds
  let report: DriftReport?
  let breaches: [String]
  private let onlyWarns: Bool

  init(
    _ options: DriftOptions, _ configuration: Configuration, _ job: borrowing Job,
    _ base: ScoredBase
  ) throws {
    thresholds = try options.thresholds(configuration)
    onlyWarns = options.onlyWarns(configuration)
    report = thresholds.areNone ? nil : try job.drift(of: base)
    breaches = report.map(thresholds.breaches) ?? []
  }

  /// Before publishing: throws when drift bars it.
  func refuse() throws {
    if thresholds.blocksPublishing && !onlyWarns { try fail("nothing was published") }
  }

  /// After publishing: throws when there is too much drift.
  func conclude() throws { try fail("the snapshot is published") }

  private func fail(_ outcome: String) throws {
    guard !breaches.isEmpty, let report else { return }
    try driftFailure(
      "\(report.after) has drifted from \(report.before) (\(outcome)): "
        + breaches.joined(separator: "; "), onlyWarns: onlyWarns)
  }

  var members: [JSON.Member] { report.map { [JSON.Member("drift", $0.json)] } ?? [] }

  var text: String { report.map { "\nDrift since \($0.before)\n" + $0.text } ?? "" }
}

/// Too much drift: fails the run, or is only said.
func driftFailure(_ message: String, onlyWarns: Bool) throws {
  if !onlyWarns { throw Failure(.drifted, message) }
  printError("strata: warning: " + message)
}
