// swift-tools-version: 6.2
import PackageDescription

// The target list, bottom up, is the architecture diagram: a target imports only what stands above it here.
// See ARCHITECTURE.md.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

// Kernels alone is compiled for AVX2 and FMA on x86-64 (checked at start, with a message on an older CPU).
// STRATA_BASELINE=1 builds the portable x86-64 baseline instead; arm64 has NEON in its baseline.
#if arch(x86_64)
  let portable = Context.environment["STRATA_BASELINE"] == "1"
  let kernelSettings: [SwiftSetting] =
    portable
    ? settings
    : settings + [.unsafeFlags(["-Xcc", "-march=x86-64-v3"]), .define("STRATA_X86_64_V3")]
#else
  let kernelSettings = settings
#endif

// Debug builds run the tests: what computes is optimised in them too, or the fits alone would take minutes.
let optimised: [SwiftSetting] = [
  .unsafeFlags(["-O"], .when(configuration: .debug))
]

func module(
  _ name: String, _ dependencies: [Target.Dependency], settings more: [SwiftSetting] = []
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings + more)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "strata",
  platforms: [.macOS("26.0")],
  products: [
    .executable(name: "strata", targets: ["strata"]),
    .library(name: "BenchmarkSubjects", targets: ["BenchmarkSubjects"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .target(name: "CPlatform"),

    .target(
      name: "Kernels", dependencies: ["CPlatform", "CXXHash"],
      swiftSettings: kernelSettings + optimised),
    module("Columns", ["Kernels"], settings: optimised),
    module("JSONText", []),
    module("Reports", []),
    module("Storage", ["Columns", "Kernels", "JSONText", "CLZ4", "CXXHash", "CPlatform"]),
    module("Ingest", ["Columns", "Kernels", "JSONText", "Storage", "CLZ4", "CXXHash"]),
    module("Aggregation", ["Columns", "Kernels"]),
    module("Models", ["Columns", "Kernels", "JSONText"], settings: optimised),
    module("Expressions", ["Columns", "Kernels", "Reports"]),
    module("Classification", ["Columns", "Kernels", "JSONText", "Expressions", "Models"]),
    module(
      "Evaluation",
      ["Aggregation", "Classification", "Columns", "JSONText", "Kernels", "Models", "Reports"]),
    module("Generation", ["Columns", "Kernels", "JSONText"]),
    module("Export", ["Columns", "Kernels", "Storage"]),
    module(
      "Changes",
      [
        "Classification", "Columns", "Expressions", "JSONText", "Kernels", "Models", "Reports",
        "CXXHash", "Export",
      ]),
    module("QueryProtocol", ["CPlatform", "Columns", "Expressions", "JSONText", "Kernels"]),
    .target(
      name: "QueryServer",
      dependencies: [
        "CMalloc", "CPlatform", "Kernels", "QueryProtocol", "JSONText",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      // Accesses to a connection are checked in debug builds, which run the tests; a twentieth of a look-up.
      swiftSettings: settings + [
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
      ]),
    module(
      "Configuration",
      ["Classification", "Columns", "Expressions", "Ingest", "Models", "Reports", "CYAML"]),
    module(
      "Pipeline",
      [
        "Aggregation", "Changes", "Classification", "Columns", "Export", "Expressions", "Ingest",
        "JSONText",
        "Kernels", "Models", "Reports", "Storage",
      ]),
    module("BenchmarkSubjects", ["Columns", "Export", "Kernels"]),
    .executableTarget(
      name: "strata",
      dependencies: [
        "Aggregation", "CPlatform", "Changes", "Classification", "Columns", "Configuration",
        "Evaluation", "Export", "Expressions", "Generation",
        "Ingest", "JSONText", "Kernels", "Models", "Pipeline", "QueryProtocol", "QueryServer",
        "Reports", "Storage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "strata-bench",
      dependencies: [
        "Aggregation", "Columns", "Ingest", "JSONText", "Kernels", "Models", "Storage",
      ],
      swiftSettings: settings),

    tests("KernelsTests", ["Kernels"], exclude: ["Special/Fixtures"]),
    tests("ColumnsTests", ["Columns", "Kernels"]),
    tests("JSONTextTests", ["JSONText"]),
    tests("ReportsTests", ["Reports"]),
    tests("StorageTests", ["Storage", "Columns", "Kernels", "JSONText"]),
    tests("IngestTests", ["Ingest", "CLZ4", "CXXHash", "Storage", "Columns", "Kernels"]),
    tests("AggregationTests", ["Aggregation", "Models", "Columns", "Kernels"]),
    tests(
      "ModelsTests", ["Models", "Columns", "Kernels", "JSONText"],
      exclude: ["Lifetime/Fixtures", "Regression/Fixtures", "Clustering/Fixtures"]),
    tests(
      "ExpressionsTests", ["Expressions", "Columns", "Kernels", "JSONText"],
      exclude: ["Fixtures"]),
    tests(
      "ClassificationTests", ["Classification", "Expressions", "Models", "Columns", "Kernels"]),
    tests(
      "ConfigurationTests",
      ["Configuration", "Classification", "Columns", "Expressions", "Ingest", "Models"]),
    tests("EndToEndTests", ["strata"]),
    tests(
      "ChangesTests",
      ["Changes", "Columns", "Export", "JSONText", "Kernels", "Models"]),
    tests("ExportTests", ["Export", "Columns", "Kernels"]),
    tests(
      "PipelineTests",
      [
        "Pipeline", "Aggregation", "Changes", "Classification", "Columns", "Ingest", "JSONText",
        "Kernels", "Models", "Storage",
      ]),
    tests(
      "EvaluationTests", ["Evaluation", "Aggregation", "Columns", "JSONText", "Kernels", "Models"],
      exclude: ["Fixtures"]),
    tests("GenerationTests", ["Generation", "Columns", "Kernels", "JSONText", "Models"]),
    .testTarget(
      name: "QueryServerTests",
      dependencies: [
        "QueryServer", "QueryProtocol", "Columns", "JSONText",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      exclude: ["Fixtures"], swiftSettings: settings),
    tests("QueryProtocolTests", ["QueryProtocol", "Columns", "JSONText", "Kernels"]),
  ]
)

// STRATA_TESTS=StorageTests,IngestTests leaves the other test targets out, so that
// `swift build --product strataPackageTests` builds what these modules need and nothing else.
if let kept = Context.environment["STRATA_TESTS"]?.split(separator: ",").map(String.init) {
  package.targets.removeAll { $0.type == .test && !kept.contains($0.name) }
}
