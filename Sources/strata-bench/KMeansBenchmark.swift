import Columns
import JSONText
import Kernels
import Models

/// k-means from given centroids on given points, timed: `kmeans --points FILE --rows N --columns D
/// --centroids FILE --clusters K [--iterations N] [--pruning yes|no] [--repeats N] [--threads N]`.
///
/// Files are raw little-endian Float: the points column by column, the centroids one after the other.
/// What is timed is from columns in memory to labels: scaling (`none`, that is centring), iterations, final
/// assignment.
struct KMeansBenchmark {
  let arguments: BenchmarkArguments

  func run() throws -> JSON {
    let rowCount = try arguments.integer("--rows")
    let columnCount = try arguments.integer("--columns")
    let clusterCount = try arguments.integer("--clusters")
    let limits = KMeans.Limits(iterationCount: try arguments.integer("--iterations", 20))
    let isPruning = arguments.string("--pruning", "yes") != "no"
    let names = (0..<columnCount).map { "x\($0)" }
    let frame = try readFrame(rowCount, names)
    let initial = try readFloats(
      arguments.string("--centroids"), count: clusterCount * columnCount, from: 0)
    var prepare: [JSON] = []
    var fit: [JSON] = []
    var processor: [JSON] = []
    var result: [JSON.Member] = []
    for _ in 0..<(try arguments.integer("--repeats", 1)) {
      let start = seconds()
      let startProcessor = processorSeconds()
      let features = try FeatureMatrix(frame, features: names, scale: .none)
      let prepared = seconds()
      let centroids = initial.array.enumerated().map { i, value in
        Double(features.transforms[i % columnCount].coordinate(Double(value)))
      }
      let run = KMeans.run(features.points, from: centroids, limits: limits, isPruning: isPruning)
      let end = seconds()
      prepare.append(JSON(prepared - start))
      fit.append(JSON(end - prepared))
      processor.append(JSON(processorSeconds() - startProcessor))
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
      [
        .init("prepareSeconds", .array(prepare)), .init("fitSeconds", .array(fit)),
        .init("processorSeconds", .array(processor)),
      ] + result)
  }

  private func readFrame(_ rowCount: Int, _ names: [String]) throws -> Frame {
    let path = try arguments.string("--points")
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
    let file = try RawFile(path, mode: "rb")
    file.skip(byteCount: offset * MemoryLayout<Float>.stride)
    return try file.read(Float.self, count: count)
  }
}
