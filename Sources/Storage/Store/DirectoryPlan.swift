import Columns
import JSONText

/// A directory that is being published: its columns, and the JSON file that lists them.
struct DirectoryPlan {
  struct PlannedColumn {
    let name: String
    let fileName: String
    /// Nil where the column is written already.
    let source: ColumnSource?
    let isHidden: Bool
  }

  /// `batches/000002`
  let folder: String
  /// `batch.json`
  let recordName: String
  /// Members of the JSON file before the list of files.
  var members: [JSON.Member]
  /// Of a batch only.
  var summary: BatchSummary?
  /// What has written the columns already.
  var stream: BatchStream?
  private(set) var columns: [PlannedColumn] = []
  private var fileNames: Set<String> = []

  init(folder: String, recordName: String, members: [JSON.Member]) {
    self.folder = folder
    self.recordName = recordName
    self.members = members
  }

  /// `batches/.000002.tmp`
  var temporaryFolder: String {
    let parts = folder.split(separator: "/")
    return "\(parts[0])/.\(parts[1]).tmp"
  }

  /// Adds a column; its name is checked against those before it.
  mutating func add(
    _ name: String, _ source: ColumnSource?, isHidden: Bool = false
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
      PlannedColumn(name: name, fileName: fileName, source: source, isHidden: isHidden))
  }

  /// The JSON file, once its columns are written.
  func record(
    _ summaries: [ColumnFileSummary], identity: FileIdentity
  ) -> (bytes: [UInt8], checksum: UInt64) {
    let files = zip(columns, summaries).map { column, summary in
      StoredFile(
        name: column.name, fileName: column.fileName, summary: summary, isHidden: column.isHidden
      ).json
    }
    return SealedJSON.seal(members + [JSON.Member("files", .array(files))], identity: identity)
  }
}
