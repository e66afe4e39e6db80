/// Where outputs may not go: a file that is written, replaced or removed for a user never stands in a store, by
/// whatever name. Every output of every verb is checked by this before it is opened.
///
///     try StoreOutput.refuse("scores.csv", store: "shop.strata")
///     // throws for shop.strata/manifest.json, ../x/shop.strata/a.csv, a link into any store …
package enum StoreOutput {
  /// Throws `.invalid` where an output at `path` would stand in a store: one of the directories above it is one,
  /// links followed, or it is another name (a hard link) of a file of `store`.
  ///
  /// - Parameters:
  ///   - store: the store that the command is about, which need not exist yet.
  ///   - ownFile: name of a file that may be written in `store` (strata.yaml), unless that name leads elsewhere.
  package static func refuse(
    _ path: String, store: String? = nil, except ownFile: String? = nil
  ) throws(StorageError) {
    let system = SystemCalls.real
    guard path != "-", let place = place(path, system) else { return }
    let named = store.flatMap { system.realPath($0) }
    let isOwn = ownFile != nil && named != nil && place == named! + "/" + ownFile!
    var directory = parent(of: place)
    while !isOwn {
      if directory == named { throw refusal(path, directory) }
      if try isStore(directory, system) { throw refusal(path, directory) }
      if directory == "/" { break }
      directory = parent(of: directory)
    }
    guard let named, let status = try system.status(place), status.kind == .file,
      status.linkCount > 1
    else { return }
    if let file = try file(of: named, thatIs: status, besides: isOwn ? place : nil, system) {
      throw refusal(path, named, "another name of \(file), a file of the store \(named)")
    }
  }

  private static func refusal(
    _ path: String, _ store: String, _ found: String? = nil
  ) -> StorageError {
    StorageError(
      .invalid, path: path, found: found ?? "a place in the store \(store)",
      expected: "an output outside of every store",
      advice: "name a file in another directory: an output there could destroy the store")
  }

  /// The absolute path without links at which a file of this name is, or would be made; nil where its directory is
  /// not there, so that nothing can be made.
  private static func place(_ path: String, _ system: SystemCalls) -> String? {
    var path = path
    // A link that leads nowhere is followed by hand, as far as the system would.
    for _ in 0..<40 {
      if let real = system.realPath(path) { return real }
      let (directory, name) = split(path)
      guard let target = system.linkTarget(path) else {
        guard let real = system.realPath(directory), name != ".." && name != "." else { return nil }
        return real == "/" ? "/" + name : real + "/" + name
      }
      path = target.hasPrefix("/") ? target : directory + "/" + target
    }
    return nil
  }

  private static func split(_ path: String) -> (directory: String, name: String) {
    var bytes = Array(path.utf8)
    while bytes.count > 1 && bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
      return (".", String(decoding: bytes, as: UTF8.self))
    }
    let directory = String(decoding: bytes[..<slash], as: UTF8.self)
    let name = String(decoding: bytes[(slash + 1)...], as: UTF8.self)
    return (directory.isEmpty ? "/" : directory, name)
  }

  private static func parent(of path: String) -> String { split(path).directory }

  /// Whether a directory is a store, or was one that has lost its manifest.
  private static func isStore(_ path: String, _ system: SystemCalls) throws(StorageError) -> Bool {
    if try system.status(path + "/" + Manifest.fileName)?.kind == .file {
      // A directory that may not be looked into is not one of which anything is known.
      if let file = try? File(path + "/" + Manifest.fileName, .read, system: system),
        let count = try? file.byteCount(),
        let head = try? File.bytes(
          min(count, 256), { buffer throws(StorageError) in try file.read(into: buffer, at: 0) })
      {
        let text = String(decoding: head, as: UTF8.self)
        if text.hasPrefix("{\n  \"format\": ") && text.contains("\"store\": \"") { return true }
      }
    }
    guard try system.status(path + "/" + StoreLock.fileName) != nil else { return false }
    for folder in Manifest.firstFolders {
      guard try system.status(path + "/" + folder)?.kind == .directory else { return false }
    }
    return true
  }

  /// The file of a store, at most two directories deep, that is the one with this status.
  private static func file(
    of store: String, thatIs wanted: FileStatus, besides own: String?, _ system: SystemCalls
  ) throws(StorageError) -> String? {
    func find(_ directory: String, _ depth: Int) throws(StorageError) -> String? {
      for name in try system.list(directory) {
        let path = directory + "/" + name
        guard path != own, let status = try system.status(path) else { continue }
        if status.kind == .file && status.isSame(as: wanted) { return path }
        if status.kind == .directory, depth < 2, let found = try find(path, depth + 1) {
          return found
        }
      }
      return nil
    }
    return try find(store, 0)
  }
}
