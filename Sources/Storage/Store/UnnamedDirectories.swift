/// The directories of a store that its manifest does not name, by what may be done about them.
struct UnnamedDirectories {
  /// What a killed writer left: temporary, or named by the journal of a change that began. A writer removes them.
  var leftovers: [DirectoryName] = []
  /// What was removed from the manifest before, and links, files and other names: left alone, and told. By path
  /// relative to the store, with their names where they have such.
  var untouched: [(path: String, name: DirectoryName?)] = []
  /// Numbers that this manifest never gave: it is not the last that the store had.
  var unknown: [DirectoryName] = []

  /// Sorts what `directories()` has found by a manifest and a journal that were read after it.
  init(
    _ found: (named: [DirectoryName], foreign: [String]), manifest: Manifest, journal: Journal?
  ) {
    let begun = journal?.state == .begun ? journal : nil
    let own = Set((begun?.change == manifest.change ? begun?.removes : begun?.makes) ?? [])
    let live = manifest.live
    untouched = found.foreign.map { path in
      let parts = path.split(separator: "/")
      return (path, DirectoryName(folder: String(parts[0]), name: String(parts[1])))
    }
    for directory in found.named where !live.contains(directory) {
      if directory.isTemporary || own.contains(directory) {
        leftovers.append(directory)
      } else if manifest.format == 1 || manifest.accounts(for: directory) {
        untouched.append((directory.path, directory))
      } else {
        unknown.append(directory)
      }
    }
  }

  static func damage(
    _ directory: DirectoryName, _ storePath: String, _ manifest: Manifest
  ) -> StorageError {
    StorageError(
      .damaged, path: storePath + "/" + directory.path,
      found: "a directory that \(Manifest.fileName) (change \(manifest.change)) knows nothing of",
      expected: "the manifest that this store had last",
      advice: "restore the whole store from one copy; nothing was changed")
  }

  /// What a user should be told of paths that are left alone.
  static func note(_ paths: [String], _ storePath: String) -> String {
    let some = paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? " …" : "")
    return "\(storePath): \(some): not in the manifest, and left alone; look at it, and remove it "
      + "if it is of no use"
  }
}
