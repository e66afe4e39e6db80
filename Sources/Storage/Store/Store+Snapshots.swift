package import Columns
package import JSONText

/// A snapshot that has been read: immutable, for as long as somebody holds it.
package final class Snapshot: Sendable {
  package let entry: SnapshotEntry
  /// All of snapshot.json.
  package let record: JSON
  /// Every column that is stored, hidden ones too, in order.
  package let schema: [StoredFile]
  /// The columns that were asked for, in that order.
  package let frame: Frame

  init(entry: SnapshotEntry, record: JSON, schema: [StoredFile], frame: Frame) {
    self.entry = entry
    self.record = record
    self.schema = schema
    self.frame = frame
  }

  package var name: String { entry.name }
  package var asOf: Int32 { entry.asOf }
}

extension Store {
  /// The snapshot that readers answer from; nil when there is none.
  package var currentSnapshot: SnapshotEntry? { manifest.currentSnapshot }

  /// A snapshot by `latest` (the current one), by its name (`2026-11-21.1`) or by its date (`2026-11-21`: the last made of it).
  package func snapshot(named name: String) throws(StorageError) -> SnapshotEntry {
    let snapshots = manifest.snapshots
    if let entry = snapshots.first(where: { $0.name == name }) { return entry }
    if name == "latest", let entry = currentSnapshot { return entry }
    if let day = Day.parse(name), let entry = snapshots.last(where: { $0.asOf == day }) {
      return entry
    }
    guard !snapshots.isEmpty else {
      throw StorageError(
        .missing, path: path, found: "there is no snapshot yet", expected: "",
        advice: "run `strata score` first")
    }
    let known = snapshots.suffix(5).map(\.name).joined(separator: ", ")
    throw StorageError(
      .missing, path: path, found: "no snapshot \(name)",
      expected: "latest, a date, or one of \(known)", advice: "list them with `strata snapshots`")
  }

  /// The content of a snapshot's snapshot.json.
  package func snapshotRecord(_ entry: SnapshotEntry) throws(StorageError) -> JSON {
    try snapshotFolder(entry).record
  }

  /// The columns of a snapshot, without reading them.
  package func snapshotSchema(_ entry: SnapshotEntry) throws(StorageError) -> [StoredFile] {
    try snapshotFolder(entry).files
  }

  /// Reads columns of a snapshot: those named (hidden ones may be), else all that are visible.
  package func loadSnapshot(
    _ entry: SnapshotEntry, columns names: [String]? = nil
  ) throws(StorageError) -> Snapshot {
    let folder = try snapshotFolder(entry)
    var files = folder.files.filter { !$0.isHidden }
    if let names {
      files = []
      for name in names where !files.contains(where: { $0.name == name }) {
        files.append(try folder.file(named: name))
      }
    }
    var requests: [(reader: ColumnFileReader, name: String)] = []
    for file in files {
      requests.append((try folder.open(file, rowCount: entry.rowCount), file.name))
    }
    let columns = try ColumnFileReader.readAll(requests)
    return Snapshot(
      entry: entry, record: folder.record, schema: folder.files,
      frame: Frame(rowCount: entry.rowCount, columns: columns))
  }

  /// The blocks of one column, for skipping.
  package func snapshotZones(
    _ entry: SnapshotEntry, column name: String
  ) throws(StorageError) -> [BlockZone] {
    let folder = try snapshotFolder(entry)
    return try folder.open(folder.file(named: name), rowCount: entry.rowCount).zones
  }

  func snapshotFolder(_ entry: SnapshotEntry) throws(StorageError) -> StoredFolder {
    try StoredFolder(self, entry)
  }
}
