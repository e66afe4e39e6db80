import Columns
import Glibc
import JSONText
import Kernels
import Testing

@testable import Storage

@Suite("Publication")
struct PublicationTests {
  private let second = Publication(
    batches: [
      BatchDraft(
        Example.secondTable,
        sources: [BatchSource(name: "more.csv", byteCount: 9, contentHash: 0xBEEF)])
    ],
    customers: [CustomersDraft(newIDs: StringTable(["dora"]))],
    snapshots: [SnapshotDraft(asOf: 20_011, frame: Frame(rowCount: 0))])

  @Test("Interrupted and short calls are gone on with")
  func interruptions() throws {
    for call in [SystemCalls.Call.open, .read, .write, .synchronize, .rename] {
      for effect in [SystemCalls.Fault.Effect.interrupt, .cutShort] {
        let directory = TemporaryDirectory()
        let system = SystemCalls(fault: .init(call, ordinal: 3, effect))
        _ = try Example.store(in: directory, system: system)
        #expect(try Store.verify(at: directory("store")).isClean, "\(call) \(effect)")
      }
    }
  }

  @Test("What a killed writer left under a temporary name is not seen by readers, and removed")
  func leftovers() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    mkdir(store.path + "/batches/.000002.tmp", 0o755)
    try overwrite(store.path + "/batches/.000002.tmp/day.col", with: [1, 2, 3])
    for name in [".manifest.json.tmp", ".journal.json.tmp", ".journal.json.done"] {
      try overwrite(store.path + "/" + name, with: [1])
    }
    #expect(try Store.open(at: store.path).manifest == store.manifest)
    #expect(try Store.verify(at: store.path).isClean)
    var writer = try store.lockForWriting()
    try writer.commit(second)
    #expect(writer.notes == [] && writer.store.manifest.batches.map(\.number) == [1, 2])
    #expect(try Store.verify(at: store.path).isClean)
    #expect(try !filePaths(under: store.path).contains { $0.hasPrefix(".") || $0.contains("/.") })
    #expect(
      try writer.store.loadBatch(writer.store.manifest.batches[1]).days.array == [20_011, 20_011])
  }

  @Test(
    "Directories of format 1 that its manifest does not name are told, and their numbers skipped")
  func unnamed() throws {
    let directory = TemporaryDirectory()
    let path = try GoldenTests.copy("store-v1", to: directory)
    for name in ["batches/000002", "snapshots/2024-10-16.1"] {
      mkdir(path + "/" + name, 0o755)
      try overwrite(path + "/" + name + "/day.col", with: [1, 2, 3])
    }
    var writer = try Store.open(at: path).lockForWriting()
    #expect(writer.notes.count == 1 && writer.notes[0].contains("batches/000002"))
    var publication = second
    publication.snapshots = [SnapshotDraft(asOf: 20_012, frame: Frame(rowCount: 0))]
    try writer.commit(publication)
    #expect(writer.store.manifest.batches.map(\.number) == [1, 3])
    #expect(writer.store.manifest.snapshots.last?.name == "2024-10-16.2")
    try writer.close()
    let next = try Store.open(at: path).lockForWriting()
    #expect(next.notes.count == 1 && next.store.manifest.removed.number(in: "batches") == 2)
    for name in ["batches/000002", "snapshots/2024-10-16.1"] {
      #expect(try bytes(of: path + "/" + name + "/day.col") == [1, 2, 3])
    }
    #expect(try Store.verify(at: path).isClean)
  }

  @Test("A second writer is refused with the process id of the first, and let in after it")
  func locking() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    let first = try store.lockForWriting()
    let error = #expect(throws: StorageError.self) { _ = try store.lockForWriting() }
    #expect(error?.kind == .locked(processID: getpid()))
    #expect(error?.exitCode == 75)
    #expect(try Store.open(at: store.path).manifest == store.manifest)
    try first.close()
    try store.lockForWriting().close()
    #expect(try bytes(of: store.path + "/LOCK").isEmpty)
  }

  @Test("Customers add up over generations, and a writer sees what another has published meanwhile")
  func generations() throws {
    let directory = TemporaryDirectory()
    let stale = try Example.store(in: directory)
    var writer = try stale.lockForWriting()
    try writer.commit(second)
    try writer.close()
    #expect(stale.manifest.batches.count == 1)
    let store = try stale.reopened()
    #expect(try store.loadCustomerIDs().array == ["ann", "bob", "zoé", "dora"])
    #expect(store.manifest.customers.map(\.firstCode) == [0, 3])
    let late = try stale.lockForWriting()
    #expect(late.store.manifest == store.manifest)
  }

  @Test(
    "Snapshots are found by name, by date and as the latest, whatever the order of their making")
  func snapshotNames() throws {
    let directory = TemporaryDirectory()
    var writer = try Store.create(at: directory("store")).lockForWriting()
    for asOf: Int32 in [20_000, 20_002, 20_001, 20_002, 20_000] {
      try writer.commit(
        Publication(snapshots: [SnapshotDraft(asOf: asOf, frame: Frame(rowCount: 0))]))
    }
    let store = writer.store
    #expect(
      store.manifest.snapshots.map(\.name) == [
        "2024-10-04.1", "2024-10-04.2", "2024-10-05.1", "2024-10-06.1", "2024-10-06.2",
      ])
    #expect(store.currentSnapshot?.name == "2024-10-06.2")
    #expect(try store.snapshot(named: "latest").name == "2024-10-06.2")
    #expect(try store.snapshot(named: "2024-10-04").name == "2024-10-04.2")
    #expect(try store.snapshot(named: "2024-10-06.1").sequence == 1)
    let error = #expect(throws: StorageError.self) { try store.snapshot(named: "2024-10-07") }
    #expect(error?.kind == .missing)

    let collected = try writer.collect(keepingSnapshots: 2)
    #expect(collected.snapshots.map(\.name) == ["2024-10-04.1", "2024-10-04.2", "2024-10-05.1"])
    #expect(collected.byteCount > 0)
    #expect(writer.store.manifest.snapshots.map(\.name) == ["2024-10-06.1", "2024-10-06.2"])
    #expect(try SystemCalls.real.list(store.path + "/snapshots").count == 2)
    #expect(throws: StorageError.self) { try writer.collect(keepingSnapshots: 0) }
    try writer.collect(keepingSnapshots: 1)
    #expect(writer.store.currentSnapshot?.name == "2024-10-06.2")
  }

  @Test("What cannot be stored is refused before anything is written")
  func refusals() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    var writer = try store.lockForWriting()
    let column = Column("c", .int8(AlignedBuffer([1])))
    let bad = [
      Publication(batches: [BatchDraft(Example.table([(9, [(1, 1)])]), sources: [])]),
      Publication(batches: [
        BatchDraft(Example.table([(0, [(1, .max), (1, .max)])]), sources: [])
      ]),
      Publication(snapshots: [SnapshotDraft(asOf: .max, frame: Frame(rowCount: 0))]),
      Publication(snapshots: [
        SnapshotDraft(
          asOf: 1, frame: Frame(rowCount: 1, columns: [column]), hiddenColumns: [column])
      ]),
      Publication(snapshots: [
        SnapshotDraft(asOf: 1, frame: Frame(rowCount: 2), hiddenColumns: [column])
      ]),
      Publication(snapshots: [
        SnapshotDraft(asOf: 1, frame: Frame(rowCount: 0), members: [JSON.Member("rows", 1)])
      ]),
    ]
    for (index, publication) in bad.enumerated() {
      #expect(throws: StorageError.self, "publication \(index)") { try writer.commit(publication) }
    }
    #expect(try Store.open(at: store.path).manifest == store.manifest)
  }

  @Test("The same input gives the same bytes in every file, on any number of threads")
  func sameBytes() throws {
    defer { Parallel.setThreadCount(0) }
    var stores: [[String: [UInt8]]] = []
    for threads in [1, 2, 4] {
      Parallel.setThreadCount(threads)
      let directory = TemporaryDirectory()
      stores.append(try contents(of: try Example.store(in: directory).path))
    }
    #expect(stores[0].count > 10)
    #expect(stores[0] == stores[1] && stores[0] == stores[2])
  }

  @Test("A directory that is no store is said to be none")
  func noStore() throws {
    let directory = TemporaryDirectory()
    let missing = #expect(throws: StorageError.self) { try Store.open(at: directory("none")) }
    #expect(missing?.kind == .missing && missing?.exitCode == 66)
    let empty = #expect(throws: StorageError.self) { try Store.open(at: directory.path) }
    #expect(empty?.kind == .notAStore)
    try overwrite(directory("notes.txt"), with: [1])
    let full = #expect(throws: StorageError.self) { try Store.create(at: directory.path) }
    #expect(full?.kind == .notAStore)
    let nowhere = #expect(throws: StorageError.self) { try Store.create(at: directory("a/b")) }
    #expect(nowhere?.exitCode == 73)
  }
}
