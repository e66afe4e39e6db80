/// What a collection has removed.
package struct Collected: Sendable, Equatable {
  package let snapshots: [SnapshotEntry]
  package let byteCount: Int
}

extension StoreWriter {
  /// Removes all snapshots but the `keptCount` latest and the current one. Batches and customers are data and stay.
  /// The manifest forgets the snapshots first: whatever happens then, no reader is sent to them, and what could not be
  /// removed the next writer removes (it is noted).
  @discardableResult
  package mutating func collect(
    keepingSnapshots keptCount: Int
  ) throws(StorageError) -> Collected {
    guard keptCount >= 1 else {
      throw StorageError(
        .invalid, path: store.path, found: "\(keptCount) snapshots to keep",
        expected: "1 or more", advice: "keep the latest at least")
    }
    let manifest = store.manifest
    let removed = manifest.snapshots.dropLast(keptCount).filter { $0.name != manifest.current }
    guard !removed.isEmpty else { return Collected(snapshots: [], byteCount: 0) }
    var byteCount = 0
    for entry in removed {
      let folder = store.path + "/" + entry.folder
      for name in try store.system.list(folder) {
        byteCount += try File(folder + "/" + name, .read, system: store.system).byteCount()
      }
    }
    var publication = Publication()
    publication.removals.snapshots = removed
    publication.current = .keep
    let published = try commit(publication)
    notes += published.unfinished.map { "\($0); the next writer removes what is left" }
    return Collected(snapshots: removed, byteCount: byteCount)
  }

  /// Makes the snapshot of that name (or date) the one that readers answer from.
  @discardableResult
  package mutating func makeCurrent(_ name: String) throws(StorageError) -> SnapshotEntry {
    let entry = try store.snapshot(named: name)
    if entry.name == store.manifest.current && store.manifest.format > 1 { return entry }
    var publication = Publication()
    publication.current = .named(entry.name)
    try commit(publication)
    return entry
  }
}
