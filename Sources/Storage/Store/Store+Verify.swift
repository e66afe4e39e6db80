import Kernels
import Synchronization

/// What a verification has read and found.
package struct Verification: Sendable {
  /// One error for each damaged block, and for each file whose header, index or JSON is damaged.
  package internal(set) var damages: [StorageError] = []
  /// What a writer would leave alone and tell: no damage.
  package internal(set) var notes: [String] = []
  package internal(set) var fileCount = 0
  package internal(set) var blockCount = 0
  package internal(set) var byteCount = 0

  package var isClean: Bool { damages.isEmpty }
}

extension Store {
  /// Reads and checks every byte of everything in force. Damage is reported, all of it; only a directory that
  /// is no store, or a disk that cannot be read, throws.
  package static func verify(
    at path: String, system: SystemCalls = .real
  ) throws(StorageError) -> Verification {
    do throws(StorageError) {
      return try open(at: path, system: system).verify()
    } catch  where error.kind == .damaged || error.kind == .tooNew || error.kind == .limit {
      var verification = Verification()
      verification.damages = [error]
      return verification
    }
  }

  /// Reads and checks every byte of what this store had in force when it was opened, in parallel.
  package func verify() throws(StorageError) -> Verification {
    var verification = Verification()
    // The manifest once more: it may have been damaged since.
    try verifyJSON(Manifest.fileName, &verification) { () throws(StorageError) in
      _ = try SealedJSON.read(
        path + "/" + Manifest.fileName, identity: Manifest.identity, system: system)
    }
    try verifyJSON(Journal.fileName, &verification) { () throws(StorageError) in
      // Another may have published since this store was opened.
      if let journal = try Journal.read(self) {
        try journal.check(Store.readManifest(path, system), storePath: path)
      }
    }
    try verifyJSON(Manifest.formatOneFileName, &verification) { () throws(StorageError) in
      guard let wayBack = try wayBack(), wayBack.storeID != manifest.storeID else { return }
      throw .damaged(
        path + "/" + Manifest.formatOneFileName, found: "store \(wayBack.storeID)",
        expected: manifest.storeID)
    }
    try note(&verification) { () throws(StorageError) in
      try StoreLock.check(storePath: path, system: system)
    }
    try verifyUnnamed(&verification)
    for entry in manifest.entries { try verify(entry, &verification) }
    try verifyKey(&verification)
    try verifyLog(&verification)
    return verification
  }

  /// Counts a file in the store's directory, where it is there, and keeps what is wrong with it.
  private func verifyJSON(
    _ name: String, _ verification: inout Verification,
    _ check: () throws(StorageError) -> Void
  ) throws(StorageError) {
    guard try system.exists(path + "/" + name) else { return }
    try note(&verification, check)
    var byteCount = 0
    try note(&verification) { () throws(StorageError) in
      let file = try File(path + "/" + name, .read, system: system)
      byteCount = try file.byteCount()
    }
    verification.byteCount += byteCount
    verification.fileCount += 1
  }

  /// Looks for directories that neither the manifest nor the journal accounts for, as a writer does.
  ///
  /// The directories are listed first: what a writer publishes meanwhile is in the journal before it has its name, and
  /// what it gives up has lost its name before the journal is put back.
  private func verifyUnnamed(_ verification: inout Verification) throws(StorageError) {
    let found = try directories()
    let (journal, manifest): (Journal?, Manifest)
    do throws(StorageError) {
      journal = try Journal.read(self)
      manifest = try Store.readManifest(path, system)
    } catch {
      // What is wrong with these two is told where they are verified themselves.
      return
    }
    let unnamed = UnnamedDirectories(found, manifest: manifest, journal: journal)
    for directory in unnamed.unknown where try system.exists(path + "/" + directory.path) {
      verification.damages.append(UnnamedDirectories.damage(directory, path, manifest))
    }
    var others = unnamed.untouched.map(\.path)
    for leftover in unnamed.leftovers where try !isOwnDirectory(leftover.path) {
      others.append(leftover.path)
    }
    if !others.isEmpty { verification.notes.append(UnnamedDirectories.note(others, path)) }
  }

