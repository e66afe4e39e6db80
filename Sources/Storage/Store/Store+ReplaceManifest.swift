extension Store {
  /// Puts a manifest in force: write, fsync, re-read, rename over the old, fsync the directory.
  func replaceManifest(with new: Manifest) throws(StorageError) {
    try writeNextManifest(new)
    try putNextManifestInPlace()
  }

  /// Writes the next manifest beside the one in force, synchronises it and reads it back.
  func writeNextManifest(_ manifest: Manifest) throws(StorageError) {
    try writeSealed(manifest.members, Manifest.identity, to: Manifest.temporaryFileName)
  }

  /// Removes what `writeNextManifest` has written.
  func removeNextManifest() {
    try? system.removeFile(path + "/" + Manifest.temporaryFileName)
  }

  /// Puts the manifest in force that `writeNextManifest` has written; everything it names is on the disk.
  ///
  /// When the last fsync fails, the old manifest is put back: what was published must not count. That takes one
  /// rename of a second name that the old one was given before, so it works on a full or failing disk. The new
  /// directories stay then, because the disk may come back with either manifest; the next writer removes them.
  ///
  /// The manifest of format 1 stays as the way back: it keeps a second name.
  func putNextManifestInPlace(onRename: () -> Void = {}) throws(StorageError) {
    let current = path + "/" + Manifest.fileName
    let temporary = path + "/" + Manifest.temporaryFileName
    let former = path + "/" + Manifest.formerFileName
    if try system.exists(former) { try system.removeFile(former) }
    // Opened now, so that nothing but the fsync itself is left to fail after the rename.
    let directory = try File(path, .directory, system: system)
    let hasFormer = try system.exists(current)
    var wayBack: String?
    do throws(StorageError) {
      if hasFormer { try system.link(current, as: former) }
      if hasFormer && manifest.format == 1 {
        wayBack = path + "/" + Manifest.formatOneFileName
        // An older one is of an earlier migration, from which somebody went back.
        if try system.exists(wayBack!) { try system.removeFile(wayBack!) }
        try system.link(current, as: wayBack!)
      }
      try system.rename(temporary, to: current)
    } catch {
      for leftover in [temporary, former, wayBack].compactMap(\.self) {
        try? system.removeFile(leftover)
      }
      throw error
    }
    onRename()
    do throws(StorageError) {
      try directory.synchronize()
    } catch {
      if hasFormer { try putBack(former, error) }
      throw error
    }
    // Failing to remove it harms nothing: readers do not look at it.
    if hasFormer { try? system.removeFile(former) }
  }

  private func putBack(_ former: String, _ cause: StorageError) throws(StorageError) {
    do throws(StorageError) {
      try system.rename(former, to: path + "/" + Manifest.fileName)
    } catch {
      throw cause.advising(
        "the old state could not be put back (\(error)): the new one may be in force; "
          + "check the disk, then look with `strata snapshots`")
    }
  }

  /// The manifest of format 1 that this store had before it was migrated; nil where it has none.
  func wayBack() throws(StorageError) -> Manifest? {
    let file = path + "/" + Manifest.formatOneFileName
    guard try system.exists(file) else { return nil }
    let contents = try SealedJSON.read(file, identity: Manifest.identity, system: system)
    return try Manifest(contents.json, path: file, today: Int32.max)
  }

  /// Removes the manifest of format 1 where it names a directory that is removed: there is no way back to it.
  func removeWayBack(without removed: [DirectoryName]) throws(StorageError) {
    guard !removed.isEmpty, let wayBack = try wayBack() else { return }
    if !wayBack.live.isDisjoint(with: removed) {
      try system.removeFile(path + "/" + Manifest.formatOneFileName)
    }
  }
}
