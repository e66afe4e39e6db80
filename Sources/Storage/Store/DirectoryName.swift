import Columns

/// The name of a directory in a folder of a store.
///
///     batches/000003.2           number 3, revision 2
///     snapshots/2026-11-21.1     as of that day, sequence 1, revision 1
///     batches/.000004.tmp        what is being written, or was when a writer was killed
struct DirectoryName: Sendable, Hashable {
  /// `batches`, `snapshots` …
  let folder: String
  /// Of a snapshot: days since 1970-01-01; else nil.
  let asOf: Int32?
  /// Of a snapshot: its place among those of its date.
  let number: Int
  let revision: Int
  let isTemporary: Bool

  /// Nil for what this module never names so.
  init?(folder: String, name: String) {
    let isTemporary = name.hasPrefix(".") && name.hasSuffix(".tmp") && name.utf8.count > 5
    var parts = (isTemporary ? name.dropFirst().dropLast(4) : name[...])
      .split(separator: ".", omittingEmptySubsequences: false)
    var asOf: Int32?
    if folder == Manifest.snapshotsFolder {
      guard let day = Day.parse(String(parts.removeFirst())) else { return nil }
      asOf = day
    }
    let numbers = parts.map { part in
      part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        ? Int32(part).map(Int.init) : nil
    }
    guard (1...2).contains(numbers.count), let number = numbers[0], number > 0 else { return nil }
    if numbers.count == 2 {
      guard let revision = numbers[1], revision > 1 else { return nil }
      self.revision = revision
    } else {
      revision = 1
    }
    self.folder = folder
    self.asOf = asOf
    self.number = number
    self.isTemporary = isTemporary
    // Only the one spelling of a name is that name.
    guard text == name else { return nil }
  }

  init(folder: String, asOf: Int32? = nil, number: Int, revision: Int = 1) {
    self.folder = folder
    self.asOf = asOf
    self.number = number
    self.revision = revision
    isTemporary = false
  }

  var text: String {
    var text = asOf.map { Day.text($0) + ".\(number)" } ?? Manifest.name(of: number)
    if revision > 1 { text += ".\(revision)" }
    return isTemporary ? ".\(text).tmp" : text
  }

  /// Relative to the store.
  var path: String { folder + "/" + text }
}

extension Store {
  /// The directories in the folders of a store, and what else is there by path: links and files, or names that this
  /// module does not give.
  func directories() throws(StorageError) -> (named: [DirectoryName], foreign: [String]) {
    var named: [DirectoryName] = []
    var foreign: [String] = []
    for folder in Manifest.folders
    where try system.status(path + "/" + folder)?.kind == .directory {
      for name in try system.list(path + "/" + folder) {
        let own = folder + "/" + name
        if Manifest.filesInFolders.contains(own) { continue }
        if let directory = DirectoryName(folder: folder, name: name),
          try system.status(path + "/" + own)?.kind == .directory
        {
          named.append(directory)
        } else {
          foreign.append(own)
        }
      }
    }
    return (named, foreign)
  }

  /// Whether what is at a path relative to the store is gone, or is shown to be this module's: a directory in which
  /// everything has a name of a column file or of a record, and is a file.
  func isOwnDirectory(_ relative: String) throws(StorageError) -> Bool {
    let directory = path + "/" + relative
    guard let status = try system.status(directory) else { return true }
    guard status.kind == .directory else { return false }
    let names: [String]
    do throws(StorageError) {
      names = try system.list(directory)
    } catch  where error.kind == .missing {
      return true
    }
    for name in names {
      guard StoredFile.isFileName(name) || Manifest.recordNames.contains(name) else { return false }
      guard let status = try system.status(directory + "/" + name) else { continue }
      guard status.kind == .file else { return false }
    }
    return true
  }

  /// Removes a directory, if it is there, that is shown to be this module's. False, with nothing removed, where it is
  /// not that.
  func removeOwnDirectory(_ relative: String) throws(StorageError) -> Bool {
    guard try isOwnDirectory(relative) else { return false }
    try system.removeDirectory(path + "/" + relative)
    return true
  }
}