  /// The key of the forgotten has no checksum of its own: the records of those know it.
  private func verifyKey(_ verification: inout Verification) throws(StorageError) {
    if manifest.forgotten.isEmpty { return }
    try note(&verification) { () throws(StorageError) in
      guard let key = try ForgottenKey.read(self) else {
        throw .damaged(
          path + "/" + ForgottenKey.path, found: "no key", expected: "the store's key")
      }
      for entry in manifest.forgotten { try check(key, StoredFolder(self, entry)) }
    }
    verification.fileCount += 1
    verification.byteCount += ForgottenKey.byteCount
  }

  private func verifyLog(_ verification: inout Verification) throws(StorageError) {
    guard try system.exists(path + "/" + AppendLog.deliveriesPath) else { return }
    var contents = AppendLog.Contents()
    try note(&verification) { () throws(StorageError) in contents = try deliveryLogContents() }
    verification.fileCount += 1
    verification.byteCount += contents.byteCount
    try note(&verification) { [contents] () throws(StorageError) in
      guard contents.tornByteCount > 0 else { return }
      throw StorageError(
        .damaged, path: path + "/" + AppendLog.deliveriesPath, byteOffset: contents.byteCount,
        found: "\(contents.tornByteCount) bytes of an entry that is cut short",
        expected: "whole entries",
        advice: "a delivery was killed, and had not acted on it: the next one cuts it off")
    }
  }

  private func verify(
    _ entry: any ManifestEntry, _ verification: inout Verification
  ) throws(StorageError) {
    var opened: StoredFolder?
    try note(&verification) { () throws(StorageError) in
      opened = try StoredFolder(self, entry)
    }
    guard let opened else { return }
    verification.fileCount += 1
    verification.byteCount += opened.recordByteCount
    var readers: [ColumnFileReader] = []
    for file in opened.files {
      try note(&verification) { () throws(StorageError) in
        readers.append(try opened.open(file, rowCount: entry.rowCount(of: file.name)))
      }
    }
    let tasks = readers.flatMap { reader in reader.entries.indices.map { (reader, $0) } }
    let failures = Mutex<[(task: Int, error: StorageError)]>([])
    Parallel.perform(tasks.count) { task in
      let (reader, block) = tasks[task]
      do throws(StorageError) {
        try reader.checkBlock(block)
      } catch {
        failures.withLock { $0.append((task, error)) }
      }
    }
    verification.fileCount += readers.count
    verification.blockCount += tasks.count
    verification.byteCount += readers.reduce(0) { $0 + $1.byteCount }
    for failure in failures.withLock({ $0 }).sorted(by: { $0.task < $1.task }) {
      try note(&verification) { () throws(StorageError) in throw failure.error }
    }
  }

  /// Keeps an error that is about the store's bytes; others are thrown.
  private func note(
    _ verification: inout Verification, _ body: () throws(StorageError) -> Void
  ) throws(StorageError) {
    do throws(StorageError) {
      try body()
    } catch {
      switch error.kind {
      case .damaged, .missing, .tooNew, .limit: verification.damages.append(error)
      case .notAStore, .locked, .system, .invalid: throw error
      }
    }
  }
}

extension ManifestEntry {
  /// Rows of a column of the directory.
  fileprivate func rowCount(of column: String) -> Int {
    typealias Batch = DirectoryPlan.BatchColumn
    let ofCustomers = column == Batch.customer || column == Batch.count
    switch self {
    case let entry as BatchEntry: return ofCustomers ? entry.customerCount : entry.rowCount
    case let entry as EventsEntry: return ofCustomers ? entry.customerCount : entry.rowCount
    case let entry as CustomersEntry:
      return column == DirectoryPlan.CustomersColumn.id
        ? entry.customerCount : entry.attributeRowCount
    case let entry as SnapshotEntry: return entry.rowCount
    case let entry as ForgottenEntry: return entry.rowCount
    case let entry as DeliveryEntry: return entry.rowCount
    default: preconditionFailure("every kind of entry has its columns")
    }
  }
}
