/// What a collection has removed.
package struct Collected: Sendable, Equatable {
  package let snapshots: [SnapshotEntry]
  package let byteCount: Int
}

extension StoreWriter {
  /// Removes all snapshots but the `keptCount` latest; the latest is always kept. Batches and customers are data
  /// and stay. The manifest forgets the snapshots first: whatever happens then, no reader is sent to them.
  @discardableResult
  package mutating func collect(
    keepingSnapshots keptCount: Int
  ) throws(StorageError) -> Collected {
    guard keptCount >= 1 else {
      throw StorageError(
        .invalid, path: store.path, found: "\(keptCount) snapshots to keep",
        expected: "1 or more", advice: "keep the latest at least")
    }
    let snapshots = store.manifest.snapshots
    let removed = Array(snapshots.dropLast(keptCount))
    guard !removed.isEmpty else { return Collected(snapshots: [], byteCount: 0) }
    var next = store.manifest
    next.change += 1
    next.snapshots = Array(snapshots.suffix(keptCount))
    for entry in removed { next.removed.add(entry.directory) }
    try store.replaceManifest(with: next)
    store = Store(path: store.path, manifest: next, system: store.system)

    var byteCount = 0
    for entry in removed {
      let folder = store.path + "/" + entry.folder
      for name in try store.system.list(folder) {
        byteCount += try File(folder + "/" + name, .read, system: store.system).byteCount()
      }
      try store.system.removeDirectory(folder)
    }
    return Collected(snapshots: removed, byteCount: byteCount)
  }
}
