import ArgumentParser

@main
struct Strata: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strata", abstract: "A columnar customer-scoring engine.", version: "0.1.0")
}
