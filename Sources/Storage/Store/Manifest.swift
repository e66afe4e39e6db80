import Columns
import JSONText

/// A batch in force.
package struct BatchEntry: Sendable, Equatable {
  package let number: Int
  package let rowCount: Int
  package let customerCount: Int
  /// Days since 1970-01-01; both 0 when there are no rows.
  package let firstDay: Int32
  package let lastDay: Int32
  /// Content hash of each source file.
  package let sourceHashes: [UInt64]
  let checksum: UInt64

  package var name: String { Manifest.name(of: number) }
  var folder: String { "batches/" + name }
}

/// A generation of customers in force: those that were new with it.
package struct CustomersEntry: Sendable, Equatable {
  package let number: Int
  /// Code of its first customer: the number of customers before it.
  package let firstCode: Int
  package let customerCount: Int
  /// Rows of its attributes; 0 where it has none.
  package let attributeRowCount: Int
  let checksum: UInt64

  package var name: String { Manifest.name(of: number) }
  var folder: String { "customers/" + name }
}

/// A snapshot in force.
package struct SnapshotEntry: Sendable, Equatable {
  /// The date it is as of, days since 1970-01-01.
  package let asOf: Int32
  /// 1 for the first of its date.
  package let sequence: Int
  package let rowCount: Int
  let checksum: UInt64

  /// `2026-11-21.1`
  package var name: String { Day.text(asOf) + ".\(sequence)" }
  var folder: String { "snapshots/" + name }

  var directory: DirectoryName {
    DirectoryName(folder: Manifest.snapshotsFolder, asOf: asOf, number: sequence)
  }

  static func isBefore(_ a: SnapshotEntry, _ b: SnapshotEntry) -> Bool {
    (a.asOf, a.sequence) < (b.asOf, b.sequence)
  }
}

