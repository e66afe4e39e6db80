import Columns
import JSONText

extension StoreWriter {
  /// Publishes everything in `publication` in one step.
  ///
  /// Temporary directories are written, synchronised, re-read and renamed, and then the manifest is replaced; what
  /// does not depend on each other waits for the disk at the same time.
  /// An error at any point leaves the old state in force, removes what was new, and says so.
  ///
  /// - Parameter mayComeIntoForce: asked when all is written and on the disk, before any of it comes to its name;
  ///   false gives everything up, as an error does.
  @discardableResult
  package mutating func commit(
    _ publication: Publication, when mayComeIntoForce: () -> Bool = { true }
  ) throws(StorageError) -> Published {
    let manifest = store.manifest
    var next = manifest
    next.change += 1
    if manifest.change == 0 { next.storeID = StoreWriter.storeID(of: publication) }
    let plans = try StoreWriter.plan(publication, manifest)
    var mayRemove = true
    do throws(StorageError) {
      let records = try write(plans, storeID: next.storeID)
      let published = StoreWriter.enter(
        publication, plans.compactMap(\.summary), records.map(\.checksum), into: &next)
      try synchronize(records, next)
      guard mayComeIntoForce() else {
        throw StorageError(
          .invalid, path: store.path, found: "that what belongs to the publication failed",
          expected: "both or neither", advice: "")
      }
      try putInPlace(plans)
      try store.putNextManifestInPlace(onRename: { mayRemove = false })
      store = Store(path: store.path, manifest: next, system: store.system)
      for plan in plans { plan.stream?.keep() }
      return published
    } catch {
      if mayRemove {
        store.removeNextManifest()
        abandon(plans)
      }
      throw error.advice.contains("could not be put back")
        ? error : error.advising("nothing was published: the store is as it was")
    }
  }

  /// Begins a batch that is written row by row; see `BatchStream`. It is the next batch of this store: nothing
  /// else may be published before it is, or is given up.
  package func streamBatch(
    rowCount: Int, sources: [BatchSource]
  ) throws(StorageError) -> BatchStream {
    let manifest = store.manifest
    return try BatchStream(
      store,
      storeID: manifest.change == 0
        ? StoreWriter.storeID(ofBatches: [(sources, rowCount)]) : manifest.storeID,
      number: manifest.nextNumber(in: Manifest.batchesFolder), rowCount: rowCount, sources: sources)
  }

  /// The id of a store is made of what is first published in it, not drawn: the same input gives the same
  /// bytes in every file. It tells stores of different data apart, which is all that it is for. Of a streamed
  /// batch the rows' number and sources alone make it: its files are begun before the rest is known.
  private static func storeID(of publication: Publication) -> String {
    let batches = publication.batches.map { ($0.sources, $0.rowCount) }
    if publication.batches.contains(where: \.isStreamed) { return storeID(ofBatches: batches) }
    var bytes = storeIDBytes(ofBatches: batches)
    for customers in publication.customers {
      bytes += Array("\(customers.newIDs.count)".utf8)
      bytes += Array(customers.newIDs.bytes.pointer.prefix(65_536))
    }
    for snapshot in publication.snapshots {
      bytes += Array("\(snapshot.asOf) \(snapshot.frame.rowCount)".utf8)
    }
    return storeID(of: bytes)
  }

  private static func storeID(
    ofBatches batches: [(sources: [BatchSource], rowCount: Int)]
  ) -> String {
    storeID(of: storeIDBytes(ofBatches: batches))
  }

  private static func storeIDBytes(
    ofBatches batches: [(sources: [BatchSource], rowCount: Int)]
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for batch in batches {
      for source in batch.sources {
        bytes += Array(source.name.utf8)
        withUnsafeBytes(of: source.contentHash.littleEndian) { bytes += Array($0) }
      }
      bytes += Array("\(batch.rowCount)".utf8)
    }
    return bytes
  }

  private static func storeID(of bytes: [UInt8]) -> String {
    let id = Checksum.of(bytes, seed: 1)
    return Checksum.hex(id == 0 ? 1 : id)
  }

  /// What will be written where. Numbers go on from the manifest's.
  private static func plan(
    _ publication: Publication, _ manifest: Manifest
  ) throws(StorageError) -> [DirectoryPlan] {
    var plans: [DirectoryPlan] = []
    let customerCount = publication.customers.reduce(manifest.customerCount) {
      $0 + $1.newIDs.count
    }
    guard customerCount <= StorageLimits.customerCountMax else {
      throw StorageError(
        .limit, path: "customers", found: "\(customerCount) customers",
        expected: "at most \(StorageLimits.customerCountMax)", advice: "split the store")
    }
    // What is planned is entered without its checksum, so that the next of its kind gets the next number.
    var next = manifest
    for batch in publication.batches {
      let number = next.nextNumber(in: Manifest.batchesFolder)
      let plan = try DirectoryPlan(batch, number: number, customerCount: customerCount)
      plans.append(plan)
      next.batches.append(BatchEntry(batch, plan.summary!, number: number, checksum: 0))
    }
    for customers in publication.customers {
      let number = next.nextNumber(in: Manifest.customersFolder)
      let firstCode = next.customerCount
      plans.append(
        try DirectoryPlan(
          customers, number: number, firstCode: firstCode, customerCount: customerCount))
      next.customers.append(
        CustomersEntry(customers, number: number, firstCode: firstCode, checksum: 0))
    }
    for snapshot in publication.snapshots {
      let year = Day.civil(snapshot.asOf).year
      guard year >= 0 && year <= 9_999 else {
        throw StorageError(
          .invalid, path: "snapshots", found: "the year \(year)", expected: "0 to 9999",
          advice: "check the dates")
      }
      let entry = SnapshotEntry(
        snapshot, sequence: next.nextSequence(asOf: snapshot.asOf), checksum: 0)
      next.snapshots.append(entry)
      plans.append(try DirectoryPlan(snapshot, name: entry.name))
    }
    return plans
  }

