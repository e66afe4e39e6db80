import Classification
import Columns
import Foundation
import Ingest
import JSONText
import Models
import Storage

@testable import Pipeline

/// A store in a folder of its own, gone with it, and the steps that tests take.
final class TestStore {
  let folder: String
  var path: String { folder + "/store" }
  private var fileCount = 0

  init() throws {
    folder = NSTemporaryDirectory() + "strata-pipeline-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func write(_ text: String) throws -> String {
    fileCount += 1
    let path = folder + "/\(fileCount).csv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  func request(_ text: String) throws -> IngestRequest {
    IngestRequest(paths: [try write(text)], options: IngestOptions())
  }

  func ingest(_ text: String) throws {
    var job = try Job(store: path, creating: true)
    _ = try job.ingest(try request(text))
    _ = try job.publish()
  }

  func attributeRequest(
    _ text: String, isAgain: Bool = false, _ change: (inout AttributeOptions) -> Void = { _ in }
  ) throws -> AttributeRequest {
    var options = AttributeOptions()
    change(&options)
    var request = AttributeRequest(paths: [try write(text)], options: options)
    request.isAgain = isAgain
    return request
  }

  @discardableResult
  func attributes(
    _ text: String, isAgain: Bool = false, _ change: (inout AttributeOptions) -> Void = { _ in }
  ) throws -> AttributeReport {
    var job = try Job(store: path, creating: true)
    let report = try job.ingestAttributes(attributeRequest(text, isAgain: isAgain, change))
    _ = try job.publish()
    return report
  }

  /// RFM, a lifetime value, and a clustering.
  func scoreRequest(_ change: (inout ScoreRequest) -> Void = { _ in }) throws -> ScoreRequest {
    var request = ScoreRequest(
      rfm: try RFMOptions(bins: RFMBins(5)), preset: SegmentPreset(named: "rfm-10")!)
    request.value = .lifetime(LifetimeScoring(kind: .bgnbd, ruler: .week, horizonDays: 90))
    request.clustering = ClusteringOptions(k: .fixed(2), features: ["orders", "monetary_total"])
    change(&request)
    return request
  }

  /// Publishes a snapshot and reads it back.
  func score(_ change: (inout ScoreRequest) -> Void = { _ in }) throws -> SnapshotReader {
    var job = try Job(store: path)
    _ = try job.score(scoreRequest(change))
    let published = try job.publish()
    return try SnapshotReader(opened(), published.snapshots[0])
  }

  func opened() throws -> Store { try Store.open(at: path) }

  func latest() throws -> SnapshotReader {
    let store = try opened()
    return try SnapshotReader(store, store.currentSnapshot!)
  }

  /// The column files of the customers, by path.
  func columnFiles() throws -> [String: Data] {
    var found: [String: Data] = [:]
    let root = path + "/customers/"
    for case let name as String in FileManager.default.enumerator(atPath: root)!
    where name.hasSuffix(".col") {
      found[name] = try Data(contentsOf: URL(fileURLWithPath: root + name))
    }
    return found
  }
}

extension SnapshotReader {
  var ids: [String] {
    guard case .text(let table)? = frame["customer_id"]?.values else { return [] }
    return table.array
  }

  /// The values of a column as text, `–` where null.
  func values(_ name: String) -> [String] {
    guard let column = frame[name] else { return [] }
    return (0..<column.rowCount).map { row in
      if column.isNull(row) { return "–" }
      switch column.values {
      case .string(let codes, let table): return table[codes[row]]
      case .int64(let values): return String(values[row])
      case .int32(let values): return String(values[row])
      case .uint8(let values): return String(values[row])
      case .uint16(let values): return String(values[row])
      case .float64(let values): return String(values[row])
      case .float32(let values): return String(values[row])
      case .bool(let bits): return bits[row] ? "yes" : "no"
      case .day(let days): return Day.text(days[row])
      case .money(let amounts): return Money.text(amounts[row])
      case .text(let table): return table[row]
      default: return "?"
      }
    }
  }
}
