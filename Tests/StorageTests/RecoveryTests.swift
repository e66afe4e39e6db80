import Columns
import Glibc
import JSONText
import Testing

@testable import Storage

@Suite("Journal and recovery")
struct RecoveryTests {
  /// What a publication leaves at each step, and what the next writer makes of it.
  private func write(_ journal: Journal, _ store: Store) throws {
    let bytes = SealedJSON.seal(journal.members, identity: Journal.identity).bytes
    try overwrite(store.path + "/journal.json", with: bytes)
  }

  private func journal(
    _ store: Store, _ change: Int, _ state: Journal.State, makes: [DirectoryName] = [],
    removes: [DirectoryName] = [], outputs: [PublishedOutput] = []
  ) -> Journal {
    Journal(
      storeID: store.manifest.storeID, change: change, state: state, makes: makes,
      removes: removes, outputs: outputs)
  }

  private let second = DirectoryName(folder: "batches", number: 2)

  private func makeDirectory(_ path: String) throws {
    try #require(mkdir(path, 0o755) == 0)
    try overwrite(path + "/day.col", with: [1])
  }

  private func exists(_ path: String) throws -> Bool { try SystemCalls.real.exists(path) }

  @Test("A publication leaves its journal done")
  func done() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    let read = try #require(try Journal.read(store))
    #expect(read.state == .done && read.change == 1 && read.storeID == store.manifest.storeID)
    #expect(
      read.makes.map(\.path) == ["batches/000001", "customers/000001", "snapshots/2024-10-14.1"])
    #expect(try filePaths(under: store.path).filter { $0.hasPrefix(".") } == [])
  }

  @Test("What was begun and not made is undone: directories and partial outputs")
  func undone() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    try makeDirectory(store.path + "/batches/000002")
    try overwrite(directory("a.csv.partial-12"), with: [1, 2])
    let output = PublishedOutput(
      partialPath: directory("a.csv.partial-12"), path: directory("a.csv"), byteCount: 2,
      hash: Checksum.of([1, 2], seed: 0))
    try write(journal(store, 2, .begun, makes: [second], outputs: [output]), store)
    let writer = try store.lockForWriting()
    #expect(writer.notes == [] && writer.store.manifest == store.manifest)
    #expect(try !exists(store.path + "/batches/000002"))
    #expect(try !exists(directory("a.csv.partial-12")) && !exists(directory("a.csv")))
  }

  @Test("What is in force is finished: outputs get their names, removed directories go")
  func finished() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    try makeDirectory(store.path + "/batches/000002")
    var outputs: [PublishedOutput] = []
    for (name, bytes) in [("a.csv", [1, 2]), ("b.csv", [3])] as [(String, [UInt8])] {
      try overwrite(directory(name), with: [9])
      try overwrite(directory(name + ".partial-12"), with: bytes)
      outputs.append(
        PublishedOutput(
          partialPath: directory(name + ".partial-12"), path: directory(name), byteCount: 2,
          hash: Checksum.of([1, 2], seed: 0)))
    }
    try write(journal(store, 1, .begun, removes: [second], outputs: outputs), store)
    let writer = try store.lockForWriting()
    #expect(writer.notes.count == 1 && writer.notes[0].contains("a.csv"))
    #expect(try !exists(store.path + "/batches/000002"))
    #expect(try bytes(of: directory("a.csv")) == [1, 2])
    // Another content than was published is left alone.
    #expect(try bytes(of: directory("b.csv")) == [9] && exists(directory("b.csv.partial-12")))
    #expect(try Journal.read(store)?.state == .done)
  }

  @Test("An older manifest, another store's journal and an unknown directory are damage")
  func damage() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    let manifest = try bytes(of: store.path + "/manifest.json")
    var writer = try store.lockForWriting()
    try writer.commit(
      Publication(batches: [BatchDraft(Example.table([(0, [(1, 1)])]), sources: [])]))
    try writer.close()
    try overwrite(store.path + "/manifest.json", with: manifest)
    let before = try contents(of: store.path)
    func refused() throws {
      let error = #expect(throws: StorageError.self) { _ = try store.lockForWriting() }
      #expect(error?.kind == .damaged && error?.exitCode == 65)
      #expect(error?.description.contains("nothing was changed") == true)
      #expect(try exists(store.path + "/batches/000002/day.col"))
    }
    try refused()
    #expect(try contents(of: store.path) == before)
    #expect(try !Store.verify(at: store.path).isClean)
    unlink(store.path + "/journal.json")
    try refused()
    for (change, state) in [(3, .begun), (0, .begun)] as [(Int, Journal.State)] {
      try write(journal(store, change, state, makes: [second]), store)
      try refused()
    }
    var other = journal(store, 2, .begun, makes: [second])
    other.storeID = "00000000000000ff"
    try write(other, store)
    try refused()
    // The number of a directory that is out of force was given: it is told, and left.
    try write(journal(store, 1, .done), store)
    var removed = store.manifest
    removed.removed.add(second)
    try Store(path: store.path, manifest: removed, system: .real).replaceManifest(with: removed)
    let late = try store.lockForWriting()
    #expect(late.notes.count == 1)
    #expect(try exists(store.path + "/batches/000002/day.col"))
  }

  @Test("A journal cannot name what is not a store's")
  func names() throws {
    let directory = TemporaryDirectory()
    let store = try Example.store(in: directory)
    for path in ["../x", "batches/../x", "batches", "batches/.000002.tmp", "/etc/x", "x/000001"] {
      var members = journal(store, 1, .begun).members
      members[3] = JSON.Member("makes", .array([.string(path)]))
      let bytes = SealedJSON.seal(members, identity: Journal.identity).bytes
      try overwrite(store.path + "/journal.json", with: bytes)
      #expect(throws: StorageError.self, "\(path)") { _ = try store.lockForWriting() }
    }
    for partial in ["/etc/passwd", "a.partial-1", directory("a") + ".partial-", directory("a")] {
      let output = PublishedOutput(
        partialPath: partial, path: directory("a"), byteCount: 1, hash: 1)
      try write(journal(store, 1, .begun, outputs: [output]), store)
      #expect(throws: StorageError.self, "\(partial)") { _ = try store.lockForWriting() }
    }
  }

  @Test("Outputs of a publication come into force with it, and not into a store")
  func outputs() throws {
    let directory = TemporaryDirectory()
    var writer = try Example.store(in: directory).lockForWriting()
    try overwrite(directory("a.csv.partial-1"), with: [5])
    var publication = Publication()
    publication.outputs = [
      PublishedOutput(
        partialPath: directory("a.csv.partial-1"), path: directory("a.csv"), byteCount: 1,
        hash: Checksum.of([5], seed: 0))
    ]
    #expect(try writer.commit(publication).unfinished == [])
    #expect(try bytes(of: directory("a.csv")) == [5])
    #expect(try !exists(directory("a.csv.partial-1")))
    let inside = directory("store/a.csv")
    publication.outputs = [
      PublishedOutput(partialPath: inside + ".partial-1", path: inside, byteCount: 1, hash: 1)
    ]
    #expect(throws: StorageError.self) { try writer.commit(publication) }
  }

  @Test("The current snapshot moves with new dates, and where it is told to")
  func current() throws {
    let directory = TemporaryDirectory()
    var writer = try Example.store(in: directory).lockForWriting()
    func publish(_ asOf: Int32, _ current: Publication.CurrentSnapshot = .byDate) throws -> String?
    {
      var publication = Publication(
        snapshots: [SnapshotDraft(asOf: asOf, frame: Frame(rowCount: 0))])
      publication.current = current
      try writer.commit(publication)
      return try Store.open(at: directory("store")).currentSnapshot?.name
    }
    #expect(try publish(20_012) == "2024-10-16.1")
    #expect(try publish(20_011) == "2024-10-16.1")
    #expect(try publish(20_012) == "2024-10-16.2")
    #expect(try publish(20_013, .keep) == "2024-10-16.2")
    #expect(try writer.makeCurrent("2024-10-14").name == "2024-10-14.1")
    #expect(try writer.store.snapshot(named: "latest").name == "2024-10-14.1")
    #expect(try writer.collect(keepingSnapshots: 1).snapshots.count == 3)
    #expect(writer.store.manifest.snapshots.map(\.name) == ["2024-10-14.1", "2024-10-17.1"])
    var removal = Publication()
    removal.removals.snapshots = [writer.store.manifest.snapshots[0]]
    #expect(throws: StorageError.self) { try writer.commit(removal) }
    #expect(throws: StorageError.self) { try writer.makeCurrent("2024-10-16") }
    let entries = writer.store.manifest.snapshots
    #expect(Manifest.current(of: entries, today: 20_012) == "2024-10-14.1")
    #expect(Manifest.current(of: entries, today: 20_013) == "2024-10-17.1")
    #expect(Manifest.current(of: entries, today: 0) == "2024-10-17.1")
    #expect(Manifest.current(of: [], today: 0) == nil)
  }
}
