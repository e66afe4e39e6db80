import Columns
import Expressions
import Kernels
import Pipeline
import Storage

extension QuerySource {
  /// A snapshot's columns for queries, with the bounds of their blocks as the store holds them, so that scans
  /// skip blocks that cannot match.
  convenience init(_ reader: SnapshotReader, of store: Store) throws(StorageError) {
    let entry = reader.entry
    var zoneMaps: [String: ZoneMap] = [:]
    for file in try store.snapshotSchema(entry) where !file.isHidden {
      guard let column = reader.frame[file.name] else { continue }
      let zones = try store.snapshotZones(entry, column: file.name)
      zoneMaps[file.name] = ZoneMap(column, zones)
      if file.name == "last_purchase", reader.frame["recency_days"] != nil {
        zoneMaps["recency_days"] = ZoneMap(daysSince: zones, asOf: entry.asOf)
      }
    }
    self.init(frame: reader.frame, tags: reader.tags, zoneMaps: zoneMaps)
  }
}

extension ZoneMap {
  /// The bounds of a stored column; nil for types without any, and for blocks of another size.
  fileprivate init?(_ column: Column, _ zones: [BlockZone]) {
    guard ZoneMap.areChunks(zones) else { return nil }
    let nullCounts = zones.map(\.nullCount)
    switch column.values {
    case .float32, .float64:
      self.init(floats: zones.map(\.floatBounds), nullCounts: nullCounts)
    case .bool, .text: return nil
    default: self.init(integers: zones.map(\.integerBounds), nullCounts: nullCounts)
    }
  }

  /// The bounds of recency, which follow from those of the last day.
  fileprivate init?(daysSince zones: [BlockZone], asOf: Int32) {
    guard ZoneMap.areChunks(zones) else { return nil }
    self.init(
      integers: zones.map { zone in
        zone.integerBounds.map { Int64(asOf) - $0.upperBound...Int64(asOf) - $0.lowerBound }
      }, nullCounts: zones.map(\.nullCount))
  }

  private static func areChunks(_ zones: [BlockZone]) -> Bool {
    zones.enumerated().allSatisfy { block, zone in
      zone.rows.lowerBound == block * Parallel.chunkRowCount
        && zone.rows.count <= Parallel.chunkRowCount
    }
  }
}
