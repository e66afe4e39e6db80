extension Manifest {
  /// Enters a directory, in place of an earlier revision of it where there is one.
  mutating func put(_ entry: any ManifestEntry) {
    switch entry {
    case let entry as BatchEntry: batches.put(entry)
    case let entry as CustomersEntry: customers.put(entry)
    case let entry as SnapshotEntry: snapshots.put(entry)
    case let entry as EventsEntry: events.put(entry)
    case let entry as ForgottenEntry: forgotten.put(entry)
    case let entry as DeliveryEntry: deliveries.put(entry)
    default: preconditionFailure("every kind of entry has its place")
    }
  }

  /// Takes a directory out of force; its number is not given again.
  mutating func remove(_ entry: any ManifestEntry) {
    let name = entry.directory
    removed.add(name)
    switch entry {
    case is BatchEntry: batches.removeAll { $0.directory == name }
    case is SnapshotEntry: snapshots.removeAll { $0.directory == name }
    case is EventsEntry: events.removeAll { $0.directory == name }
    case is DeliveryEntry: deliveries.removeAll { $0.directory == name }
    default: preconditionFailure("customers and those who were forgotten stay")
    }
  }

  /// The directory in force that has the same name but for the revision.
  func revision(of name: DirectoryName) -> (any ManifestEntry)? {
    entries.first { $0.directory.isRevision(of: name) }
  }

  /// Whether a directory that is not in force is one whose number was given and is out of force.
  func accounts(for name: DirectoryName) -> Bool {
    removed.covers(name)
      || revision(of: name).map { name.revision < $0.directory.revision } ?? false
  }
}

extension DirectoryName {
  /// Whether both are of the same number.
  func isRevision(of other: DirectoryName) -> Bool {
    folder == other.folder && asOf == other.asOf && number == other.number
  }

  /// Numbers rise, and dates before them.
  static func isBefore(_ a: DirectoryName, _ b: DirectoryName) -> Bool {
    (a.asOf ?? 0, a.number) < (b.asOf ?? 0, b.number)
  }
}

extension Array where Element: ManifestEntry {
  fileprivate mutating func put(_ entry: Element) {
    if let index = firstIndex(where: { $0.directory.isRevision(of: entry.directory) }) {
      self[index] = entry
    } else {
      let place = firstIndex { DirectoryName.isBefore(entry.directory, $0.directory) } ?? endIndex
      insert(entry, at: place)
    }
  }
}

extension Published {
  mutating func add(_ entry: any ManifestEntry) {
    switch entry {
    case let entry as BatchEntry: batches.append(entry)
    case let entry as CustomersEntry: customers.append(entry)
    case let entry as SnapshotEntry: snapshots.append(entry)
    case let entry as EventsEntry: events.append(entry)
    case let entry as ForgottenEntry: forgotten.append(entry)
    case let entry as DeliveryEntry: deliveries.append(entry)
    default: preconditionFailure("every kind of entry has its place")
    }
  }
}
