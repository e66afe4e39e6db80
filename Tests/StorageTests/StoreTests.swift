import Columns
import JSONText
import Testing

@testable import Storage

@Suite("Store")
struct StoreTests {
  @Test("A publication comes back as it was given")
  func roundTrip() throws {
    let directory = TemporaryDirectory()
    _ = try Example.store(in: directory)
    let store = try Store.open(at: directory("store"))

    let batch = try #require(store.manifest.batches.first)
    #expect(batch.firstDay == 19_999 && batch.lastDay == 20_010 && batch.rowCount == 6)
    let table = try store.loadBatch(batch, extras: .all)
    #expect(table.customerCodes.array == [0, 1, 2])
    #expect(table.rowStarts.array == [0, 2, 3, 6])
    #expect(table.days.array == Example.firstTable.days.array)
    #expect(table.amounts.array == Example.firstTable.amounts.array)
    #expect(table.orders?.array == Example.firstTable.orders?.array)
    #expect(table.extras.map(\.name) == ["channel"])
    expectEqual(table.extras[0], Example.firstTable.extras[0])
    #expect(try store.batchRecord(batch)["total"] == 408_300)
    #expect(try store.batchRecord(batch)["ingest"] == ["delimiter": ","])
    #expect(store.batch(withSource: 0xABCD) == batch)
    #expect(store.batch(withSource: 0xABCE) == nil)

    #expect(store.customerCount == 3)
    #expect(try store.loadCustomerIDs().array == ["ann", "bob", "zoé"])
    let attributes = try store.loadAttributes()
    #expect(attributes.map(\.codes.array) == [[2, 0]])
    #expect(attributes[0].frame.names == ["region"])

    let snapshot = try store.loadSnapshot(try #require(store.currentSnapshot))
    #expect(snapshot.name == "2024-10-14.1")
    #expect(snapshot.frame.names == Example.firstFrame.names)
    for (read, written) in zip(snapshot.frame.columns, Example.firstFrame.columns) {
      expectEqual(read, written)
    }
    #expect(snapshot.record["models"]?["rfm"]?["cuts"] == [1.5, 2])
    #expect(snapshot.schema.filter(\.isHidden).map(\.name) == ["first_day_total"])
    let some = try store.loadSnapshot(snapshot.entry, columns: ["first_day_total", "segment"])
    #expect(some.frame.names == ["first_day_total", "segment"])
  }

  @Test("Attributes come back as they were given, oldest first, with where they come from")
  func attributes() throws {
    let directory = TemporaryDirectory()
    var writer = try Example.store(in: directory).lockForWriting()
    let some = Bitmap([true, false, true])
    let columns = [
      Column("age", .int64(AlignedBuffer([41, 0, -7])), validity: some),
      Column("score", .float64(AlignedBuffer([0.5, 0, 1e300])), validity: some),
      Column("loyal", .bool(Bitmap([false, false, true])), validity: some),
      Column("since", .day(AlignedBuffer([19_000, 0, -1])), validity: some),
      Column(
        "Größe, in \"cm\"", .string(.uint8(AlignedBuffer([1, 0, 0])), StringTable(["", "x"]))),
    ]
    let draft = CustomersDraft(
      newIDs: StringTable(["yan", "zed"]),
      attributes: AttributeFrame(
        codes: AlignedBuffer([4, 1, 3]), frame: Frame(rowCount: 3, columns: columns)),
      provenance: ["kind": "attributes", "columns": [["name": "age", "type": "int"]]])
    try writer.commit(Publication(customers: [draft]))
    try writer.close()

    let store = try Store.open(at: directory("store"))
    #expect(try store.loadCustomerIDs().array == ["ann", "bob", "zoé", "yan", "zed"])
    let frames = try store.loadAttributes()
    #expect(frames.map(\.codes.array) == [[2, 0], [4, 1, 3]])
    try #require(frames[1].frame.columns.count == columns.count)
    for (read, written) in zip(frames[1].frame.columns, columns) { expectEqual(read, written) }
    let provenance = try store.customersProvenance(try #require(store.manifest.customers.last))
    #expect(provenance == draft.provenance)
    #expect(try Store.verify(at: directory("store")).isClean)
  }
}

/// Equal types, values where not null, and nulls.
func expectEqual(_ a: Column, _ b: Column, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(a.name == b.name, sourceLocation: sourceLocation)
  #expect(a.type == b.type, sourceLocation: sourceLocation)
  #expect(a.rowCount == b.rowCount, sourceLocation: sourceLocation)
  #expect(a.nullCount == b.nullCount, sourceLocation: sourceLocation)
  guard a.type == b.type, a.rowCount == b.rowCount else { return }
  let different = (0..<a.rowCount).first { row in
    a.isNull(row) != b.isNull(row) || (!a.isNull(row) && !hasEqualValue(a, b, row))
  }
  #expect(different == nil, "row that differs", sourceLocation: sourceLocation)
}

private func hasEqualValue(_ a: Column, _ b: Column, _ row: Int) -> Bool {
  switch (a.values, b.values) {
  case (.int8(let x), .int8(let y)): x[row] == y[row]
  case (.int16(let x), .int16(let y)): x[row] == y[row]
  case (.int32(let x), .int32(let y)), (.day(let x), .day(let y)): x[row] == y[row]
  case (.int64(let x), .int64(let y)), (.money(let x), .money(let y)): x[row] == y[row]
  case (.uint8(let x), .uint8(let y)): x[row] == y[row]
  case (.uint16(let x), .uint16(let y)): x[row] == y[row]
  case (.uint32(let x), .uint32(let y)): x[row] == y[row]
  case (.float32(let x), .float32(let y)): x[row].bitPattern == y[row].bitPattern
  case (.float64(let x), .float64(let y)): x[row].bitPattern == y[row].bitPattern
  case (.bool(let x), .bool(let y)): x[row] == y[row]
  case (.text(let x), .text(let y)): x.utf8(at: row).elementsEqual(y.utf8(at: row))
  case (.string(let x, let s), .string(let y, let t)):
    s.utf8(at: x[row]).elementsEqual(t.utf8(at: y[row]))
  default: false
  }
}
