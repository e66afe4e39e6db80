import ArgumentParser
import Export
import Generation
import JSONText
import Reports

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct GenerateVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Write an order log of known parameters.",
    discussion: """
      Purchases follow BG/NBD and amounts Gamma-Gamma. The same seed gives the same bytes. \
      The true parameters are written beside the log, as FILE.parameters.json; with -o - \
      they are written only where --parameters says.
      """)

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The CSV to write, or - for standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp(
      "Write the true parameters here. Default: beside the CSV.", valueName: "file"),
    completion: .file())
  var parameters: String?

  @Option(help: "Number of customers.")
  var customers: Int

  @Option(help: "The seed.")
  var seed: UInt64 = 1

  @Option(help: "Length of the log in weeks.")
  var weeks = 104

  @Option(help: "Mean number of orders a customer.")
  var ordersPerCustomer = 10.0

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if output == "-" && common.json {
      throw ValidationError("--json and orders on standard output would mix; give -o a file")
    }
  }

  func run() throws {
    common.apply()
    let generator = try OrderLogGenerator(
      GeneratorOptions(
        customers: customers, seed: seed, weeks: weeks, ordersPerCustomer: ordersPerCustomer))
    let toStandardOutput = output == "-"
    let report = try toStandardOutput ? printLog(generator) : writeLog(generator)
    let truth = generator.json(report)
    let truthPath = parameters ?? (toStandardOutput ? nil : output + ".parameters.json")
    if let truthPath { try writeFile(truthPath, truth.prettyText) }
    if toStandardOutput { return }
    if common.json {
      try printText(truth.compactText + "\n")
    } else {
      try printText(
        "\(output): \(groupedText(report.rows)) rows of \(groupedText(customers)) customers, "
          + "\(byteCountText(report.byteCount)); parameters in \(truthPath ?? "")\n")
    }
  }

  private func printLog(_ generator: OrderLogGenerator) throws -> OrderLogGenerator.Report {
    do {
      return try generator.write(to: STDOUT_FILENO)
    } catch GeneratorError.write(errno: EPIPE) {
      throw readerGone
    }
  }

  /// Writes beside the name and renames, so that a file of that name is always whole.
  private func writeLog(_ generator: OrderLogGenerator) throws -> OrderLogGenerator.Report {
    let file = try OutputFile(path: output)
    let report = try generator.write(to: file.descriptor)
    try file.close()
    try file.putInPlace()
    return report
  }
}
