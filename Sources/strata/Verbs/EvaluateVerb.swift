import ArgumentParser
import Columns
import Configuration
import Evaluation
import JSONText
import Models
import Pipeline
import Storage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct EvaluateVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure which strategy pays, on a holdout of your own data.",
    discussion: """
      Every strategy is built on what was known at a cut-off and judged by what happened \
      after it. See Documentation/Strategies.md.
      """)

  @OptionGroup var target: StoreArgument

  @Option(help: ArgumentHelp("The one cut-off.", valueName: "YYYY-MM-DD"))
  var cutoff: String?

  @Option(help: "Rolling cut-offs, each a horizon before the next; the last ends on the last day.")
  var folds: Int?

  @Option(help: ArgumentHelp("How long after a cut-off is judged, e.g. 26w.", valueName: "span"))
  var horizon = "26w"

  @Option(
    help: ArgumentHelp(
      "Strategies and taxonomies of the configuration by comma, or all.", valueName: "names"))
  var strategies = "all"

  @Option(help: "What may be spent on contacts.")
  var budget: Double?

  @Option(help: "With --budget, the share of spend that is profit.")
  var margin = 0.3

  @Option(help: "With --budget, the cost of a contact.")
  var cost = 1.0

  @Option(help: "Draws of the bootstrap.")
  var draws = 1_000

  @Option(help: "The seed of the bootstrap.")
  var seed: UInt64 = 1

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write evaluation.json and evaluation.md here.", valueName: "directory"),
    completion: .directory)
  var output: String?

  @OptionGroup var file: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if cutoff != nil && folds != nil {
      throw ValidationError("--cutoff and --folds exclude each other")
    }
    if !(1...100_000).contains(draws) {
      throw ValidationError("--draws takes a number from 1 to 100000, not \(draws)")
    }
  }

  func run() throws {
    common.apply()
    let store = try Store.open(at: target.store)
    let files = try output.map { try EvaluateVerb.files(in: $0, store: store.path) }
    guard let lastDay = store.manifest.batches.map(\.lastDay).max() else {
      throw PipelineError.emptyStore(path: store.path)
    }
    guard let span = TimeSpan(horizon) else {
      throw ValidationError("--horizon takes a span such as 26w or 6mo, not '\(horizon)'")
    }
    let horizonDays = Int(span.wholeDays)
    let configuration = try file.load(store: target.store)
    let evaluation = try StrategyEvaluation(
      strategies: StrategyCatalogue.strategies(
        named: strategies.split(separator: ",").map(String.init), more: configuration.strategies()),
      horizonDays: horizonDays, cutoffs: cutoffs(lastDay, horizonDays),
      budget: budget.map { try ContactBudget(budget: $0, margin: margin, contactCost: cost) },
      drawCount: draws, seed: seed)
    let base = try CustomerBase(
      batches: store.manifest.batches.map { try store.loadBatch($0) },
      customerCount: store.customerCount, attributes: attributes(store))
    let report = try configuration.locating { try evaluation.run(base) }
    if let output, let files {
      guard mkdir(output, 0o755) == 0 || errno == EEXIST else {
        throw Failure(.cannotCreate, "\(output): mkdir: \(String(cString: strerror(errno)))")
      }
      try writeFile(files.json, report.json.prettyText, store: store.path)
      try writeFile(files.markdown, report.markdown, store: store.path)
    }
    try printText(common.json ? report.json.compactText + "\n" : report.text)
  }

  /// The paths of both files; throws, before any work is done, where they may not be written: the directory or they
  /// would stand in a store, or the directory is none and cannot be made.
  private static func files(
    in directory: String, store: String
  ) throws -> (json: String, markdown: String) {
    let files = (json: directory + "/evaluation.json", markdown: directory + "/evaluation.md")
    // "./-" is "-" as a path: a directory is never standard output.
    for path in [directory == "-" ? "./-" : directory, files.json, files.markdown] {
      try StoreOutput.refuse(path, store: store)
    }
    var status = stat()
    if stat(directory, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw Failure(.cannotCreate, "\(directory): is there already, and is no directory")
      }
    } else if stat(parent(of: directory), &status) != 0 {
      throw Failure(.cannotCreate, "\(directory): mkdir: \(String(cString: strerror(errno)))")
    }
    return files
  }

  /// The directory in which the last name of a path stands.
  private static func parent(of path: String) -> String {
    let names = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
    return (path.hasPrefix("/") ? "/" : "./") + names.joined(separator: "/")
  }

  /// Attributes are known as they are now only; see Documentation/Strategies.md.
  private func attributes(_ store: Store) throws -> Frame? {
    let history = try AttributeHistory(store)
    if history.isEmpty { return nil }
    return CustomerAttributes(history, customerCount: store.customerCount).modelFrame
  }

  private func cutoffs(_ lastDay: Int32, _ horizonDays: Int) throws -> [Int32] {
    guard let cutoff else {
      return try StrategyEvaluation.cutoffs(
        folds: folds ?? 1, horizonDays: horizonDays, lastDay: lastDay)
    }
    guard let day = Day.parse(cutoff) else {
      throw ValidationError("--cutoff takes a date such as 2026-06-30, not '\(cutoff)'")
    }
    return [day]
  }
}
