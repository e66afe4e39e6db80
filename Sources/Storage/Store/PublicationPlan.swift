import Columns

/// What a publication makes and removes, and what the manifest will say.
struct PublicationPlan {
  private(set) var directories: [DirectoryPlan] = []
  /// Directories that go out of force.
  private(set) var removes: [DirectoryName] = []
  private let publication: Publication
  private let store: Store

  /// Checks everything that can be checked before anything is written. Numbers go on from the manifest's.
  init(_ publication: Publication, _ store: Store) throws(StorageError) {
    self.publication = publication
    self.store = store
    // What is planned is entered without its checksum, so that the next of its kind gets the next number.
    var next = store.manifest
    let customerCount = publication.customers.reduce(next.customerCount) {
      $0 + ($1.replaces == nil ? $1.newIDs.count : 0)
    }
    guard customerCount <= StorageLimits.customerCountMax else {
      throw StorageError(
        .limit, path: "customers", found: "\(customerCount) customers",
        expected: "at most \(StorageLimits.customerCountMax)", advice: "split the store")
    }
    for draft in publication.batches {
      let name = try name(Manifest.batchesFolder, draft.replaces, next)
      try add(DirectoryPlan(draft, name, customerCount: customerCount), &next)
    }
    for draft in publication.customers {
      let name = try name(Manifest.customersFolder, draft.replaces, next)
      let former = next.customers.first { $0.number == draft.replaces }
      guard former.map({ $0.customerCount == draft.newIDs.count }) ?? true else {
        throw invalid("another number of customers in \(name.path)", "as many: codes never move")
      }
      try add(
        DirectoryPlan(
          draft, name, firstCode: former?.firstCode ?? next.customerCount,
          customerCount: customerCount), &next)
    }
    for draft in publication.snapshots {
      let year = Day.civil(draft.asOf).year
      guard year >= 0 && year <= 9_999 else {
        throw StorageError(
          .invalid, path: "snapshots", found: "the year \(year)", expected: "0 to 9999",
          advice: "check the dates")
      }
      let name = try name(Manifest.snapshotsFolder, draft.replaces, next, asOf: draft.asOf)
      try add(DirectoryPlan(draft, name, of: store), &next)
    }
    for draft in publication.events {
      let name = try name(Manifest.eventsFolder, draft.replaces, next)
      try add(DirectoryPlan(draft, name, customerCount: customerCount), &next)
    }
    for draft in publication.forgotten {
      try add(DirectoryPlan(draft, name(Manifest.forgottenFolder, nil, next)), &next)
    }
    for draft in publication.deliveries {
      let name = try name(Manifest.deliveriesFolder, draft.replaces, next)
      try add(DirectoryPlan(draft, name, customerCount: customerCount), &next)
    }
    try checkRemovals(next)
    for output in publication.outputs {
      guard output.isWellNamed else {
        throw invalid("an output \(output.partialPath)", "a partial file beside its place")
      }
      try StoreOutput.refuse(output.path, store: store.path)
    }
  }

  private func invalid(_ found: String, _ expected: String) -> StorageError {
    StorageError(
      .invalid, path: store.path, found: found, expected: expected,
      advice: "list what there is with `strata snapshots`")
  }

  /// The next name of a folder, or the next revision of a directory in force.
  private func name(
    _ folder: String, _ replaced: Int?, _ manifest: Manifest, asOf: Int32? = nil
  ) throws(StorageError) -> DirectoryName {
    guard let replaced else {
      return DirectoryName(
        folder: folder, asOf: asOf,
        number: asOf.map { manifest.nextSequence(asOf: $0) } ?? manifest.nextNumber(in: folder))
    }
    let wanted = DirectoryName(folder: folder, asOf: asOf, number: replaced)
    guard let former = manifest.revision(of: wanted) else {
      throw invalid("no \(wanted.path) to be written anew", "one that is in force")
    }
    return DirectoryName(
      folder: folder, asOf: asOf, number: replaced, revision: former.directory.revision + 1)
  }

  private mutating func add(_ plan: DirectoryPlan, _ next: inout Manifest) {
    if let former = next.revision(of: plan.directory) { removes.append(former.directory) }
    next.put(plan.entry(0))
    directories.append(plan)
  }

  private mutating func checkRemovals(_ next: Manifest) throws(StorageError) {
    for entry in publication.removals.entries {
      guard next.live.contains(entry.directory) else {
        throw invalid("no \(entry.folder) to be removed", "one that is in force")
      }
      removes.append(entry.directory)
    }
  }

  /// Enters everything into the manifest-to-be.
  ///
  /// - Parameter checksums: of the directories' records, in their order.
  func enter(
    _ checksums: [UInt64], into next: inout Manifest
  ) throws(StorageError) -> Published {
    var published = Published()
    for (plan, checksum) in zip(directories, checksums) {
      let entry = plan.entry(checksum)
      next.put(entry)
      published.add(entry)
    }
    for entry in publication.removals.entries { next.remove(entry) }
    if let settings = publication.settings { next.settings = settings }
    switch publication.current {
    case .keep: break
    case .named(let name): next.current = name
    case .byDate:
      for entry in published.snapshots where entry.revision == 1 {
        let isEarlier = next.currentSnapshot.map { entry.asOf < $0.asOf } ?? false
        if !isEarlier { next.current = entry.name }
      }
    }
    guard next.current == nil || next.currentSnapshot != nil else {
      throw invalid(
        "that the current snapshot would be \(next.current ?? ""), which is not there",
        "a snapshot in force")
    }
    return published
  }
}