/// What is in force: the content of manifest.json.
package struct Manifest: Sendable, Equatable {
  /// 16 hexadecimal digits, made of the first publication's content; `unnamedStoreID` until there is one.
  package var storeID = Manifest.unnamedStoreID
  /// Number of publications so far.
  package var change = 0
  /// By number.
  package var batches: [BatchEntry] = []
  /// By number; their codes follow each other.
  package var customers: [CustomersEntry] = []
  /// By date, then sequence.
  package var snapshots: [SnapshotEntry] = []
  /// Numbers that are not given again, besides those of what is in force.
  package var removed = RemovedNumbers()

  static let unnamedStoreID = "0000000000000000"
  static let fileName = "manifest.json"
  static let temporaryFileName = ".manifest.json.tmp"
  static let formerFileName = ".manifest.json.former"
  static let identity = FileIdentity(storeID: "", path: fileName)
  static let batchesFolder = "batches"
  static let customersFolder = "customers"
  static let snapshotsFolder = "snapshots"
  static let folders = [batchesFolder, customersFolder, snapshotsFolder]
  static let recordNames: Set = ["batch.json", "customers.json", "snapshot.json"]
  /// Files that stand in a folder beside its directories.
  static let filesInFolders: Set<String> = []

  package var customerCount: Int { customers.reduce(0) { $0 + $1.customerCount } }

  /// Folders that are in force, relative to the store.
  var liveFolders: Set<String> {
    Set(batches.map(\.folder) + customers.map(\.folder) + snapshots.map(\.folder))
  }

  /// The number that the next batch or generation gets: numbers are never given twice.
  func nextNumber(in folder: String) -> Int {
    let inForce =
      switch folder {
      case Manifest.batchesFolder: batches.last?.number
      case Manifest.customersFolder: customers.last?.number
      default: preconditionFailure("a folder of numbers")
      }
    return max(inForce ?? 0, removed.number(in: folder)) + 1
  }

  /// The sequence that the next snapshot of a date gets.
  func nextSequence(asOf: Int32) -> Int {
    let inForce = snapshots.lazy.filter { $0.asOf == asOf }.map(\.sequence).max()
    return max(inForce ?? 0, removed.sequence(asOf: asOf)) + 1
  }

  static func name(of number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}

extension Manifest {
  /// The members of manifest.json, in their order.
  var members: [JSON.Member] {
    [
      JSON.Member("format", JSON(StorageLimits.formatVersion)),
      JSON.Member("store", .string(storeID)),
      JSON.Member("change", JSON(change)),
      JSON.Member("batches", .array(batches.map(\.json))),
      JSON.Member("customers", .array(customers.map(\.json))),
      JSON.Member("snapshots", .array(snapshots.map(\.json))),
    ]
  }

  init(_ json: JSON, path: String) throws(StorageError) {
    let fields = JSONFields(json: json, path: path)
    let version = try fields.integer("format", in: 1...Int64.max)
    guard version <= StorageLimits.formatVersion else {
      throw StorageError(
        .tooNew, path: path, found: "format version \(version)",
        expected: "at most \(StorageLimits.formatVersion)", advice: "use the version that wrote it")
    }
    storeID = try fields.string("store")
    guard storeID.utf8.count == 16, UInt64(storeID, radix: 16) != nil else {
      throw fields.fail("store", "16 hexadecimal digits")
    }
    change = try fields.count("change", upTo: Int.max)
    let limit = StorageLimits.generationCountMax
    for entry in try fields.array("batches", upTo: limit) { batches.append(try BatchEntry(entry)) }
    for entry in try fields.array("customers", upTo: limit) {
      let customersEntry = try CustomersEntry(entry)
      guard customersEntry.firstCode == customerCount else {
        throw fields.fail("customers", "customers whose codes follow each other")
      }
      customers.append(customersEntry)
    }
    for entry in try fields.array("snapshots", upTo: limit) {
      snapshots.append(try SnapshotEntry(entry))
    }
    let areOrdered =
      zip(batches, batches.dropFirst()).allSatisfy { $0.number < $1.number }
      && zip(customers, customers.dropFirst()).allSatisfy { $0.number < $1.number }
      && zip(snapshots, snapshots.dropFirst()).allSatisfy { SnapshotEntry.isBefore($0, $1) }
    guard areOrdered, customerCount <= StorageLimits.customerCountMax else {
      throw fields.fail("batches", "entries in their order")
    }
  }
}

extension BatchEntry {
  var json: JSON {
    [
      "number": JSON(number), "rows": JSON(rowCount), "customers": JSON(customerCount),
      "firstDay": .string(Day.text(firstDay)), "lastDay": .string(Day.text(lastDay)),
      "sources": .array(sourceHashes.map { .string(Checksum.text($0)) }),
      "checksum": .string(Checksum.text(checksum)),
    ]
  }

  init(_ fields: JSONFields) throws(StorageError) {
    number = try fields.count("number", upTo: Int(Int32.max))
    rowCount = try fields.count("rows", upTo: StorageLimits.rowCountMax)
    customerCount = try fields.count("customers", upTo: StorageLimits.customerCountMax)
    firstDay = try fields.day("firstDay")
    lastDay = try fields.day("lastDay")
    checksum = try fields.checksum("checksum")
    var hashes: [UInt64] = []
    for source in try fields.array("sources", upTo: StorageLimits.generationCountMax) {
      hashes.append(try JSONFields(json: ["hash": source.json], path: source.path).checksum("hash"))
    }
    sourceHashes = hashes
  }
}

extension CustomersEntry {
  var json: JSON {
    [
      "number": JSON(number), "firstCode": JSON(firstCode), "customers": JSON(customerCount),
      "attributeRows": JSON(attributeRowCount), "checksum": .string(Checksum.text(checksum)),
    ]
  }

  init(_ fields: JSONFields) throws(StorageError) {
    number = try fields.count("number", upTo: Int(Int32.max))
    firstCode = try fields.count("firstCode", upTo: StorageLimits.customerCountMax)
    customerCount = try fields.count("customers", upTo: StorageLimits.customerCountMax)
    attributeRowCount = try fields.count("attributeRows", upTo: StorageLimits.rowCountMax)
    checksum = try fields.checksum("checksum")
  }
}

extension SnapshotEntry {
  var json: JSON {
    [
      "asOf": .string(Day.text(asOf)), "sequence": JSON(sequence), "rows": JSON(rowCount),
      "checksum": .string(Checksum.text(checksum)),
    ]
  }

  init(_ fields: JSONFields) throws(StorageError) {
    asOf = try fields.day("asOf")
    sequence = try fields.count("sequence", upTo: Int(Int32.max))
    rowCount = try fields.count("rows", upTo: StorageLimits.rowCountMax)
    checksum = try fields.checksum("checksum")
  }
}

extension JSONFields {
  func day(_ name: String) throws(StorageError) -> Int32 {
    guard let day = Day.parse(try string(name)) else { throw fail(name, "a date, YYYY-MM-DD") }
    return day
  }
}
