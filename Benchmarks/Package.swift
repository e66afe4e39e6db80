// swift-tools-version: 6.1
import PackageDescription

// Apart from the engine's package, because ordo-one/benchmark brings a command plugin and more dependencies than an
// engine should. What is measured stands in the engine's `BenchmarkSubjects`, which may see `package` declarations.

let package = Package(
  name: "benchmarks",
  platforms: [.macOS("26.0")],
  dependencies: [
    .package(name: "strata", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "KernelBenchmarks",
      dependencies: [
        .product(name: "BenchmarkSubjects", package: "strata"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/KernelBenchmarks",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
