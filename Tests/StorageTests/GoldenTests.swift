import Columns
import Glibc
import Testing

@testable import Storage

/// A store of each released version of the format lies in Tests/Fixtures; it must stay readable for ever. It was made by
/// `STRATA_MAKE_FIXTURE=DIRECTORY swift test --filter GoldenTests`.
@Suite("Golden stores")
struct GoldenTests {
  private var fixture: String {
    String(#filePath.dropLast("StorageTests/GoldenTests.swift".count)) + "Fixtures/store-v1"
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

  @Test("Format version 1 is written byte for byte as before")
  func sameBytes() throws {
    let directory = TemporaryDirectory()
    try GoldenTests.makeGoldenStore(in: directory)
    let written = try contents(of: directory("store"))
    // The long snapshot holds LZ4 blocks, whose bytes are up to the version of liblz4.
    let compared = written.keys.filter {
      $0.hasPrefix("batches") || $0.hasPrefix("customers") || $0.hasPrefix("snapshots/2024-10-14")
    }
    #expect(compared.count == 19)
    for name in compared {
      #expect(try written[name] == bytes(of: fixture + "/" + name), "\(name)")
    }
  }

  @Test("Make the fixture", .enabled(if: getenv("STRATA_MAKE_FIXTURE") != nil))
  func makeFixture() throws {
    let directory = TemporaryDirectory()
    try GoldenTests.makeGoldenStore(in: directory)
    let target = String(cString: try #require(getenv("STRATA_MAKE_FIXTURE")))
    for (name, bytes) in try contents(of: directory("store")) where name != "LOCK" {
      var folder = target
      for part in name.split(separator: "/").dropLast() {
        folder += "/" + part
        try SystemCalls.real.makeDirectoryIfMissing(folder)
      }
      try overwrite(target + "/" + name, with: bytes)
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
