import ArgumentParser
import Changes
import Classification
import Columns
import Configuration
import Export
import JSONText
import Pipeline
import Reports
import Storage

struct DiffVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Who moved between segments from one snapshot to another, and why.",
    discussion: """
      Compares the current snapshot with the one before it, or A with the current one, or A with B. --events writes \
      one JSON line for every customer who moved; an alert selects events by an expression \
      over their members and the customer's columns, and runs a command once with the path \
      of the file that holds them.
      """)

  @OptionGroup var target: StoreArgument

  @Argument(help: "The earlier snapshot: its name or date.")
  var before: String?

  @Argument(help: "The later snapshot: its name, its date or latest.")
  var after: String?

  @Option(help: ArgumentHelp("Compare by this taxonomy. Default: the first.", valueName: "name"))
  var taxonomy: String?

  @Option(
    help: ArgumentHelp("Write one event a change, whole or not at all.", valueName: "file"),
    completion: .file())
  var events: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Select events, e.g. \"from = 'Champions' AND clv > 500\"; may be repeated.",
      valueName: "expression"))
  var alert: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "What to run for the alert of the same place; no shell.", valueName: "command"))
  var command: [String] = []

  @Option(help: "Lines in the lists of moves, causes and largest customers.")
  var top = 10

  @OptionGroup(title: "Drift options") var drift: DriftOptions
  @OptionGroup var file: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if alert.count != command.count {
      throw ValidationError("give one --command for every --alert")
    }
    if !alert.isEmpty && events == nil {
      throw ValidationError("alerts select from the events: give --events a file too")
    }
    if events == "-" && !alert.isEmpty {
      throw ValidationError("alerts write files beside the events: give --events a file")
    }
    if events == "-" && common.json {
      throw ValidationError("--json and events on standard output would mix; give --events a file")
    }
    if !(0...1_000).contains(top) {
      throw ValidationError("--top takes a number from 0 to 1000, not \(top)")
    }
  }

  func run() throws {
    common.apply()
    let configuration = try file.load(store: target.store)
    let thresholds = try drift.thresholds(configuration)
    let alerts = try alerts(configuration)
    let store = try Store.open(at: target.store)
    let (earlier, later) = try snapshots(store)
    let asked = try alerts.flatMap { try $0.columnNames() }
    let askedTags = try alerts.flatMap { try $0.tagNames() }
    let comparison = try Comparison(
      before: .load(store, earlier, taxonomy: taxonomy),
      after: .load(store, later, taxonomy: taxonomy, columns: asked, tags: askedTags),
      taxonomy: taxonomy)
    let report = try ChangeReport(comparison, largestCount: top) {
      try store.customerIDs(of: $0)
    }
    // All of them before any is written.
    for path in ([events] + alerts.map { alertPath(events ?? "", $0) }).compactMap(\.self) {
      try StoreOutput.refuse(path, store: store.path)
    }
    var outcomes: [Alert.Outcome] = []
    var eventByteCount: Int?
    if let events {
      let all = ChangeEvents(comparison, ids: try store.loadCustomerIDs())
      eventByteCount = try all.write(to: events == "-" ? .standardOutput : .file(events))
      outcomes = try alerts.map { try $0.run(all, path: alertPath(events, $0)) }
    }
    let breaches = thresholds.breaches(report.drift)
    try printReport(report, eventByteCount, outcomes)
    if let failed = outcomes.first(where: \.hasFailed) {
      throw Failure(.unavailable, "alert \(failed.name): \(failed.statusText)")
    }
    if !breaches.isEmpty {
      try driftFailure(
        "\(later.name) has drifted from \(earlier.name): " + breaches.joined(separator: "; "),
        onlyWarns: drift.onlyWarns(configuration))
    }
  }

  /// The alerts of the flags, else those of the configuration; none without a file for their events.
  private func alerts(_ configuration: Configuration) throws -> [Alert] {
    if events == nil || events == "-" { return [] }
    var alerts: [Alert] = []
    for (index, pair) in zip(alert, command).enumerated() {
      alerts.append(
        try Alert(name: "alert-\(index + 1)", when: pair.0, command: Alert.words(pair.1)))
    }
    if alerts.isEmpty {
      for section in configuration.alerts {
        do throws(ChangesError) {
          alerts.append(
            try Alert(
              name: section.name, when: section.when.text, command: Alert.words(section.command)))
        } catch {
          throw configuration.located("\(error)", at: section.position)
        }
      }
    }
    for (index, one) in alerts.enumerated() {
      if let other = alerts[..<index].first(where: { $0.fileName == one.fileName }) {
        throw Failure(
          .usage,
          "the alerts \(other.name) and \(one.name) would write one file; give one another name")
      }
    }
    return alerts
  }

  /// The two snapshots that the arguments mean.
  private func snapshots(_ store: Store) throws -> (SnapshotEntry, SnapshotEntry) {
    if let before {
      return (try store.snapshot(named: before), try store.snapshot(named: after ?? "latest"))
    }
    let all = store.manifest.snapshots
    guard all.count >= 2 else {
      throw PipelineError.nothingToCompare(
        all.isEmpty
          ? "\(store.path): there is no snapshot yet; run `strata score` first, for two dates"
          : "\(store.path) has one snapshot only; score another date, e.g. "
            + "`strata score \(store.path) --as-of DATE`")
    }
    // Where the current one has none before it, it is what the one after it is compared with.
    let place = all.firstIndex { $0.name == store.currentSnapshot?.name } ?? all.count - 1
    let later = max(1, place)
    return (all[later - 1], all[later])
  }

  /// `changes.jsonl` and an alert's name make `changes.NAME.jsonl`.
  private func alertPath(_ events: String, _ alert: Alert) -> String {
    let hasSuffix = events.hasSuffix(".jsonl")
    return (hasSuffix ? String(events.dropLast(6)) : events) + ".\(alert.fileName).jsonl"
  }

  private func printReport(
    _ report: ChangeReport, _ eventByteCount: Int?, _ outcomes: [Alert.Outcome]
  ) throws {
    let count = report.comparison.moved.count
    if common.json {
      var members = report.json.objectValue ?? []
      if let events, let eventByteCount {
        members.append(
          JSON.Member(
            "events",
            ["file": .string(events), "count": JSON(count), "bytes": JSON(eventByteCount)]))
      }
      members.append(JSON.Member("alerts", .array(outcomes.map(json))))
      return try printText(JSON.object(members).compactText + "\n")
    }
    if events == "-" { return }
    try printText(report.text(moveCount: top))
    if let events { try printText("\n\(events) is written: \(groupedText(count)) events\n") }
    for outcome in outcomes {
      try printText(
        "alert \(outcome.name): \(groupedText(outcome.eventCount)) events, \(outcome.statusText)\n")
    }
  }

  private func json(_ outcome: Alert.Outcome) -> JSON {
    [
      "name": .string(outcome.name), "events": JSON(outcome.eventCount),
      "file": outcome.path.map { .string($0) } ?? .null,
      "status": outcome.status.map { JSON(Int($0)) } ?? .null,
    ]
  }
}
