/// The one writer of a store: holds the lock from its making until it goes out of use.
package struct StoreWriter: ~Copyable {
  /// The store as this writer last left it.
  package internal(set) var store: Store
  /// What its user should be told: what it found and left alone.
  package internal(set) var notes: [String]
  private let lock: StoreLock

  init(path: String, system: SystemCalls) throws(StorageError) {
    // The store is looked at first, so that no LOCK is left in a directory that is none.
    _ = try Store.open(at: path, system: system)
    let lock = try StoreLock(storePath: path, system: system)
    var store = try Store.open(at: path, system: system)
    notes = try StoreWriter.removeLeftovers(&store)
    self.lock = lock
    self.store = store
  }

  /// Gives the lock up; the same happens, without the report, when the writer just goes out of use.
  package consuming func close() throws(StorageError) {
    try lock.release()
  }

  /// Removes what a killed writer left under a temporary name; readers only follow the manifest. Whatever else the
  /// manifest does not name stays and is told, and numbers that stand there are not given again.
  private static func removeLeftovers(_ store: inout Store) throws(StorageError) -> [String] {
    for folder in Manifest.folders {
      try store.system.makeDirectoryIfMissing(store.path + "/" + folder)
    }
    let live = store.manifest.liveFolders
    let found = try store.directories()
    var untouched = found.foreign
    var manifest = store.manifest
    for directory in found.named where !live.contains(directory.path) {
      if directory.isTemporary, try store.removeOwnDirectory(directory.path) { continue }
      untouched.append(directory.path)
      manifest.removed.add(directory)
    }
    store = Store(path: store.path, manifest: manifest, system: store.system)
    guard !untouched.isEmpty else { return [] }
    let some = untouched.prefix(3).joined(separator: ", ") + (untouched.count > 3 ? " …" : "")
    return [
      "\(store.path): \(some): not in the manifest, and left alone; look at it, and remove it if it is "
        + "of no use"
    ]
  }
}
