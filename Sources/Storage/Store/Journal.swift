import JSONText

/// A file outside of the store that comes into force with a publication: it is written beside its place, whole and
/// synchronised, and renamed when the store's part is in force.
package struct PublishedOutput: Sendable, Equatable {
  /// Absolute: `path` and `.partial-` and a number.
  package let partialPath: String
  /// Absolute.
  package let path: String
  package let byteCount: Int
  /// XXH3-64 of the content, seed 0.
  package let hash: UInt64

  package init(partialPath: String, path: String, byteCount: Int, hash: UInt64) {
    self.partialPath = partialPath
    self.path = path
    self.byteCount = byteCount
    self.hash = hash
  }

  /// Whether the names are such as this program gives: what is renamed and removed by them is its own.
  var isWellNamed: Bool {
    let start = path + ".partial-"
    return path.hasPrefix("/") && partialPath.hasPrefix(start)
      && !partialPath.dropFirst(start.count).isEmpty
      && partialPath.dropFirst(start.count).utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
  }
}

/// What the last writer was about to do, and whether it did it: the content of journal.json.
struct Journal: Sendable, Equatable {
  enum State: String { case begun, done }

  var storeID: String
  /// The manifest's change that is being made.
  var change: Int
  var state: State
  /// Directories that come into force with it.
  var makes: [DirectoryName]
  /// Directories that go out of force with it, and are then removed.
  var removes: [DirectoryName]
  var outputs: [PublishedOutput]

  static let fileName = "journal.json"
  /// A journal that begins, before it has its name.
  static let temporaryFileName = ".journal.json.tmp"
  /// The same as done, which only has to be renamed.
  static let doneFileName = ".journal.json.done"
  /// A second name of the journal before, until the change is made or given up.
  static let formerFileName = ".journal.json.former"
  static let identity = FileIdentity(storeID: "", path: fileName)

  var members: [JSON.Member] {
    [
      JSON.Member("store", .string(storeID)), JSON.Member("change", JSON(change)),
      JSON.Member("state", .string(state.rawValue)),
      JSON.Member("makes", .array(makes.map { .string($0.path) })),
      JSON.Member("removes", .array(removes.map { .string($0.path) })),
      JSON.Member(
        "outputs",
        .array(
          outputs.map { output in
            [
              "partial": .string(output.partialPath), "path": .string(output.path),
              "bytes": JSON(output.byteCount), "hash": .string(Checksum.text(output.hash)),
            ]
          })),
    ]
  }
}

extension Journal {
  init(_ json: JSON, path: String) throws(StorageError) {
    let fields = JSONFields(json: json, path: path)
    storeID = try fields.storeID("store")
    change = try fields.count("change", upTo: StorageLimits.changeCountMax)
    guard let state = State(rawValue: try fields.string("state")) else {
      throw fields.fail("state", "begun or done")
    }
    self.state = state
    makes = try fields.directories("makes")
    removes = try fields.directories("removes")
    outputs = []
    for output in try fields.array("outputs", upTo: StorageLimits.outputCountMax) {
      let read = PublishedOutput(
        partialPath: try output.string("partial"), path: try output.string("path"),
        byteCount: try output.count("bytes", upTo: 1 << 50), hash: try output.checksum("hash"))
      guard read.isWellNamed else { throw fields.fail("outputs", "names of outputs") }
      outputs.append(read)
    }
  }

  /// The journal of a store; nil where it has none.
  static func read(_ store: Store) throws(StorageError) -> Journal? {
    let path = store.path + "/" + fileName
    guard try store.system.exists(path) else { return nil }
    let contents = try SealedJSON.read(path, identity: identity, system: store.system)
    return try Journal(contents.json, path: path)
  }

  /// Throws where this is not the journal of a store with this manifest: the manifest is an older one than the
  /// store had, or another store's.
  func check(_ manifest: Manifest, storePath: String) throws(StorageError) {
    let isNamed = manifest.change > 0
    let fits =
      switch state {
      case .begun: change == manifest.change || change == manifest.change + 1
      case .done: change <= manifest.change
      }
    guard fits, !isNamed || storeID == manifest.storeID else {
      throw StorageError(
        .damaged, path: storePath + "/" + Manifest.fileName,
        found: "change \(manifest.change) of store \(manifest.storeID)",
        expected: "change \(change) of store \(storeID), as \(Journal.fileName) says",
        advice: "the manifest is older than the store: restore the whole store from one copy"
          + " (after the way back to format 1, remove \(Journal.fileName)); nothing was changed")
    }
  }
}

extension JSONFields {
  /// Paths of directories in the folders of a store: nothing that could lead out of it.
  fileprivate func directories(_ name: String) throws(StorageError) -> [DirectoryName] {
    var names: [DirectoryName] = []
    for path in try array(name, upTo: 8 * StorageLimits.generationCountMax) {
      let parts = (path.json.stringValue ?? "").split(
        separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, Manifest.folders.contains(String(parts[0])),
        let directory = DirectoryName(folder: String(parts[0]), name: String(parts[1])),
        !directory.isTemporary
      else { throw fail(name, "directories of the store") }
      names.append(directory)
    }
    return names
  }
}
