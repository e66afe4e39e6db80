import JSONText

/// A store as it was when it was opened: an immutable view of what was in force. Readers never wait.
///
///     let store = try Store.open(at: "shop.strata")
///     var writer = try store.lockForWriting()     // throws .locked when another process writes
///     try writer.commit(Publication(batches: [batch]))
///     writer.store.manifest.batches.count         // store itself still shows what it showed before
package struct Store: Sendable {
  package let path: String
  package let manifest: Manifest
  let system: SystemCalls

  init(path: String, manifest: Manifest, system: SystemCalls) {
    self.path = path
    self.manifest = manifest
    self.system = system
  }

  /// Opens a store; throws `.damaged` where a folder is gone that its manifest needs. Cost: reading its manifest, and
  /// one `stat` a folder.
  package static func open(
    at path: String, system: SystemCalls = .real
  ) throws(StorageError) -> Store {
    guard try system.exists(path) else {
      throw StorageError(
        .missing, path: path, found: "no such directory", expected: "a store",
        advice: "check the path; `strata ingest` and `strata run` make a new store")
    }
    guard try system.exists(path + "/" + Manifest.fileName) else {
      try refuseContent(path, system)
      throw StorageError(
        .notAStore, path: path, found: "no \(Manifest.fileName) in it", expected: "a store",
        advice: "check the path; `strata ingest` and `strata run` make a new store")
    }
    let store = Store(path: path, manifest: try readManifest(path, system), system: system)
    try store.checkFolders()
    return store
  }

  /// Throws where a folder is gone, or is none, in which the manifest names directories.
  private func checkFolders() throws(StorageError) {
    let used = Set(manifest.entries.map(\.directory.folder))
    for folder in Manifest.folders where used.contains(folder) {
      let status = try system.status(path + "/" + folder, followingLinks: true)
      if status?.kind == .directory { continue }
      throw StorageError(
        .damaged, path: path + "/" + folder,
        found: status == nil ? "no such directory" : "something that is no directory",
        expected: "a directory with what \(Manifest.fileName) names in it",
        advice: "restore the whole store from one copy; nothing was changed")
    }
  }

  /// The user's settings may stand in a directory before it becomes a store; the store itself never reads them.
  static let configurationFileName = "strata.yaml"

  /// What may stand in a directory that becomes a store: settings, and what a killed creation left.
  private static let namesBefore = Set(
    Manifest.firstFolders + [StoreLock.fileName, Manifest.temporaryFileName, configurationFileName])

  /// Throws where a directory without a manifest has what only a store has: batches, customers or snapshots, or
  /// another file of a store. It is a store whose manifest was lost, and nothing in it may be touched.
  private static func refuseContent(
    _ path: String, _ system: SystemCalls
  ) throws(StorageError) {
    var content: [String] = []
    for folder in Manifest.folders
    where try system.status(path + "/" + folder)?.kind == .directory {
      content += try system.list(path + "/" + folder).map { folder + "/" + $0 }
    }
    let names = [Manifest.formerFileName, Manifest.formatOneFileName, Journal.fileName]
    for name in names where try system.exists(path + "/" + name) { content.append(name) }
    guard !content.isEmpty else { return }
    let some = content.prefix(3).joined(separator: ", ")
    throw StorageError(
      .damaged, path: path,
      found: "no \(Manifest.fileName), but \(some)\(content.count > 3 ? " …" : "")",
      expected: "a store with its manifest",
      advice: "restore \(Manifest.fileName) from a copy, or name another directory; "
        + "nothing was changed here")
  }

  /// Makes a new, empty store in a directory that is not there yet (its parent is), or is empty but for strata.yaml
  /// and what a killed creation leaves: the lock, empty folders and a manifest that never came to its name.
  package static func create(
    at path: String, system: SystemCalls = .real
  ) throws(StorageError) -> Store {
    try system.makeDirectoryIfMissing(path)
    if try !system.exists(path + "/" + Manifest.fileName) { try refuseContent(path, system) }
    let others = try system.list(path).filter { !namesBefore.contains($0) }
    guard others.isEmpty else {
      throw StorageError(
        .notAStore, path: path, found: others.prefix(3).joined(separator: ", ") + " in it",
        expected: "an empty directory", advice: "name another directory for the new store")
    }
    let lock = try StoreLock(storePath: path, system: system)
    for folder in Manifest.firstFolders { try system.makeDirectoryIfMissing(path + "/" + folder) }
    let store = Store(path: path, manifest: Manifest(), system: system)
    // Another process may have made the store between the look and the lock.
    if try !system.exists(path + "/" + Manifest.fileName) {
      try refuseContent(path, system)
      try store.replaceManifest(with: store.manifest)
    }
    try lock.release()
    return try open(at: path, system: system)
  }

  /// Opens the store of that path, or makes it.
  package static func openOrCreate(
    at path: String, system: SystemCalls = .real
  ) throws(StorageError) -> Store {
    if try system.exists(path + "/" + Manifest.fileName) {
      return try open(at: path, system: system)
    }
    return try create(at: path, system: system)
  }

  /// The store as it is now.
  package func reopened() throws(StorageError) -> Store {
    try Store.open(at: path, system: system)
  }

  /// Takes the store's lock, which is held until the writer goes out of use, and opens the store as it is
  /// then. Throws `.locked` at once when another process or writer has it.
  package func lockForWriting() throws(StorageError) -> StoreWriter {
    try StoreWriter(path: path, system: system)
  }

  static func readManifest(
    _ path: String, _ system: SystemCalls
  ) throws(StorageError) -> Manifest {
    let file = path + "/" + Manifest.fileName
    let contents = try SealedJSON.read(file, identity: Manifest.identity, system: system)
    return try Manifest(contents.json, path: file, today: system.latestToday)
  }

  func identity(_ relativePath: String) -> FileIdentity {
    FileIdentity(storeID: manifest.storeID, path: relativePath)
  }
}
