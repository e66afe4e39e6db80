import Columns
import Glibc
import JSONText
import Testing

@testable import Storage

@Suite("Format 2")
struct FormatTwoTests {
  @Test("Every kind of directory comes back as it was given, and is clean")
  func roundTrip() throws {
    let directory = TemporaryDirectory()
    let written = try Example.fullStore(in: directory)
    let store = try Store.open(at: written.path)
    #expect(store.manifest == written.manifest)
    #expect(store.manifest.settings == Example.settings)
    #expect(try Store.verify(at: store.path).damages == [])

    let events = try store.loadEvents(try #require(store.manifest.events.first))
    #expect(events.customerCodes.array == [0, 2] && events.rowStarts.array == [0, 2, 3])
    #expect(events.days.array == [20_000, 20_001, 20_002])
    expectEqual(
      try #require(events.values), try #require(Example.events.table.values).named("value"))
    #expect(store.manifest.events[0].kind == "visit" && store.manifest.events[0].lastDay == 20_002)
    #expect(try store.eventsRecord(store.manifest.events[0])["ingest"] == ["delimiter": ";"])

    let forgotten = try #require(try store.loadForgotten())
    #expect(forgotten.customers.hashes == [forgotten.key.hash(of: "gone".utf8)])
    #expect(forgotten.customers.until == [20_010])

    let delivery = try store.loadDelivery(try #require(store.manifest.deliveries.first))
    #expect(delivery.records.array == ["r1", "r2"] && delivery.codes?.array == [0, 1])
    #expect(delivery.sent.names == ["segment"])
    #expect(try store.deliveryLogEntries().map { $0["state"] } == ["begun", "done"])

    let attributes = try store.loadAttributes()
    guard case .always = attributes[0].since, case .days(let days) = attributes[1].since else {
      Issue.record("the first has no history, the second a day a row")
      return
    }
    #expect(days.array == [19_000, 19_365, 19_000])
  }

  @Test("A directory written anew keeps its number, and shares what did not change")
  func revisions() throws {
    let directory = TemporaryDirectory()
    let store = try Example.fullStore(in: directory)
    #expect(store.manifest.batches.map(\.folder) == ["batches/000001.2", "batches/000002"])
    #expect(
      store.manifest.snapshots.map(\.folder)
        == ["snapshots/2024-10-14.1.2", "snapshots/2024-10-15.1"])
    #expect(store.manifest.snapshots[0].name == "2024-10-14.1")
    for former in ["batches/000001", "snapshots/2024-10-14.1"] {
      #expect(try !SystemCalls.real.exists(store.path + "/" + former))
    }
    let snapshot = try store.loadSnapshot(store.manifest.snapshots[0])
    expectEqual(try #require(snapshot.frame["segment"]), Example.firstFrame["segment"]!)
    let shared = try #require(snapshot.schema.first { $0.name == "segment" })
    #expect(shared.origin == "snapshots/2024-10-14.1/segment.col")
    #expect(
      try store.loadBatch(store.manifest.batches[0]).days.array == Example.firstTable.days.array)
  }

  @Test("Records say what they are of")
  func records() throws {
    let directory = TemporaryDirectory()
    let store = try Example.fullStore(in: directory)
    let id = JSON.string(store.manifest.storeID)
    for entry in store.manifest.entries {
      let record = try StoredFolder(store, entry).record
      let members = try #require(record.objectValue)
      let own = [JSON.Member("store", id)] + entry.directory.members
      #expect(Array(members.prefix(own.count)) == own, "\(entry.folder)")
    }
  }

  @Test("A key is made once, for its owner alone, and one that is lost or another is damage")
  func key() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    var writer = try store.lockForWriting()
    let key = try writer.forgottenKey()
    #expect(try writer.forgottenKey().hash(of: [1]) == key.hash(of: [1]))
    var status = stat()
    #expect(stat(store.path + "/forgotten/key", &status) == 0 && status.st_mode & 0o777 == 0o600)
    var publication = Publication()
    publication.forgotten = [
      ForgottenDraft(
        ForgottenCustomers(hashes: [key.hash(of: "x".utf8)], until: [1]), key: key)
    ]
    try writer.commit(publication)
    try writer.close()
    #expect(try Store.verify(at: store.path).isClean)
    try overwrite(store.path + "/forgotten/key", with: Array(0..<32))
    #expect(try !Store.verify(at: store.path).isClean)
    #expect(throws: StorageError.self) { _ = try store.reopened().loadForgotten() }
    unlink(store.path + "/forgotten/key")
    #expect(try !Store.verify(at: store.path).isClean)
    let next = try store.lockForWriting()
    #expect(throws: StorageError.self) { _ = try next.forgottenKey() }
  }

  @Test("SHA-256 and HMAC are those of FIPS 180-4 and RFC 4231")
  func keyedHash() {
    func hex(_ bytes: [UInt8]) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    #expect(
      hex(KeyedHash.sha256(Array("abc".utf8)))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      hex(
        KeyedHash.sha256(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      hex(
        KeyedHash.authenticate(
          Array("Hi There".utf8), key: [UInt8](repeating: 0x0b, count: 20)))
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    #expect(
      hex(
        KeyedHash.authenticate(
          Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
          key: [UInt8](repeating: 0xaa, count: 131)))
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test("A name that this version does not know is refused as a newer format is")
  func tooNew() throws {
    let directory = TemporaryDirectory()
    let store = try Example.fullStore(in: directory)
    func refused(_ change: (inout [JSON.Member]) -> Void) throws -> StorageError? {
      var members = store.manifest.members
      change(&members)
      try overwrite(
        store.path + "/manifest.json",
        with: SealedJSON.seal(members, identity: Manifest.identity).bytes)
      #expect(try !Store.verify(at: store.path).isClean)
      return #expect(throws: StorageError.self) { try Store.open(at: store.path) }
    }
    func put(_ name: String, _ value: JSON) -> (inout [JSON.Member]) -> Void {
      { members in
        let index = members.firstIndex { $0.name == name }!
        members[index] = JSON.Member(name, value)
      }
    }
    for (name, value) in [
      ("format", 3), ("requires", ["zones"]), ("settings", ["colour": 1]),
      ("settings", ["returns": "gift"]), ("settings", ["ids": ["fold": true]]),
    ] as [(String, JSON)] {
      #expect(try refused(put(name, value))?.kind == .tooNew, "\(name)")
    }
    for (name, value) in [
      ("current", "2020-01-01.1"), ("current", 1), ("settings", 1), ("removed", .null),
      ("events", .null), ("settings", ["ids": 1]),
    ] as [(String, JSON)] {
      #expect(try refused(put(name, value))?.kind == .damaged, "\(name)")
    }
  }

  @Test("A number that was given once is not given again, whatever was removed")
  func numbers() throws {
    let directory = TemporaryDirectory()
    var writer = try Example.fullStore(in: directory).lockForWriting()
    var removal = Publication()
    removal.removals.batches = [writer.store.manifest.batches[1]]
    removal.removals.snapshots = [writer.store.manifest.snapshots[0]]
    removal.removals.events = writer.store.manifest.events
    removal.removals.deliveries = writer.store.manifest.deliveries
    try writer.commit(removal)
    let names = try writer.store.directories()
    #expect(names.foreign == [] && Set(names.named) == writer.store.manifest.live)
    try writer.close()
    var next = try Store.open(at: directory("store")).lockForWriting()
    #expect(next.notes == [])
    var again = Publication(
      batches: [BatchDraft(Example.secondTable, sources: [])],
      snapshots: [SnapshotDraft(asOf: 20_010, frame: Frame(rowCount: 0))])
    again.events = [Example.events]
    again.deliveries = [Example.delivery]
    let published = try next.commit(again)
    #expect(published.batches.map(\.number) == [3])
    #expect(published.snapshots.map(\.name) == ["2024-10-14.2"])
    #expect(published.events.map(\.number) == [2] && published.deliveries.map(\.number) == [2])
    #expect(try Store.verify(at: directory("store")).isClean)
  }
}

extension Column {
  fileprivate func named(_ name: String) -> Column { Column(name, values, validity: validity) }
}
