package import Changes
import Columns
import Models
package import Storage

extension SnapshotSide {
  /// Reads the columns of a snapshot that comparing it by a taxonomy needs, and further ones by name.
  ///
  /// Names that the snapshot has not are left out: who needs them says so.
  package static func load(
    _ store: Store, _ entry: SnapshotEntry, taxonomy: String? = nil, columns further: [String] = [],
    tags: [String] = []
  ) throws -> SnapshotSide {
    let record = try store.snapshotRecord(entry)
    let shape = try TaxonomyShape(record, named: taxonomy, snapshot: entry.name)
    return try load(
      store, entry, columns: shape.columnNames(record) + DriftReport.columnNames + further,
      tags: tags)
  }

  /// Reads the named columns, as far as the snapshot has them.
  package static func load(
    _ store: Store, _ entry: SnapshotEntry, columns names: [String], tags wantedTags: [String] = []
  ) throws(StorageError) -> SnapshotSide {
    let record = try store.snapshotRecord(entry)
    let stored = try store.snapshotSchema(entry).filter { !$0.isHidden }.map(\.name)
    let asked = Set(names.map { $0.lowercased() })
    let derived = SnapshotColumns.sources.keys.sorted().filter(asked.contains)
    let hasTagText = asked.contains("tags") && !stored.contains("tags")
    let tagNames = SnapshotReader.tagNames(record).filter {
      hasTagText || wantedTags.contains($0)
    }
    let details = SegmentDetails(record)
    let askedDetails = details.sources.filter {
      asked.contains($0.name.lowercased()) && !stored.contains($0.name)
    }
    let needed = asked.union(derived.flatMap { SnapshotColumns.sources[$0] ?? [] })
      .union(askedDetails.map { $0.source.lowercased() })
    let snapshot = try store.loadSnapshot(
      entry,
      columns: stored.filter { needed.contains($0.lowercased()) } + [SummaryState.codeColumn]
        + tagNames.map(SnapshotColumns.tagColumnName))
    let columns = snapshot.frame.columns
    let codeColumn = snapshot.frame[SummaryState.codeColumn]
    guard case .uint32(let codes)? = codeColumn?.values, codeColumn?.validity == nil,
      Int(codes.pointer.max() ?? 0) < max(1, store.customerCount)
    else {
      throw StorageError(
        .damaged, path: store.path + "/snapshots/" + entry.name,
        found: "customers that do not fit the store", expected: "those of this store",
        advice: "make the snapshot again with `strata score --as-of \(Day.text(entry.asOf))`")
    }
    var tags: [(name: String, bitmap: Bitmap)] = []
    for (name, column) in zip(tagNames, columns.suffix(tagNames.count)) {
      if case .bool(let bitmap) = column.values { tags.append((name, bitmap)) }
    }
    var frame = Frame(
      rowCount: entry.rowCount, columns: Array(columns.dropLast(1 + tagNames.count)))
    let bins = SnapshotReader.bins(record)
    for name in derived where frame[name] == nil {
      if let column = SnapshotColumns.derived(name, stored: frame, asOf: entry.asOf, bins: bins) {
        frame.append(column)
      }
    }
    for (name, source) in askedDetails {
      guard let column = frame[source] else { continue }
      for detail in details.columns(beside: column, where: { $0 == name }) { frame.append(detail) }
    }
    if hasTagText, !tags.isEmpty {
      frame.append(SnapshotColumns.tagText(tags, rowCount: entry.rowCount))
    }
    return SnapshotSide(
      name: entry.name, asOf: entry.asOf, codes: codes, frame: frame, record: record, tags: tags)
  }
}
