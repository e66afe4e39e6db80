import Columns
import Glibc
import JSONText
import Kernels
import Testing

@testable import Storage

@Suite("Damage")
struct DamageTests {
  /// A store as small as one with a batch, customers, a dictionary, nulls and a hidden column can be.
  private func smallStore(_ directory: TemporaryDirectory) throws -> String {
    let store = try Store.create(at: directory("store"))
    var writer = try store.lockForWriting()
    let frame = Frame(
      rowCount: 2,
      columns: [
        Column(
          "segment", .string(.uint8(AlignedBuffer([0, 0])), StringTable(["Loyal"])),
          validity: Bitmap([true, false]))
      ])
    try writer.commit(
      Publication(
        batches: [
          BatchDraft(
            Example.table([(0, [(20_000, 500)]), (1, [(20_001, 700)])]),
            sources: [Example.firstSource])
        ],
        customers: [CustomersDraft(newIDs: StringTable(["a", "bc"]))],
        snapshots: [SnapshotDraft(asOf: 20_001, frame: frame)]))
    try writer.close()
    return directory("store")
  }

  /// Reads all that a store has.
  private func loadEverything(_ path: String) throws {
    let store = try Store.open(at: path)
    for batch in store.manifest.batches { _ = try store.loadBatch(batch, extras: .all) }
    _ = try store.loadCustomerIDs()
    _ = try store.loadAttributes()
    for entry in store.manifest.snapshots {
      let names = try store.snapshotSchema(entry).map(\.name)
      _ = try store.loadSnapshot(entry, columns: names)
    }
    // The part of customers.json that no load needs is what verify is for.
    for entry in store.manifest.customers {
      _ = try StoredFolder(store, entry)
    }
    for entry in store.manifest.events { _ = try store.loadEvents(entry) }
    _ = try store.loadForgotten()
    for entry in store.manifest.deliveries { _ = try store.loadDelivery(entry) }
    if try store.deliveryLogContents().tornByteCount > 0 {
      throw StorageError.damaged(path, found: "a torn log", expected: "a whole one")
    }
    try Journal.read(store)?.check(store.manifest, storePath: path)
    _ = try store.wayBack()
  }

  @Test("Every flipped byte of a store is found, by verify and by loading")
  func flips() throws {
    let directory = TemporaryDirectory()
    let path = try smallStore(directory)
    try loadEverything(path)
    #expect(try Store.verify(at: path).isClean)
    var random = RandomStream(seed: 5)
    for (name, original) in try contents(of: path) {
      let file = open(path + "/" + name, O_RDWR)
      defer { close(file) }
      for i in original.indices {
        var byte = original[i] ^ UInt8(1 << random.nextIndex(below: 8))
        pwrite(file, &byte, 1, i)
        let verification = try Store.verify(at: path)
        #expect(!verification.isClean, "byte \(i) of \(name): verify")
        #expect(throws: StorageError.self, "byte \(i) of \(name): load") {
          try loadEverything(path)
        }
        byte = original[i]
        pwrite(file, &byte, 1, i)
      }
    }
    #expect(try Store.verify(at: path).isClean)
  }

  @Test("Every file cut short at any length, or made longer, is found")
  func truncations() throws {
    let directory = TemporaryDirectory()
    let path = try smallStore(directory)
    for (name, original) in try contents(of: path) where name != StoreLock.fileName {
      for length in Array(original.indices).reversed() + [original.count + 1] {
        try overwrite(
          path + "/" + name,
          with: length > original.count ? original + [0] : Array(original[..<length]))
        #expect(try !Store.verify(at: path).isClean, "\(name) of \(length) bytes: verify")
        #expect(throws: StorageError.self, "\(name) of \(length) bytes: load") {
          try loadEverything(path)
        }
      }
      try overwrite(path + "/" + name, with: original)
    }
    #expect(try Store.verify(at: path).isClean)
  }

  @Test("Verify names each damaged file, block and offset")
  func report() throws {
    let directory = TemporaryDirectory()
    let path = try smallStore(directory)
    for name in ["batches/000001/day.col", "snapshots/2024-10-05.1/segment.col"] {
      var file = try bytes(of: path + "/" + name)
      file[64] ^= 1
      try overwrite(path + "/" + name, with: file)
    }
    unlink(path + "/customers/000001/id.col")
    let damages = try Store.verify(at: path).damages
    #expect(damages.count == 3)
    #expect(damages.map(\.kind) == [.damaged, .missing, .damaged])
    #expect(damages[0].path.hasSuffix("batches/000001/day.col"))
    #expect(damages[0].block == 0 && damages[0].byteOffset == 64)
    #expect(damages.allSatisfy { $0.description.contains("expected") })
  }

  @Test(
    "What is no file in place of one is damage, and nobody waits for it", .timeLimit(.minutes(1)))
  func noFile() throws {
    let directory = TemporaryDirectory()
    let path = try smallStore(directory)
    for (name, original) in try contents(of: path) where name != StoreLock.fileName {
      for make in [{ mkfifo($0, 0o600) }, { mkdir($0, 0o700) }] as [(String) -> Int32] {
        unlink(path + "/" + name)
        try #require(make(path + "/" + name) == 0)
        let damages = try Store.verify(at: path).damages
        #expect(damages.contains { $0.kind == .damaged && $0.path.hasSuffix(name) }, "\(name)")
        #expect(throws: StorageError.self, "\(name)") { try loadEverything(path) }
        rmdir(path + "/" + name)
      }
      try overwrite(path + "/" + name, with: original)
    }
    #expect(try Store.verify(at: path).isClean)
  }

  @Test("A file of the same name from another store is found")
  func foreignFile() throws {
    let (directory, other) = (TemporaryDirectory(), TemporaryDirectory())
    let path = try smallStore(directory)
    _ = try Example.store(in: other)
    let name = "/batches/000001/day.col"
    try overwrite(path + name, with: try bytes(of: other("store") + name))
    #expect(try !Store.verify(at: path).isClean)
    #expect(throws: StorageError.self) { try loadEverything(path) }
  }
}
