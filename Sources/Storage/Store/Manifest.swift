import Columns

/// What is in force: the content of manifest.json.
package struct Manifest: Sendable, Equatable {
  /// Of the file that it was read from; what is written is of the latest.
  package internal(set) var format = StorageLimits.formatVersion
  /// 16 hexadecimal digits, made of the first publication's content; `unnamedStoreID` until there is one.
  package internal(set) var storeID = Manifest.unnamedStoreID
  /// Number of publications so far.
  package internal(set) var change = 0
  /// Name of the snapshot that readers answer from; nil where there is none.
  package internal(set) var current: String?
  package internal(set) var settings = StoreSettings()
  /// By number.
  package internal(set) var batches: [BatchEntry] = []
  /// By number; their codes follow each other.
  package internal(set) var customers: [CustomersEntry] = []
  /// By date, then sequence.
  package internal(set) var snapshots: [SnapshotEntry] = []
  /// By number.
  package internal(set) var events: [EventsEntry] = []
  package internal(set) var forgotten: [ForgottenEntry] = []
  package internal(set) var deliveries: [DeliveryEntry] = []
  /// Numbers that are not given again, besides those of what is in force.
  package internal(set) var removed = RemovedNumbers()

  static let unnamedStoreID = "0000000000000000"
  static let fileName = "manifest.json"
  static let temporaryFileName = ".manifest.json.tmp"
  static let formerFileName = ".manifest.json.former"
  /// The manifest of format 1 of a store that was migrated: the way back.
  static let formatOneFileName = "manifest.format-1.json"
  static let identity = FileIdentity(storeID: "", path: fileName)

  static let batchesFolder = "batches"
  static let customersFolder = "customers"
  static let snapshotsFolder = "snapshots"
  static let eventsFolder = "events"
  static let forgottenFolder = "forgotten"
  static let deliveriesFolder = "deliveries"
  /// Those that every store has.
  static let firstFolders = [batchesFolder, customersFolder, snapshotsFolder]
  static let folders = firstFolders + [eventsFolder, forgottenFolder, deliveriesFolder]
  static let recordNames: Set = [
    BatchEntry.recordName, CustomersEntry.recordName, SnapshotEntry.recordName,
    EventsEntry.recordName, ForgottenEntry.recordName, DeliveryEntry.recordName,
  ]
  /// Files that stand in a folder beside its directories.
  static let filesInFolders: Set = [
    ForgottenKey.path, ForgottenKey.temporaryPath, AppendLog.deliveriesPath,
  ]

  package var customerCount: Int { customers.reduce(0) { $0 + $1.customerCount } }

  /// The snapshot that readers answer from; nil where there is none.
  package var currentSnapshot: SnapshotEntry? { snapshots.first { $0.name == current } }

  var entries: [any ManifestEntry] {
    batches as [any ManifestEntry] + customers + snapshots + events + forgotten + deliveries
  }

  /// Directories that are in force.
  var live: Set<DirectoryName> { Set(entries.map(\.directory)) }

  /// The number that the next directory of a folder gets: numbers are never given twice.
  func nextNumber(in folder: String) -> Int {
    let inForce = entries.lazy.map(\.directory).filter { $0.folder == folder }.map(\.number).max()
    return max(inForce ?? 0, removed.number(in: folder)) + 1
  }

  /// The sequence that the next snapshot of a date gets.
  func nextSequence(asOf: Int32) -> Int {
    let inForce = snapshots.lazy.filter { $0.asOf == asOf }.map(\.sequence).max()
    return max(inForce ?? 0, removed.sequence(asOf: asOf)) + 1
  }

  /// The current snapshot of a store of format 1, whose manifest does not say it: that of the greatest date that is not
  /// after today; where all are, the greatest.
  static func current(of snapshots: [SnapshotEntry], today: Int32) -> String? {
    (snapshots.last { $0.asOf <= today } ?? snapshots.last)?.name
  }

  static func name(of number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}
