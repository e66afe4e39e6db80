package import Columns
package import JSONText
import Models
package import Storage

/// A snapshot as exports, queries and the socket see it: ids, stored and derived columns, in public order.
package struct SnapshotReader: Sendable {
  package let entry: SnapshotEntry
  /// All of snapshot.json.
  package let record: JSON
  package let frame: Frame
  /// In the order of their definition, for `HAS TAG`.
  package let tags: [(name: String, bitmap: Bitmap)]

  /// Reads a snapshot whole; every block's checksum is compared.
  package init(_ store: Store, _ entry: SnapshotEntry) throws(StorageError) {
    let stored = try store.snapshotSchema(entry).filter { !$0.isHidden }.map(\.name)
    let record = try store.snapshotRecord(entry)
    let tagNames = SnapshotReader.tagNames(record)
    let snapshot = try store.loadSnapshot(
      entry,
      columns: stored + [SummaryState.codeColumn] + tagNames.map(SnapshotColumns.tagColumnName))
    let columns = snapshot.frame.columns
    let bins = SnapshotReader.bins(record)
    let tags = columns.suffix(tagNames.count).compactMap { column -> Bitmap? in
      if case .bool(let bitmap) = column.values, column.validity == nil { bitmap } else { nil }
    }
    guard let bins, tags.count == tagNames.count,
      case .uint32(let codes)? = snapshot.frame[SummaryState.codeColumn]?.values,
      codes.pointer.allSatisfy({ Int($0) < store.customerCount }),
      SnapshotReader.scoresFit(snapshot.frame, bins)
    else {
      throw StorageError(
        .damaged, path: store.path + "/snapshots/" + entry.name,
        found: "customers or scores that do not fit the store and the record",
        expected: "those of this store",
        advice: "make the snapshot again with `strata score --as-of \(Day.text(entry.asOf))`")
    }
    let ids = try store.loadCustomerIDs()
    let isIdentity =
      codes.count == ids.count && codes.pointer.enumerated().allSatisfy { $0 == Int($1) }
    self.entry = entry
    self.record = record
    self.tags = Array(zip(tagNames, tags))
    frame = SnapshotColumns.frame(
      ids: isIdentity ? ids : ids.gathered(codes),
      stored: Frame(rowCount: entry.rowCount, columns: Array(columns.prefix(stored.count))),
      asOf: entry.asOf, bins: bins, tags: self.tags,
      after: SnapshotReader.lastSegmentColumn(record), details: SegmentDetails(record))
  }

  /// The tags of a snapshot, in the order of their definition.
  static func tagNames(_ record: JSON) -> [String] {
    record["tags"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
  }

  static func lastSegmentColumn(_ record: JSON) -> String {
    record["taxonomies"]?.arrayValue?.last?["column"]?.stringValue ?? "segment"
  }

  static func bins(_ record: JSON) -> RFMBins? {
    let bins = record["configuration"]?["bins"]
    guard let recency = bins?["recency"]?.intValue, let frequency = bins?["frequency"]?.intValue,
      let monetary = bins?["monetary"]?.intValue,
      [recency, frequency, monetary].allSatisfy(RFMOptions.binRange.contains)
    else { return nil }
    return RFMBins(recency: recency, frequency: frequency, monetary: monetary)
  }

  /// Whether the columns that others are made of are there, of the right types, with scores within the bins.
  static func scoresFit(_ frame: Frame, _ bins: RFMBins) -> Bool {
    areScoresWithin(bins, frame) && frame["last_purchase"]?.type == .day
      && frame["monetary_total"]?.type == .money && frame["orders"]?.type == .int32
  }

  /// Whether r, f and m are there and within their bins, so that they have digits.
  static func areScoresWithin(_ bins: RFMBins, _ frame: Frame) -> Bool {
    for (name, most) in [("r", bins.recency), ("f", bins.frequency), ("m", bins.monetary)] {
      guard case .uint8(let scores)? = frame[name]?.values else { return false }
      if scores.pointer.contains(where: { Int($0) > most }) { return false }
    }
    return true
  }
}
