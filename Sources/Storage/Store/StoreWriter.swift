/// The one writer of a store: holds the lock from its making until it goes out of use.
package struct StoreWriter: ~Copyable {
  /// The store as this writer last left it.
  package internal(set) var store: Store
  /// What its user should be told: what it found and left alone.
  package internal(set) var notes: [String]
  /// Whether the last publication ended so that only the disk knows which manifest is in force.
  var needsRecovery = false
  private let lock: StoreLock

  init(path: String, system: SystemCalls) throws(StorageError) {
    // The store is looked at first, so that no LOCK is left in a directory that is none.
    _ = try Store.open(at: path, system: system)
    let lock = try StoreLock(storePath: path, system: system)
    let opened = Result { () throws(StorageError) in
      let opened = try StoreWriter.recovered(Store.open(at: path, system: system))
      for folder in Manifest.firstFolders {
        try system.makeDirectoryIfMissing(path + "/" + folder)
      }
      return opened
    }
    switch opened {
    case .success(let (store, notes)):
      self.lock = lock
      self.store = store
      self.notes = notes
    case .failure(let error):
      try? lock.release()
      throw error
    }
  }

  /// Finds out which manifest is in force, and cleans up, after a publication whose end is not known.
  mutating func recoverIfNeeded() throws(StorageError) {
    guard needsRecovery else { return }
    let (recovered, more) = try StoreWriter.recovered(store.reopened())
    store = recovered
    notes += more
    needsRecovery = false
  }

  /// Gives the lock up; the same happens, without the report, when the writer just goes out of use.
  package consuming func close() throws(StorageError) {
    try lock.release()
  }
}