  /// Writes all plans to their temporary directories. The columns are then on the disk and checked, the JSON files
  /// are only written.
  private func write(
    _ plans: [DirectoryPlan], storeID: String
  ) throws(StorageError) -> [RecordInProgress] {
    let system = store.system
    func identity(_ path: String) -> FileIdentity { FileIdentity(storeID: storeID, path: path) }
    var jobs: [ColumnFileWriter.Job] = []
    for plan in plans {
      if plan.stream != nil { continue }
      let directory = store.path + "/" + plan.temporaryFolder
      try system.makeDirectory(directory)
      for column in plan.columns {
        guard let source = column.source else { preconditionFailure("a column has values") }
        jobs.append(
          ColumnFileWriter.Job(
            source: source, path: directory + "/" + column.fileName,
            identity: identity(plan.folder + "/" + column.fileName)))
      }
    }
    let summaries = try ColumnFileWriter.writeAll(jobs, system: system)
    var records: [RecordInProgress] = []
    var done = 0
    for plan in plans {
      let own: [ColumnFileSummary]
      if let stream = plan.stream {
        own = try stream.summaries()
      } else {
        own = Array(summaries[done..<done + plan.columns.count])
        done += plan.columns.count
      }
      records.append(
        try RecordInProgress(
          plan, own, directory: store.path + "/" + plan.temporaryFolder,
          identity: identity(plan.folder + "/" + plan.recordName), system: system))
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
  private func putInPlace(_ plans: [DirectoryPlan]) throws(StorageError) {
    for plan in plans {
      try store.system.rename(
        store.path + "/" + plan.temporaryFolder, to: store.path + "/" + plan.folder)
    }
    let folders = Manifest.folders.filter { folder in
      plans.contains { $0.folder.hasPrefix(folder) }
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

  /// Enters what was written into the manifest-to-be.
  private static func enter(
    _ publication: Publication, _ summaries: [BatchSummary], _ checksums: [UInt64],
    into next: inout Manifest
  ) -> Published {
    var checksums = checksums[...]
    var batches: [BatchEntry] = []
    var customers: [CustomersEntry] = []
    var snapshots: [SnapshotEntry] = []
    for (batch, summary) in zip(publication.batches, summaries) {
      let entry = BatchEntry(
        batch, summary, number: next.nextNumber(in: Manifest.batchesFolder),
        checksum: checksums.removeFirst())
      next.batches.append(entry)
      batches.append(entry)
    }
    for draft in publication.customers {
      let entry = CustomersEntry(
        draft, number: next.nextNumber(in: Manifest.customersFolder),
        firstCode: next.customerCount, checksum: checksums.removeFirst())
      next.customers.append(entry)
      customers.append(entry)
    }
    for draft in publication.snapshots {
      let entry = SnapshotEntry(
        draft, sequence: next.nextSequence(asOf: draft.asOf), checksum: checksums.removeFirst())
      next.snapshots.append(entry)
      snapshots.append(entry)
    }
    next.snapshots.sort(by: SnapshotEntry.isBefore)
    return Published(batches: batches, customers: customers, snapshots: snapshots)
  }

  /// Removes what a failed publication has written. What cannot be removed now, the next writer removes.
  private func abandon(_ plans: [DirectoryPlan]) {
    for plan in plans {
      _ = try? store.removeOwnDirectory(plan.temporaryFolder)
      _ = try? store.removeOwnDirectory(plan.folder)
    }
  }
}

extension BatchEntry {
  init(_ draft: BatchDraft, _ summary: BatchSummary, number: Int, checksum: UInt64) {
    self.init(
      number: number, rowCount: draft.rowCount, customerCount: draft.customerCount,
      firstDay: summary.firstDay, lastDay: summary.lastDay,
      sourceHashes: draft.sources.map(\.contentHash), checksum: checksum)
  }
}

extension CustomersEntry {
  init(_ draft: CustomersDraft, number: Int, firstCode: Int, checksum: UInt64) {
    self.init(
      number: number, firstCode: firstCode, customerCount: draft.newIDs.count,
      attributeRowCount: draft.attributes?.codes.count ?? 0, checksum: checksum)
  }
}

extension SnapshotEntry {
  init(_ draft: SnapshotDraft, sequence: Int, checksum: UInt64) {
    self.init(
      asOf: draft.asOf, sequence: sequence, rowCount: draft.frame.rowCount, checksum: checksum)
  }
}
