import Columns
import JSONText
import Kernels
import Models

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// k-means from given centroids on given points, timed: `kmeans --points FILE --rows N --columns D
/// --centroids FILE --clusters K [--iterations N] [--pruning yes|no] [--repeats N] [--threads N]`.
///
/// Files are raw little-endian Float: the points column by column, the centroids one after the other.
/// What is timed is from columns in memory to labels: scaling (`none`, that is centring), iterations, final
/// assignment.
struct KMeansBenchmark {
  private let settings: [String: String]

  init(_ arguments: [String]) throws {
    var settings: [String: String] = [:]
    var i = 0
    while i + 1 < arguments.count {
      settings[arguments[i]] = arguments[i + 1]
      i += 2
    }
    guard i == arguments.count else {
      throw BenchmarkError(description: "\(arguments[i]) has no value")
    }
    self.settings = settings
  }

  func run() throws -> JSON {
    let rowCount = try integer("--rows")
    let columnCount = try integer("--columns")
    let clusterCount = try integer("--clusters")
    let limits = KMeans.Limits(iterationCount: try integer("--iterations", 20))
    let isPruning = settings["--pruning"] != "no"
    Parallel.setThreadCount(try integer("--threads", 0))
    let names = (0..<columnCount).map { "x\($0)" }
    let frame = try readFrame(rowCount, names)
    let initial = try readFloats(string("--centroids"), count: clusterCount * columnCount, from: 0)
    var prepare: [JSON] = []
    var fit: [JSON] = []
    var result: [JSON.Member] = []
    for _ in 0..<(try integer("--repeats", 1)) {
      let start = seconds()
      let features = try FeatureMatrix(frame, features: names, scale: .none)
      let prepared = seconds()
      let centroids = initial.array.enumerated().map { i, value in
        Double(features.transforms[i % columnCount].coordinate(Double(value)))
      }
      let run = KMeans.run(features.points, from: centroids, limits: limits, isPruning: isPruning)
      let end = seconds()
      prepare.append(JSON(prepared - start))
      fit.append(JSON(end - prepared))
      let inertia = run.state.clusterSums(centroids: run.centroids)
        .reduce(0) { $0 + $1.squaredDistance }
      result = [
        .init("iterations", JSON(run.iterationCount)),
        .init("stop", .string(run.stop.rawValue)),
        .init("evaluatedRows", JSON(run.evaluatedCount)),
        .init("inertia", JSON(inertia * features.unit * features.unit)),
      ]
    }
    return .object(
      [.init("prepareSeconds", .array(prepare)), .init("fitSeconds", .array(fit))] + result)
  }

  private func string(_ name: String) throws -> String {
    guard let value = settings[name] else {
      throw BenchmarkError(description: "\(name) is missing")
    }
    return value
  }

  private func integer(_ name: String, _ standard: Int? = nil) throws -> Int {
    if settings[name] == nil, let standard { return standard }
    guard let value = Int(try string(name)), value >= 0 else {
      throw BenchmarkError(description: "\(name) takes a whole number")
    }
    return value
  }

  private func readFrame(_ rowCount: Int, _ names: [String]) throws -> Frame {
    let path = try string("--points")
    var frame = Frame(rowCount: rowCount)
    for (i, name) in names.enumerated() {
      frame.append(
        Column(name, .float32(try readFloats(path, count: rowCount, from: i * rowCount))))
    }
    return frame
  }

  private func readFloats(
    _ path: String, count: Int, from offset: Int
  ) throws -> AlignedBuffer<Float> {
    guard let file = fopen(path, "rb") else {
      throw BenchmarkError(description: "cannot open \(path)")
    }
    defer { fclose(file) }
    fseek(file, offset * MemoryLayout<Float>.stride, SEEK_SET)
    return try AlignedBuffer<Float>(count: count) { out in
      guard fread(out.baseAddress, MemoryLayout<Float>.stride, count, file) == count else {
        throw BenchmarkError(description: "\(path) is too short")
      }
    }
  }

  private func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
