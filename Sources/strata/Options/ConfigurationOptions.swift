import ArgumentParser
import Configuration

/// Which configuration file is read; flags override what it says.
struct ConfigurationOptions: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "The configuration. Default: strata.yaml in the store, if it is there.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var path: String?

  func load(store: String) throws -> Configuration {
    if let path { return try Configuration.load(path: path) }
    return try Configuration.load(store: store)
  }
}
