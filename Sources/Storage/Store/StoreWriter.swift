/// The one writer of a store: holds the lock from its making until it goes out of use.
package struct StoreWriter: ~Copyable {
  /// The store as this writer last left it.
  package internal(set) var store: Store
  private let lock: StoreLock

  init(path: String, system: SystemCalls) throws(StorageError) {
    // The store is looked at first, so that no LOCK is left in a directory that is none.
    _ = try Store.open(at: path, system: system)
    let lock = try StoreLock(storePath: path, system: system)
    let store = try Store.open(at: path, system: system)
    try StoreWriter.removeLeftovers(store)
    self.lock = lock
    self.store = store
  }

  /// Gives the lock up; the same happens, without the report, when the writer just goes out of use.
  package consuming func close() throws(StorageError) {
    try lock.release()
  }

  /// Removes what a killed writer left: temporary directories, and directories that came to their name but
  /// not into the manifest. Nobody else writes, and readers only follow the manifest.
  private static func removeLeftovers(_ store: Store) throws(StorageError) {
    var leftovers: [String] = []
    let live = store.manifest.liveFolders
    for folder in Manifest.folders {
      try store.system.makeDirectoryIfMissing(store.path + "/" + folder)
      for name in try store.system.list(store.path + "/" + folder)
      where StoreWriter.isOurs(name) && !live.contains(folder + "/" + name) {
        leftovers.append(folder + "/" + name)
      }
    }
    guard !leftovers.isEmpty else { return }
    // The manifest that was read must be the one on the disk before anything it does not name goes.
    try store.system.synchronizeDirectory(store.path)
    for leftover in leftovers {
      try store.system.removeDirectory(store.path + "/" + leftover)
    }
  }

  /// Names that this module gives to directories: digits, dates, and these with `.` and `.tmp` around.
  private static func isOurs(_ name: String) -> Bool {
    let bare =
      name.hasPrefix(".") && name.hasSuffix(".tmp") ? String(name.dropFirst().dropLast(4)) : name
    return !bare.isEmpty
      && bare.utf8.allSatisfy {
        ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "-")
          || $0 == UInt8(ascii: ".")
      }
  }
}
