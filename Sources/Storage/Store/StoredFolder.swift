import Columns
import JSONText

/// A directory of a store in force: its JSON file, and its column files by that.
struct StoredFolder {
  let store: Store
  let folder: String
  let record: JSON
  let files: [StoredFile]
  /// Bytes of the JSON file.
  let recordByteCount: Int

  /// Reads the JSON file, which must be the one that the manifest names.
  init(_ store: Store, _ entry: any ManifestEntry) throws(StorageError) {
    self.store = store
    folder = entry.folder
    let relative = entry.folder + "/" + type(of: entry).recordName
    let path = store.path + "/" + relative
    let contents = try SealedJSON.read(
      path, identity: store.identity(relative), system: store.system)
    guard contents.checksum == entry.checksum else {
      throw .damaged(
        path, found: "checksum \(Checksum.text(contents.checksum))",
        expected: "\(Checksum.text(entry.checksum)), as in the manifest")
    }
    let record = contents.json
    self.record = record
    recordByteCount = contents.byteCount
    // Records of format 1 do not say what they are of.
    let own = [JSON.Member("store", .string(store.manifest.storeID))] + entry.directory.members
    if record["store"] != nil, own.contains(where: { record[$0.name] != $0.value }) {
      throw .damaged(path, found: "another directory's record", expected: "that of \(entry.folder)")
    }
    var files: [StoredFile] = []
    let fields = JSONFields(json: record, path: path)
    for file in try fields.array("files", upTo: StorageLimits.columnCountMax) {
      files.append(try StoredFile(file))
    }
    guard Set(files.map(\.name)).count == files.count else {
      throw fields.fail("files", "distinct names")
    }
    self.files = files
  }

  func path(of file: StoredFile) -> String { store.path + "/" + folder + "/" + file.fileName }

  func file(named name: String) throws(StorageError) -> StoredFile {
    guard let file = files.first(where: { $0.name == name }) else {
      throw StorageError(
        .missing, path: store.path + "/" + folder, found: "no column \(name)",
        expected: "one of " + files.map(\.name).joined(separator: ", "),
        advice: "check the column's name")
    }
    return file
  }

  /// Opens a column file, which must be the one that the JSON file lists.
  func open(_ file: StoredFile, rowCount: Int) throws(StorageError) -> ColumnFileReader {
    let path = path(of: file)
    let reader = try ColumnFileReader(
      path: path, identity: store.identity(file.origin ?? folder + "/" + file.fileName),
      system: store.system)
    guard reader.type == file.type, reader.byteCount == file.byteCount,
      reader.indexChecksum == file.indexChecksum
    else {
      throw .damaged(
        path, found: "another file than was published (\(reader.byteCount) bytes)",
        expected: "\(file.byteCount) bytes, index \(Checksum.text(file.indexChecksum))")
    }
    guard reader.rowCount == rowCount else {
      throw .damaged(path, found: "\(reader.rowCount) rows", expected: "\(rowCount)")
    }
    return reader
  }
}
