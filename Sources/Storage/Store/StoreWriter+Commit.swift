import Columns
import JSONText

extension StoreWriter {
  /// Publishes everything in `publication` in one step.
  ///
  /// Temporary directories are written, synchronised, re-read and renamed, and then the manifest is replaced; what
  /// does not depend on each other waits for the disk at the same time. The journal says before what is about to be
  /// done, so that the next writer finishes or undoes what a killed one began.
  /// An error at any point leaves the old state in force, removes what was new, and says so. What is left to do once the
  /// new one is in force, and fails, is in the result.
  ///
  /// - Parameter mayComeIntoForce: asked when all is written and on the disk, before any of it comes to its name;
  ///   false gives everything up, as an error does.
  @discardableResult
  package mutating func commit(
    _ publication: Publication, when mayComeIntoForce: () -> Bool = { true }
  ) throws(StorageError) -> Published {
    try recoverIfNeeded()
    let old = store
    var next = old.manifest
    next.format = StorageLimits.formatVersion
    next.change += 1
    if old.manifest.change == 0 { next.storeID = StoreWriter.storeID(of: publication) }
    let plans = try PublicationPlan(publication, old)
    let journal = Journal(
      storeID: next.storeID, change: next.change, state: .begun,
      makes: plans.directories.map(\.directory), removes: plans.removes,
      outputs: publication.outputs)
    let made = MadeDirectories(store)
    var beginning: JournalInProgress?
    var isReplaced = false
    do throws(StorageError) {
      try made.makeFolders(plans.directories)
      let begun = JournalInProgress(journal, store)
      beginning = begun
      let records = try write(plans.directories, made, storeID: next.storeID)
      let published = try plans.enter(records.map(\.checksum), into: &next)
      try synchronize(records, next)
      guard mayComeIntoForce() else {
        throw StorageError(
          .invalid, path: store.path, found: "that what belongs to the publication failed",
          expected: "both or neither", advice: "")
      }
      try begun.wait()
      try putInPlace(plans.directories, made)
      try store.putNextManifestInPlace(onRename: { isReplaced = true })
      store = Store(path: store.path, manifest: next, system: store.system)
      for plan in plans.directories { plan.stream?.keep() }
      return finish(published, begun, journal)
    } catch {
      if isReplaced {
        // The disk may come back with either manifest: what was made stays until it is known which.
        needsRecovery = true
        beginning?.join()
      } else {
        store.removeNextManifest()
        beginning?.join()
        beginning?.giveUp(isUndone: made.remove())
      }
      throw error.advice.contains("could not be put back")
        ? error : error.advising("nothing was published: the store is as it was")
    }
  }

  /// Gives outputs their names and removes what is out of force; what of it fails is left to the next writer, and told.
  private func finish(
    _ published: Published, _ begun: JournalInProgress, _ journal: Journal
  ) -> Published {
    var published = published
    published.unfinished = StoreWriter.rollForward(journal, store).errors
    if published.unfinished.isEmpty { begun.finish() }
    return published
  }

  /// Writes all plans to their temporary directories. The columns are then on the disk and checked, the JSON files
  /// are only written.
  private func write(
    _ plans: [DirectoryPlan], _ made: MadeDirectories, storeID: String
  ) throws(StorageError) -> [RecordInProgress] {
    let system = store.system
    var jobs: [ColumnFileWriter.Job] = []
    for plan in plans {
      if plan.stream != nil {
        made.note(plan.temporaryFolder)
        continue
      }
      let directory = store.path + "/" + plan.temporaryFolder
      try made.make(plan.temporaryFolder)
      for column in plan.columns {
        let path = directory + "/" + column.fileName
        if let shared = column.shared {
          try system.link(shared.path, as: path)
          continue
        }
        guard let source = column.source else { preconditionFailure("a column has values") }
        jobs.append(
          ColumnFileWriter.Job(
            source: source, path: path,
            identity: FileIdentity(
              storeID: storeID, path: plan.folder + "/" + column.fileName)))
      }
    }
    var summaries = try ColumnFileWriter.writeAll(jobs, system: system)[...]
    var records: [RecordInProgress] = []
    for plan in plans {
      let own =
        try plan.stream?.summaries()
        ?? plan.columns.map { $0.shared?.summary ?? summaries.removeFirst() }
      records.append(
        try RecordInProgress(
          plan, own, directory: store.path + "/" + plan.temporaryFolder, storeID: storeID,
          system: system))
    }
    return records
  }

  /// Waits for the JSON files, for the names in their directories and for the next manifest to be on the disk: for
  /// all of them at the same time. The files are read back.
  private func synchronize(
    _ records: [RecordInProgress], _ next: Manifest
  ) throws(StorageError) {
    let store = store
    let errors = FirstError()
    BlockingThreads.perform(2 * records.count + 1) { index in
      errors.attempt(index) { () throws(StorageError) in
        if index == 2 * records.count {
          try store.writeNextManifest(next)
        } else if index % 2 == 0 {
          try records[index / 2].synchronizeAndCheck()
        } else {
          try store.system.synchronizeDirectory(records[index / 2].directory)
        }
      }
    }
    try errors.rethrow()
  }

  /// Renames the temporary directories to their names and makes the names last.
  private func putInPlace(
    _ plans: [DirectoryPlan], _ made: MadeDirectories
  ) throws(StorageError) {
    for plan in plans { try made.rename(plan.temporaryFolder, to: plan.folder) }
    let folders = Manifest.folders.filter { folder in
      plans.contains { $0.directory.folder == folder }
    }
    let (path, system) = (store.path, store.system)
    let errors = FirstError()
    BlockingThreads.perform(folders.count) { index in
      errors.attempt(index) { () throws(StorageError) in
        try system.synchronizeDirectory(path + "/" + folders[index])
      }
    }
    try errors.rethrow()
  }
}

/// The directories that one publication has made: what it may remove when it fails, and nothing else.
private final class MadeDirectories {
  private let store: Store
  /// Relative to the store.
  private var paths: Set<String> = []

  init(_ store: Store) { self.store = store }

  /// Makes the folders that the first directory of a kind needs.
  func makeFolders(_ plans: [DirectoryPlan]) throws(StorageError) {
    for plan in plans {
      try store.system.makeDirectoryIfMissing(store.path + "/" + plan.directory.folder)
    }
  }

  func note(_ path: String) { paths.insert(path) }

  func make(_ path: String) throws(StorageError) {
    try store.system.makeDirectory(store.path + "/" + path)
    paths.insert(path)
  }

  func rename(_ old: String, to new: String) throws(StorageError) {
    try store.system.rename(store.path + "/" + old, to: store.path + "/" + new)
    paths.remove(old)
    paths.insert(new)
  }

  /// Removes them all; false where something cannot be removed now: the next writer removes it.
  func remove() -> Bool {
    paths.reduce(true) { ((try? store.removeOwnDirectory($1)) ?? false) && $0 }
  }
}
