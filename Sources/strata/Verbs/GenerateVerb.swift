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
      Purchases follow BG/NBD and amounts Gamma-Gamma. The same seed gives the same bytes. The true
      parameters are written beside the log, as FILE.parameters.json.
      """)

  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("The CSV to write.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(help: "Number of customers.")
  var customers: Int

  @Option(help: "The seed.")
  var seed: UInt64 = 1

  @Option(help: "Length of the log in weeks.")
  var weeks = 104

  @Option(help: "Mean number of orders a customer.")
  var ordersPerCustomer = 10.0

  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let generator = try OrderLogGenerator(
      GeneratorOptions(
        customers: customers, seed: seed, weeks: weeks, ordersPerCustomer: ordersPerCustomer))
    let report = try writeLog(generator)
    let parameters = generator.json(report)
    try writeFile(output + ".parameters.json", parameters.prettyText)
    if common.json {
      try printText(parameters.compactText + "\n")
    } else {
      try printText(
        "\(output): \(groupedText(report.rows)) rows of \(groupedText(customers)) customers, "
          + "\(byteCountText(report.byteCount)); parameters in \(output).parameters.json\n")
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
