/// The JSON file of a directory that is being published.
final class RecordInProgress: Sendable {
  let directory: String
  let checksum: UInt64
  private let path: String
  private let identity: FileIdentity
  private let system: SystemCalls
  private let file: File

  /// Writes it, so that its name is in the directory; see `synchronizeAndCheck` for the rest.
  init(
    _ plan: DirectoryPlan, _ columns: [ColumnFileSummary], directory: String,
    storeID: String, system: SystemCalls
  ) throws(StorageError) {
    let (bytes, checksum) = plan.record(columns, storeID: storeID)
    self.directory = directory
    self.checksum = checksum
    identity = FileIdentity(storeID: storeID, path: plan.folder + "/" + plan.recordName)
    self.system = system
    path = directory + "/" + plan.recordName
    file = try File(path, .create, system: system)
    try file.write(bytes, at: 0)
  }

  /// Waits until it is on the disk, and reads it back.
  func synchronizeAndCheck() throws(StorageError) {
    try file.synchronize()
    let written = try SealedJSON.read(path, identity: identity, system: system)
    guard written.checksum == checksum else {
      throw .damaged(path, found: "other bytes than were written", expected: "the same")
    }
  }
}
