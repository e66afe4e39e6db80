import Columns
import JSONText

extension Manifest {
  /// The members of manifest.json, in their order.
  var members: [JSON.Member] {
    [
      JSON.Member("format", JSON(StorageLimits.formatVersion)),
      JSON.Member("store", .string(storeID)),
      JSON.Member("change", JSON(change)),
      JSON.Member("requires", .array([])),
      JSON.Member("current", current.map { .string($0) } ?? .null),
      JSON.Member("settings", settings.json),
      JSON.Member("batches", .array(batches.map(\.json))),
      JSON.Member("customers", .array(customers.map(\.json))),
      JSON.Member("snapshots", .array(snapshots.map(\.json))),
      JSON.Member("events", .array(events.map(\.json))),
      JSON.Member("forgotten", .array(forgotten.map(\.json))),
      JSON.Member("deliveries", .array(deliveries.map(\.json))),
      JSON.Member("removed", removed.json),
    ]
  }

  /// - Parameter today: days since 1970-01-01; a store of format 1 has its current snapshot by it.
  init(_ json: JSON, path: String, today: Int32) throws(StorageError) {
    let fields = JSONFields(json: json, path: path)
    let version = try fields.integer("format", in: 1...Int64.max)
    guard version <= StorageLimits.formatVersion else {
      throw StorageError(
        .tooNew, path: path, found: "format version \(version)",
        expected: "at most \(StorageLimits.formatVersion)", advice: "use the version that wrote it")
    }
    format = Int(version)
    storeID = try fields.storeID("store")
    change = try fields.count("change", upTo: StorageLimits.changeCountMax)
    if format >= 2 { try readSecondFormat(fields) }
    batches = try fields.entries("batches", BatchEntry.init)
    snapshots = try fields.entries("snapshots", SnapshotEntry.init)
    for entry in try fields.entries("customers", CustomersEntry.init) {
      guard entry.firstCode == customerCount else {
        throw fields.fail("customers", "customers whose codes follow each other")
      }
      customers.append(entry)
    }
    guard customerCount <= StorageLimits.customerCountMax else {
      throw fields.fail("customers", "at most \(StorageLimits.customerCountMax) customers")
    }
    try checkOrder(fields)
    if format == 1 {
      current = Manifest.current(of: snapshots, today: today)
    } else if current != nil || fields.json["current"] != .null {
      guard currentSnapshot != nil else { throw fields.fail("current", "a snapshot in force") }
    }
  }

  private mutating func readSecondFormat(_ fields: JSONFields) throws(StorageError) {
    for name in try fields.array("requires", upTo: StorageLimits.generationCountMax) {
      throw fields.unknown("extension \(name.json.stringValue ?? "of no name")")
    }
    current = fields.json["current"]?.stringValue
    guard let settings = fields.json["settings"] else {
      throw fields.fail("settings", "an object")
    }
    self.settings = try StoreSettings(JSONFields(json: settings, path: fields.path))
    events = try fields.entries("events", EventsEntry.init)
    forgotten = try fields.entries("forgotten", ForgottenEntry.init)
    deliveries = try fields.entries("deliveries", DeliveryEntry.init)
    guard let removed = fields.json["removed"] else { throw fields.fail("removed", "an object") }
    self.removed = try RemovedNumbers(JSONFields(json: removed, path: fields.path))
  }

  private func checkOrder(_ fields: JSONFields) throws(StorageError) {
    func isRising(_ numbers: [Int]) -> Bool {
      zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    }
    guard
      [
        batches.map(\.number), customers.map(\.number), events.map(\.number),
        forgotten.map(\.number), deliveries.map(\.number),
      ].allSatisfy(isRising),
      zip(snapshots, snapshots.dropFirst()).allSatisfy({ SnapshotEntry.isBefore($0, $1) })
    else { throw fields.fail("batches", "entries in their order") }
  }
}

extension RemovedNumbers {
  var json: JSON {
    var members = RemovedNumbers.folders.map { JSON.Member($0, JSON(number(in: $0))) }
    let dates = sequences.keys.sorted().map { asOf -> JSON in
      ["asOf": .string(Day.text(asOf)), "sequence": JSON(sequence(asOf: asOf))]
    }
    members.append(JSON.Member("snapshots", .array(dates)))
    return .object(members)
  }

  init(_ fields: JSONFields) throws(StorageError) {
    self.init()
    for folder in RemovedNumbers.folders {
      let number = try fields.count(folder, upTo: Int(Int32.max))
      if number > 0 { add(DirectoryName(folder: folder, number: number)) }
    }
    for date in try fields.array("snapshots", upTo: StorageLimits.generationCountMax) {
      let sequence = try date.integer("sequence", in: 1...Int64(Int32.max))
      add(
        DirectoryName(
          folder: Manifest.snapshotsFolder, asOf: try date.day("asOf"), number: Int(sequence)))
    }
  }

  private static let folders = [
    Manifest.batchesFolder, Manifest.customersFolder, Manifest.eventsFolder,
    Manifest.forgottenFolder, Manifest.deliveriesFolder,
  ]
}

extension JSONFields {
  /// A store's id: 16 hexadecimal digits.
  func storeID(_ name: String) throws(StorageError) -> String {
    let id = try string(name)
    guard id.utf8.count == 16, UInt64(id, radix: 16) != nil else {
      throw fail(name, "16 hexadecimal digits")
    }
    return id
  }

  fileprivate func entries<Entry>(
    _ name: String, _ entry: (JSONFields) throws(StorageError) -> Entry
  ) throws(StorageError) -> [Entry] {
    var entries: [Entry] = []
    for fields in try array(name, upTo: StorageLimits.generationCountMax) {
      entries.append(try entry(fields))
    }
    return entries
  }
}
