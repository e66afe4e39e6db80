import Columns
import JSONText
import Kernels
import Models
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// scikit-learn's result from the same initial centroids, made by Fixtures/make_kmeans.py.
struct KMeansFixture {
  let frame: Frame
  let features: [String]
  let scale: ClusterScale
  let initialRows: [Int]
  let labels: [Int]
  let inertia: Double

  init(_ name: String, file: String = #filePath) throws {
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    let json = try JSON.parse(try contents("/\(folder)/Fixtures/kmeans_\(name).json"))
    let columns = try #require(json["columns"]?.arrayValue)
    var frame = Frame(rowCount: try #require(columns.first?.arrayValue).count)
    var names: [String] = []
    for (i, column) in columns.enumerated() {
      let values = try #require(column.arrayValue).map { try #require($0.doubleValue) }
      names.append("x\(i)")
      frame.append(Column("x\(i)", .float64(AlignedBuffer(values))))
    }
    self.frame = frame
    features = names
    scale = try #require(ClusterScale(rawValue: json["scale"]?.stringValue ?? ""))
    initialRows = try #require(json["initialRows"]?.arrayValue).map { try #require($0.intValue) }
    labels = try #require(json["labels"]?.arrayValue).map { try #require($0.intValue) }
    inertia = try #require(json["inertia"]?.doubleValue)
  }
}

/// A file's bytes.
private func contents(_ path: String) throws -> [UInt8] {
  let file = try #require(fopen(path, "rb"), "cannot open \(path)")
  defer { fclose(file) }
  fseek(file, 0, SEEK_END)
  let count = ftell(file)
  rewind(file)
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    initialized = fread(buffer.baseAddress, 1, count, file)
  }
}

@Suite struct ClusteringFixtureTests {
  static let names = [
    "blobs", "cdnow", "duplicates", "dominated", "one_cluster", "all_clusters",
  ]

  @Test(arguments: names, [false, true])
  func assignmentsAndInertiaAreScikitLearns(name: String, isPruning: Bool) throws {
    let fixture = try KMeansFixture(name)
    let features = try FeatureMatrix(
      fixture.frame, features: fixture.features, scale: fixture.scale)
    let initial = fixture.initialRows.flatMap { features.points.point($0) }
    let run = KMeans.run(features.points, from: initial, isPruning: isPruning)
    let labels = run.state.withLabels { $0.map(Int.init) }
    let different = zip(labels, fixture.labels).count { $0 != $1 }
    #expect(different == 0)
    #expect(run.stop == .converged)
    let sums = run.state.clusterSums(centroids: run.centroids)
    let inertia = sums.reduce(0) { $0 + $1.squaredDistance } * features.unit * features.unit
    #expect(abs(inertia - fixture.inertia) <= 1e-6 * fixture.inertia)
  }
}
