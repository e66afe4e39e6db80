import ArgumentParser
import Classification
import Columns
import Configuration
import Expressions
import JSONText
import Models
import Pipeline
import Reports
import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct CheckVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Look for mistakes in a store's strata.yaml.",
    discussion: """
      Errors (exit 78): what score would refuse. Warnings: segments and tags that can never \
      match, that earlier segments swallow, that nobody is in, that everybody is in. Notes: \
      overlaps, with counts. Rules are tried on the store's data, scored as score would; \
      nothing is published.
      """)

  @OptionGroup var target: StoreArgument
  @OptionGroup(title: "Score options") var scoring: ScoreOptions
  @OptionGroup var file: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    var report = CheckReport(path: file.path ?? target.store + "/" + Configuration.fileName)
    do {
      let configuration = try Configuration.load(path: report.path)
      report.configuration = configuration
      let request = try scoring.request(configuration)
      try configuration.locating { try look(request, &report) }
    } catch let error as ConfigurationError where error.category == .invalid {
      report.problems = error.problems
    }
    try printText(common.json ? report.json.compactText + "\n" : report.text)
    if !report.problems.isEmpty { throw ExitCode(ExitStatus.badConfiguration.rawValue) }
  }

  /// Scores the store as `score` would, without publishing, and runs the linter over the result.
  private func look(_ request: ScoreRequest, _ report: inout CheckReport) throws {
    guard access(target.store, F_OK) == 0 else { return }
    let store = try Store.open(at: target.store)
    if store.manifest.batches.isEmpty { return }
    var job = try Job(store: target.store)
    printNotes(job.notes)
    let base = try job.score(request)
    let frame = base.frame()
    report.customers = base.ids.count
    let bins = base.scores.bins
    report.findings = try Linter(
      request.classifier, QuerySource(frame: frame, tags: base.classified.tags),
      scoreBins: [bins.recency, bins.frequency, bins.monetary]
    ).findings()
    report.problems += exportProblems(report.configuration, base, frame.names)
    report.problems += systemProblems(report.configuration, frame.names)
  }
}
