extension Store {
  /// Puts a manifest in force: write, fsync, re-read, rename over the old, fsync the directory.
  ///
  /// When the last fsync fails, the old manifest is put back: what was published must not count, yet its
  /// directories stay, because the disk may come back with either manifest. The next writer removes them.
  func replaceManifest(
    with new: Manifest, onRename: () -> Void = {}
  ) throws(StorageError) {
    try writeManifest(new)
    onRename()
    do throws(StorageError) {
      try system.synchronizeDirectory(path)
    } catch {
      guard new.change > 0 else { throw error }
      do throws(StorageError) {
        try writeManifest(manifest)
      } catch let second {
        throw error.advising(
          "the old state could not be put back (\(second)): the new one may be in force; "
            + "check the disk, then look with `strata snapshots`")
      }
      throw error
    }
  }

  private func writeManifest(_ manifest: Manifest) throws(StorageError) {
    let temporary = path + "/" + Manifest.temporaryFileName
    let (bytes, checksum) = SealedJSON.seal(manifest.members, identity: Manifest.identity)
    if try system.exists(temporary) { try system.removeFile(temporary) }
    do throws(StorageError) {
      try File.writeAll(bytes, to: temporary, system: system)
      let written = try SealedJSON.read(temporary, identity: Manifest.identity, system: system)
      guard written.checksum == checksum else {
        throw .damaged(
          temporary, found: "other bytes than were written", expected: Checksum.text(checksum))
      }
      try system.rename(temporary, to: path + "/" + Manifest.fileName)
    } catch {
      try? system.removeFile(temporary)
      throw error
    }
  }
}
