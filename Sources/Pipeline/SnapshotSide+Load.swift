package import Changes
import Columns
import Models
package import Storage

extension SnapshotSide {
  /// Reads the columns of a snapshot that comparing it by a taxonomy needs, and further ones by name.
  ///
  /// Names that the snapshot has not are left out: who needs them says so.
  package static func load(
    _ store: Store, _ entry: SnapshotEntry, taxonomy: String? = nil, columns further: [String] = []
  ) throws -> SnapshotSide {
    let record = try store.snapshotRecord(entry)
    let shape = try TaxonomyShape(record, named: taxonomy, snapshot: entry.name)
    return try load(
      store, entry, columns: shape.columnNames(record) + DriftReport.columnNames + further)
  }

  /// Reads the named columns, as far as the snapshot has them.
  package static func load(
    _ store: Store, _ entry: SnapshotEntry, columns names: [String]
  ) throws(StorageError) -> SnapshotSide {
    let stored = try store.snapshotSchema(entry).filter { !$0.isHidden }.map(\.name)
    let asked = Set(names.map { $0.lowercased() })
    let derived = SnapshotColumns.sources.keys.sorted().filter(asked.contains)
    let needed = asked.union(derived.flatMap { SnapshotColumns.sources[$0] ?? [] })
    let snapshot = try store.loadSnapshot(
      entry,
      columns: stored.filter { needed.contains($0.lowercased()) } + [SummaryState.codeColumn])
    let columns = snapshot.frame.columns
    guard case .uint32(let codes)? = columns.last?.values, columns.last?.validity == nil,
      Int(codes.pointer.max() ?? 0) < max(1, store.customerCount)
    else {
      throw StorageError(
        .damaged, path: store.path + "/snapshots/" + entry.name,
        found: "customers that do not fit the store", expected: "those of this store",
        advice: "make the snapshot again with `strata score --as-of \(Day.text(entry.asOf))`")
    }
    var frame = Frame(rowCount: entry.rowCount, columns: Array(columns.dropLast()))
    let bins = SnapshotReader.bins(snapshot.record)
    for name in derived where frame[name] == nil {
      if let column = SnapshotColumns.derived(name, stored: frame, asOf: entry.asOf, bins: bins) {
        frame.append(column)
      }
    }
    return SnapshotSide(
      name: entry.name, asOf: entry.asOf, codes: codes, frame: frame, record: snapshot.record)
  }
}
