import JSONText

/// Benchmarks of parts of the engine that the public commands do not show apart, for the side-by-side runs
/// with other libraries in `Benchmarks/peers`. Prints one JSON object.
@main
struct StrataBench {
  static func main() throws {
    let given = CommandLine.arguments.dropFirst()
    let arguments = try BenchmarkArguments(Array(given.dropFirst()))
    let result =
      switch given.first {
      case "kmeans": try KMeansBenchmark(arguments: arguments).run()
      case "summary": try SummaryBenchmark(arguments: arguments).run()
      case "lifetime": try LifetimeBenchmark(arguments: arguments).run()
      case "gram": try GramBenchmark(arguments: arguments).run()
      case "decode": try DecodeBenchmark(arguments: arguments).run()
      default:
        throw BenchmarkError(
          description: "usage: strata-bench kmeans|summary|lifetime|gram|decode …")
      }
    print(result.compactText)
  }
}
