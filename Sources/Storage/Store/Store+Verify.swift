import Kernels
import Synchronization

/// What a verification has read and found.
package struct Verification: Sendable {
  /// One error for each damaged block, and for each file whose header, index or JSON is damaged.
  package internal(set) var damages: [StorageError] = []
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
    var manifestByteCount = 0
    // The manifest once more: it may have been damaged since.
    try note(&verification) { () throws(StorageError) in
      let bytes = try File.readAll(
        path + "/" + Manifest.fileName, limit: StorageLimits.jsonByteCountMax, system: system)
      _ = try SealedJSON.open(
        bytes, path: path + "/" + Manifest.fileName, identity: Manifest.identity)
      manifestByteCount = bytes.count
    }
    verification.fileCount += 1
    verification.byteCount += manifestByteCount
    for entry in manifest.batches {
      try verify(entry.folder, "batch.json", entry.checksum, &verification) { name in
        name == DirectoryPlan.BatchColumn.customer || name == DirectoryPlan.BatchColumn.count
          ? entry.customerCount : entry.rowCount
      }
    }
    for entry in manifest.customers {
      try verify(entry.folder, "customers.json", entry.checksum, &verification) { name in
        name == DirectoryPlan.CustomersColumn.id ? entry.customerCount : entry.attributeRowCount
      }
    }
    for entry in manifest.snapshots {
      try verify(entry.folder, "snapshot.json", entry.checksum, &verification) { _ in
        entry.rowCount
      }
    }
    return verification
  }

  private func verify(
    _ folder: String, _ recordName: String, _ checksum: UInt64,
    _ verification: inout Verification, rowCount: (String) -> Int
  ) throws(StorageError) {
    var opened: StoredFolder?
    try note(&verification) { () throws(StorageError) in
      opened = try StoredFolder(self, folder: folder, recordName: recordName, checksum: checksum)
    }
    guard let opened else { return }
    verification.fileCount += 1
    verification.byteCount += opened.recordByteCount
    var readers: [ColumnFileReader] = []
    for file in opened.files {
      try note(&verification) { () throws(StorageError) in
        readers.append(try opened.open(file, rowCount: rowCount(file.name)))
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
