import Columns
import JSONText

/// A directory that is being published: its columns, and the JSON file that lists them.
struct DirectoryPlan {
  struct PlannedColumn {
    let name: String
    let fileName: String
    /// Nil where the column is written already, or is shared.
    let source: ColumnSource?
    let isHidden: Bool
    var shared: SharedFile?
  }

  /// A column file of a directory in force that the new one has too, by a hard link.
  struct SharedFile {
    /// Where it is now.
    let path: String
    /// Where it was written, relative to the store.
    let origin: String
    let summary: ColumnFileSummary
  }

  let directory: DirectoryName
  /// `batch.json`
  let recordName: String
  /// Members of the JSON file between the directory's name and the list of files.
  var members: [JSON.Member]
  /// What the manifest says of it, once the checksum of its JSON file is known.
  var entry: (_ checksum: UInt64) -> any ManifestEntry = { _ in
    preconditionFailure("every plan has an entry")
  }
  /// Of a batch only.
  var summary: BatchSummary?
  /// What has written the columns already.
  var stream: BatchStream?
  private(set) var columns: [PlannedColumn] = []
  private var fileNames: Set<String> = []

  init(_ directory: DirectoryName, recordName: String, members: [JSON.Member]) {
    self.directory = directory
    self.recordName = recordName
    self.members = members
  }

  /// `batches/000002`
  var folder: String { directory.path }

  /// `batches/.000002.tmp`
  var temporaryFolder: String { "\(directory.folder)/.\(directory.text).tmp" }

  /// Adds a column; its name is checked against those before it.
  mutating func add(
    _ name: String, _ source: ColumnSource?, isHidden: Bool = false, shared: SharedFile? = nil
  ) throws(StorageError) {
    func invalid(_ found: String, _ expected: String) -> StorageError {
      StorageError(
        .invalid, path: folder, found: found, expected: expected, advice: "rename the column")
    }
    guard !columns.contains(where: { $0.name == name }) else {
      throw invalid("two columns named \(name)", "distinct names")
    }
    guard !name.isEmpty, name.utf8.count <= StorageLimits.columnNameByteCountMax else {
      throw invalid(
        "a column name of \(name.utf8.count) bytes",
        "1 to \(StorageLimits.columnNameByteCountMax)")
    }
    guard columns.count < StorageLimits.columnCountMax else {
      throw invalid("more columns", "at most \(StorageLimits.columnCountMax)")
    }
    let fileName = StoredFile.fileName(of: name, number: columns.count, taken: fileNames)
    fileNames.insert(fileName)
    columns.append(
      PlannedColumn(
        name: name, fileName: fileName, source: source, isHidden: isHidden, shared: shared))
  }

  /// The JSON file, once its columns are written.
  func record(
    _ summaries: [ColumnFileSummary], storeID: String
  ) -> (bytes: [UInt8], checksum: UInt64) {
    let files = zip(columns, summaries).map { column, summary in
      StoredFile(
        name: column.name, fileName: column.fileName, summary: summary,
        isHidden: column.isHidden, origin: column.shared?.origin
      ).json
    }
    return SealedJSON.seal(
      [JSON.Member("store", .string(storeID))] + directory.members + members
        + [JSON.Member("files", .array(files))],
      identity: FileIdentity(storeID: storeID, path: folder + "/" + recordName))
  }
}
