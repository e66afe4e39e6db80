import JSONText

/// Benchmarks of parts of the engine that the public commands do not show apart, for the side-by-side runs
/// with other libraries in `Benchmarks/peers`. Prints one JSON object.
@main
struct StrataBench {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "kmeans":
      print(try KMeansBenchmark(Array(arguments.dropFirst())).run().compactText)
    default:
      throw BenchmarkError(description: "usage: strata-bench kmeans --points FILE …")
    }
  }
}

/// What is wrong with a benchmark's arguments or files.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
}
