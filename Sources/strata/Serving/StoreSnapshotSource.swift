import Columns
import Expressions
import JSONText
import Pipeline
import QueryProtocol
import QueryServer
import Storage

/// The one that is served, not the one that regressions read.
typealias ServedBase = QueryProtocol.CustomerBase

/// The snapshots of a store, for the query socket.
///
/// The store is opened anew for every look, so that what was published since is seen; what is being served stays in
/// memory and needs no file.
struct StoreSnapshotSource: SnapshotSource {
  let path: String
  /// Reads each snapshot's models when it is loaded.
  let scorer: SnapshotScorer

  func newestName() throws -> String? { try Store.open(at: path).currentSnapshot?.name }

  func load(_ name: String) throws -> ServedBase {
    let store = try Store.open(at: path)
    let entry = try store.snapshot(named: name)
    let reader = try SnapshotReader(store, entry)
    let base = try ServedBase(
      name: entry.name, asOf: entry.asOf, source: QuerySource(reader, of: store),
      metadata: reader.record)
    scorer.prepare(base)
    return base
  }

  func list() throws -> [JSON] {
    try Store.open(at: path).manifest.snapshots.map { entry in
      [
        "name": .string(entry.name), "as_of": .string(Day.text(entry.asOf)),
        "customers": JSON(entry.rowCount),
      ]
    }
  }

  func name(at date: String) throws -> String? {
    let snapshots = try Store.open(at: path).manifest.snapshots
    if let entry = snapshots.first(where: { $0.name == date }) { return entry.name }
    guard let day = Day.parse(date) else { return nil }
    return snapshots.last { $0.asOf <= day }?.name
  }
}
