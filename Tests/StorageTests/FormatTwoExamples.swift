import Columns
import Glibc
import JSONText

@testable import Storage

/// A store with every kind of directory in it.
extension Example {
  static let laterSource = BatchSource(name: "more.csv", byteCount: 9, contentHash: 0xBEEF)

  static var events: EventsDraft {
    EventsDraft(
      kind: "visit",
      EventTable(
        customerCodes: AlignedBuffer([0, 2]), rowStarts: AlignedBuffer([0, 2, 3]),
        days: AlignedBuffer([20_000, 20_001, 20_002]),
        values: Column("value", .money(AlignedBuffer([5, 6, 7])))),
      sources: [BatchSource(name: "visits.csv", byteCount: 7, contentHash: 0xFEED)],
      ingest: ["delimiter": ";"])
  }

  static var delivery: DeliveryDraft {
    DeliveryDraft(
      system: "hubspot", snapshot: "2024-10-14.1",
      DeliveryTable(
        records: StringTable(["r1", "r2"]), codes: AlignedBuffer([0, 1]),
        sent: Frame(
          rowCount: 2,
          columns: [
            Column("segment", .string(.uint8(AlignedBuffer([0, 1])), StringTable(["A", "B"])))
          ])))
  }

  /// Attributes with a day for each row: customer 0 changed.
  static var history: CustomersDraft {
    CustomersDraft(
      newIDs: StringTable(["dora"]),
      attributes: AttributeFrame(
        codes: AlignedBuffer([0, 0, 3]),
        frame: Frame(rowCount: 3, columns: [Column("age", .int64(AlignedBuffer([40, 41, 5])))]),
        since: .days(AlignedBuffer([19_000, 19_365, 19_000]))))
  }

  static let key = ForgottenKey(bytes: Array(1...32))

  static var forgotten: ForgottenDraft {
    ForgottenDraft(
      ForgottenCustomers(hashes: [key.hash(of: "gone".utf8)], until: [20_010]), key: key)
  }

  static var settings: StoreSettings {
    var settings = StoreSettings()
    settings.returns = .net
    settings.trimsIDs = true
    settings.idCase = .lower
    settings.timeZone = "Europe/Berlin"
    settings.nulls = ["n/a", "-"]
    settings.currency = "EUR"
    return settings
  }

  /// Everything of the second publication: events, deliveries, forgotten, history, and the next revision of the first
  /// batch and of the first snapshot, which shares a column with it.
  static func secondPublication(_ store: Store) throws -> Publication {
    var batch = BatchDraft(firstTable, sources: [firstSource])
    batch.replaces = 1
    var frame = Frame(rowCount: 3)
    for column in firstFrame.columns where column.name != "segment" { frame.append(column) }
    var snapshot = SnapshotDraft(asOf: 20_010, frame: frame)
    snapshot.replaces = 1
    snapshot.sharedColumns = [.init("segment", of: store.manifest.snapshots[0])]
    var publication = Publication(
      batches: [batch, BatchDraft(secondTable, sources: [laterSource])],
      customers: [history],
      snapshots: [snapshot, SnapshotDraft(asOf: 20_011, frame: Frame(rowCount: 0))])
    publication.events = [events]
    publication.deliveries = [delivery]
    publication.forgotten = [forgotten]
    publication.settings = settings
    return publication
  }

  /// A store of two publications, with a key that is no secret and a log of two entries.
  static func fullStore(
    in directory: TemporaryDirectory, system: SystemCalls = .real
  ) throws -> Store {
    let store = try store(in: directory, system: system)
    mkdir(store.path + "/forgotten", 0o755)
    try overwrite(store.path + "/" + ForgottenKey.path, with: Array(1...32))
    var writer = try store.lockForWriting()
    try writer.commit(try secondPublication(writer.store))
    var log = try writer.deliveryLog()
    try log.append(["delivery": 1, "state": "begun"])
    try log.append(["delivery": 1, "state": "done"])
    let written = writer.store
    try writer.close()
    return written
  }
}
