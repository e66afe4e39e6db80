import JSONText

extension StoreWriter {
  /// The store after what a killed writer began is finished or undone, and what its user should be told.
  ///
  /// Nothing is removed but what the journal names, and directories under temporary names. Whatever else is not in
  /// the manifest is damage where its number was never given: the manifest is not the last that this store had.
  /// Otherwise, and in a store of format 1, it is told and left alone, and its number is not given again.
  static func recovered(_ store: Store) throws(StorageError) -> (store: Store, notes: [String]) {
    let journal = try Journal.read(store)
    try journal?.check(store.manifest, storePath: store.path)
    let begun = journal?.state == .begun ? journal : nil
    let isInForce = begun?.change == store.manifest.change
    let unnamed = try UnnamedDirectories(
      store.directories(), manifest: store.manifest, journal: journal)
    if let directory = unnamed.unknown.first {
      throw UnnamedDirectories.damage(directory, store.path, store.manifest)
    }
    let (leftovers, untouched) = (unnamed.leftovers, unnamed.untouched)
    if begun != nil || !leftovers.isEmpty {
      // The manifest that was read must be the one on the disk before anything that it does not name goes.
      try store.system.synchronizeDirectory(store.path)
    }
    var manifest = store.manifest
    for name in untouched.compactMap(\.name) { manifest.removed.add(name) }
    var others = untouched.map(\.path)
    for leftover in leftovers where try !store.removeOwnDirectory(leftover.path) {
      others.append(leftover.path)
      manifest.removed.add(leftover)
    }
    var notes: [String] = []
    if !others.isEmpty { notes.append(UnnamedDirectories.note(others, store.path)) }
    if let begun {
      if isInForce {
        let (errors, outputs) = rollForward(begun, store)
        notes += outputs.map { "\($0.path): was published by a run that was killed; put in place" }
        notes += errors.map { "\($0); the next writer tries again" }
        if errors.isEmpty { try finish(begun, store) }
      } else {
        for output in begun.outputs { store.removePartial(output) }
      }
    }
    return (Store(path: store.path, manifest: manifest, system: store.system), notes)
  }

  /// Does what is left to do when a change is in force: gives outputs their names, and removes what is out of force.
  /// Those errors do not undo it; and the outputs that were put in place.
  static func rollForward(
    _ journal: Journal, _ store: Store
  ) -> (errors: [StorageError], outputs: [PublishedOutput]) {
    var errors: [StorageError] = []
    var outputs: [PublishedOutput] = []
    for output in journal.outputs {
      do throws(StorageError) {
        if try store.putInPlace(output) { outputs.append(output) }
      } catch {
        errors.append(error)
      }
    }
    let live = store.manifest.live
    for directory in journal.removes where !live.contains(directory) {
      do throws(StorageError) {
        _ = try store.removeOwnDirectory(directory.path)
      } catch {
        errors.append(error)
      }
    }
    do throws(StorageError) {
      try store.removeWayBack(without: journal.removes)
    } catch {
      errors.append(error)
    }
    return (errors, outputs)
  }

  /// Says that what the journal began is done.
  private static func finish(_ journal: Journal, _ store: Store) throws(StorageError) {
    var done = journal
    done.state = .done
    try store.writeSealed(done.members, Journal.identity, to: Journal.doneFileName)
    try store.system.rename(
      store.path + "/" + Journal.doneFileName, to: store.path + "/" + Journal.fileName)
    try store.system.synchronizeDirectory(store.path)
  }
}

extension Store {
  /// Gives an output its name, where its partial file is there and has the content that was published; false where it
  /// is not.
  func putInPlace(_ output: PublishedOutput) throws(StorageError) -> Bool {
    guard try system.status(output.partialPath)?.kind == .file else { return false }
    let file = try File(output.partialPath, .read, system: system)
    guard try file.byteCount() == output.byteCount, try file.hash() == output.hash else {
      return false
    }
    try StoreOutput.refuse(output.path, store: path)
    try system.rename(output.partialPath, to: output.path)
    let end = output.path.lastIndex(of: "/") ?? output.path.startIndex
    let directory = String(output.path[..<end])
    try system.synchronizeDirectory(directory.isEmpty ? "/" : directory)
    return true
  }

  /// Removes the partial file of an output that did not come into force.
  func removePartial(_ output: PublishedOutput) {
    guard let status = try? system.status(output.partialPath), status.kind == .file else { return }
    try? system.removeFile(output.partialPath)
  }
}
