import Columns
import Glibc
import Kernels
import Testing

@testable import Storage

/// A store of each released version of the format lies in Tests/Fixtures; it must stay readable for ever. They were made by
/// `STRATA_MAKE_FIXTURE=DIRECTORY swift test --filter GoldenTests`, store-v1 when format 1 was what was written.
@Suite("Golden stores")
struct GoldenTests {
  private var fixture: String { GoldenTests.fixture("store-v1") }

  private static func fixture(_ name: String) -> String {
    String(#filePath.dropLast("StorageTests/GoldenTests.swift".count)) + "Fixtures/" + name
  }

  /// A copy of a fixture, which may be written to.
  static func copy(_ name: String, to directory: TemporaryDirectory) throws -> String {
    for (file, bytes) in try contents(of: fixture(name)) {
      try put(bytes, file, in: directory("store"))
    }
    return directory("store")
  }

  private static func put(_ bytes: [UInt8], _ name: String, in target: String) throws {
    var folder = target
    try SystemCalls.real.makeDirectoryIfMissing(folder)
    for part in name.split(separator: "/").dropLast() {
      folder += "/" + part
      try SystemCalls.real.makeDirectoryIfMissing(folder)
    }
    try overwrite(target + "/" + name, with: bytes)
  }

  @Test("The store of format version 1 is readable and clean")
  func versionOne() throws {
    // Not `writer` nor `create`: nothing may be written to a fixture.
    let store = try Store.open(at: fixture)
    #expect(try store.verify().isClean)
    let table = try store.loadBatch(try #require(store.manifest.batches.first), extras: .all)
    #expect(table.amounts.array == Example.firstTable.amounts.array)
    #expect(table.days.array == Example.firstTable.days.array)
    #expect(table.orders?.array == Example.firstTable.orders?.array)
    expectEqual(table.extras[0], Example.firstTable.extras[0])
    #expect(try store.loadCustomerIDs().array == ["ann", "bob", "zoé"])
    let snapshot = try store.loadSnapshot(try store.snapshot(named: "2024-10-14"))
    for (read, written) in zip(snapshot.frame.columns, Example.firstFrame.columns) {
      expectEqual(read, written)
    }
    let long = try store.loadSnapshot(try store.snapshot(named: "2024-10-15"))
    for (read, written) in zip(long.frame.columns, GoldenTests.longFrame.columns) {
      expectEqual(read, written)
    }
    #expect(long.frame.columns.count == ColumnType.allCases.count * 2)
  }

  @Test("Column files are written byte for byte as in format 1")
  func sameBytes() throws {
    let directory = TemporaryDirectory()
    try GoldenTests.makeGoldenStore(in: directory)
    let written = try contents(of: directory("store"))
    // The long snapshot holds LZ4 blocks, whose bytes are up to the version of liblz4.
    let compared = written.keys.filter {
      $0.hasSuffix(".col") && !$0.hasPrefix("snapshots/2024-10-15")
    }
    #expect(compared.count == 16)
    for name in compared {
      #expect(try written[name] == bytes(of: fixture + "/" + name), "\(name)")
    }
  }

  @Test("A store of format 1 is scored on top of, which migrates it, and there is a way back")
  func migration() throws {
    let directory = TemporaryDirectory()
    let path = try GoldenTests.copy("store-v1", to: directory)
    let before = try contents(of: path)
    #expect(try Store.open(at: path).manifest.format == 1)
    #expect(try Store.open(at: path).currentSnapshot?.name == "2024-10-15.1")
    var writer = try Store.open(at: path).lockForWriting()
    try writer.commit(
      Publication(snapshots: [SnapshotDraft(asOf: 20_012, frame: Frame(rowCount: 0))]))
    try writer.close()
    let store = try Store.open(at: path)
    #expect(store.manifest.format == 2 && store.manifest.snapshots.count == 3)
    #expect(store.currentSnapshot?.name == "2024-10-16.1")
    #expect(try Store.verify(at: path).damages == [])
    #expect(
      try store.loadBatch(store.manifest.batches[0]).days.array == Example.firstTable.days.array)
    let after = try contents(of: path)
    for (name, bytes) in before where name != "manifest.json" {
      #expect(after[name] == bytes, "\(name)")
    }
    #expect(after["manifest.format-1.json"] == before["manifest.json"])

    // Back, and forward again: what was published since is told, and its name not given again.
    rename(path + "/manifest.format-1.json", path + "/manifest.json")
    let error = #expect(throws: StorageError.self) { _ = try store.lockForWriting() }
    #expect(error?.kind == .damaged && error?.description.contains("journal.json") == true)
    unlink(path + "/journal.json")
    #expect(try Store.verify(at: path).isClean)
    var again = try store.lockForWriting()
    #expect(again.notes.count == 1 && again.notes[0].contains("2024-10-16.1"))
    try again.commit(
      Publication(snapshots: [SnapshotDraft(asOf: 20_012, frame: Frame(rowCount: 0))]))
    #expect(again.store.currentSnapshot?.name == "2024-10-16.2")
    try again.close()
    let last = try store.lockForWriting()
    #expect(last.notes.count == 1)
    #expect(try Store.verify(at: path).isClean)
  }

  @Test("The manifest of format 1 goes with the first thing that it names")
  func wayBack() throws {
    let directory = TemporaryDirectory()
    let path = try GoldenTests.copy("store-v1", to: directory)
    var writer = try Store.open(at: path).lockForWriting()
    #expect(try writer.makeCurrent("2024-10-14").name == "2024-10-14.1")
    #expect(try SystemCalls.real.exists(path + "/manifest.format-1.json"))
    try writer.commit(
      Publication(snapshots: [SnapshotDraft(asOf: 19_000, frame: Frame(rowCount: 0))]))
    // The current one stays, whatever its date; what only format 2 names may go.
    #expect(try writer.collect(keepingSnapshots: 2).snapshots.map(\.name) == ["2022-01-08.1"])
    #expect(try SystemCalls.real.exists(path + "/manifest.format-1.json"))
    try writer.makeCurrent("2024-10-15")
    #expect(try writer.collect(keepingSnapshots: 1).snapshots.map(\.name) == ["2024-10-14.1"])
    #expect(try !SystemCalls.real.exists(path + "/manifest.format-1.json"))
    #expect(try Store.verify(at: path).isClean)
  }

  @Test("The store of format version 2 is readable and clean, and has every kind of directory")
  func versionTwo() throws {
    let directory = TemporaryDirectory()
    let store = try Store.open(at: GoldenTests.fixture("store-v2"))
    #expect(try store.verify().damages == [])
    let written = try Example.fullStore(in: directory)
    #expect(store.manifest == written.manifest)
    #expect(Set(store.manifest.entries.map(\.directory.folder)) == Set(Manifest.folders))
    #expect(try store.loadEvents(store.manifest.events[0]).days.array == [20_000, 20_001, 20_002])
    #expect(try store.loadForgotten()?.customers.until == [20_010])
    #expect(try store.deliveryLogEntries().count == 2)
    // All of it is small, so that no block is LZ4, whose bytes are up to the version of liblz4.
    let (before, after) = (
      try contents(of: store.path), try contents(of: written.path).filter { $0.key != "LOCK" }
    )
    #expect(Set(before.keys) == Set(after.keys))
    for (name, bytes) in before { #expect(after[name] == bytes, "\(name)") }
  }

  @Test("Every flipped byte of the store of format 2 is found by verify")
  func flips() throws {
    let directory = TemporaryDirectory()
    let path = try GoldenTests.copy("store-v2", to: directory)
    var random = RandomStream(seed: 7)
    for (name, original) in try contents(of: path) {
      // Some of each part of every file: that every byte of a file is found is tested with a smaller store.
      let step = name.hasSuffix(".col") || name.hasSuffix(".json") ? 13 : 1
      for i in stride(from: 0, to: original.count, by: step) {
        var bytes = original
        bytes[i] ^= UInt8(1 << random.nextIndex(below: 8))
        try overwrite(path + "/" + name, with: bytes)
        #expect(try !Store.verify(at: path).isClean, "byte \(i) of \(name)")
      }
      try overwrite(path + "/" + name, with: original)
    }
    #expect(try Store.verify(at: path).isClean)
  }

  @Test("Make the fixture", .enabled(if: getenv("STRATA_MAKE_FIXTURE") != nil))
  func makeFixture() throws {
    let directory = TemporaryDirectory()
    let store = try Example.fullStore(in: directory)
    let target = String(cString: try #require(getenv("STRATA_MAKE_FIXTURE")))
    for (name, bytes) in try contents(of: store.path) where name != "LOCK" {
      try GoldenTests.put(bytes, name, in: target)
    }
  }

  /// Two publications that use every type, encoding and kind of null.
  static func makeGoldenStore(in directory: TemporaryDirectory) throws {
    var writer = try Example.store(in: directory).lockForWriting()
    try writer.commit(
      Publication(snapshots: [SnapshotDraft(asOf: 20_011, frame: longFrame)]))
    try writer.close()
  }

  /// 300 rows of each type, without and with nulls.
  static var longFrame: Frame {
    var frame = Frame(rowCount: 300)
    for type in ColumnType.allCases {
      for (suffix, nulls) in [("", ColumnFileTests.Nulls.none), ("_nulls", .some)] {
        let column = ColumnFileTests.column(type, 300, nulls)
        frame.append(Column(type.name + suffix, column.values, validity: column.validity))
      }
    }
    return frame
  }
}
