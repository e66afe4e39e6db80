extension Store {
  /// Puts a manifest in force: write, fsync, re-read, rename over the old, fsync the directory.
  func replaceManifest(with new: Manifest) throws(StorageError) {
    try writeNextManifest(new)
    try putNextManifestInPlace()
  }

  /// Writes the next manifest beside the one in force, synchronises it and reads it back.
  func writeNextManifest(_ manifest: Manifest) throws(StorageError) {
    let temporary = path + "/" + Manifest.temporaryFileName
    if try system.exists(temporary) { try system.removeFile(temporary) }
    do throws(StorageError) {
      let (bytes, checksum) = SealedJSON.seal(manifest.members, identity: Manifest.identity)
      try File.writeAll(bytes, to: temporary, system: system)
      let written = try SealedJSON.read(temporary, identity: Manifest.identity, system: system)
      guard written.checksum == checksum else {
        throw StorageError.damaged(
          temporary, found: "other bytes than were written", expected: Checksum.text(checksum))
      }
    } catch {
      removeNextManifest()
      throw error
    }
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
  func putNextManifestInPlace(onRename: () -> Void = {}) throws(StorageError) {
    let current = path + "/" + Manifest.fileName
    let temporary = path + "/" + Manifest.temporaryFileName
    let former = path + "/" + Manifest.formerFileName
    if try system.exists(former) { try system.removeFile(former) }
    // Opened now, so that nothing but the fsync itself is left to fail after the rename.
    let directory = try File(path, .directory, system: system)
    let hasFormer = try system.exists(current)
    do throws(StorageError) {
      if hasFormer { try system.link(current, as: former) }
      try system.rename(temporary, to: current)
    } catch {
      for leftover in [temporary, former] { try? system.removeFile(leftover) }
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
}
