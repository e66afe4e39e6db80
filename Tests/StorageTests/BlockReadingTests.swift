import Columns
import Testing

@testable import Storage

@Suite struct BlockReadingTests {
  private static let identity = FileIdentity(storeID: "00000000000000aa", path: "test.col")

  @Test func oneBlockReadsAsThoseRowsOfTheWhole() throws {
    let directory = TemporaryDirectory()
    let count = 65_536 + 300
    let columns = [
      Column(
        "money", .money(AlignedBuffer((0..<count).map { Int64($0) * 7_919 % 100_003 })),
        validity: Bitmap(count: count) { $0 % 5 != 0 }),
      Column("text", .text(StringTable((0..<count).map { "c\($0)" }))),
      Column(
        "name",
        .string(
          .uint8(AlignedBuffer((0..<count).map { UInt8($0 % 3) })), StringTable(["a", "", "ccc"]))),
      Column("flag", .bool(Bitmap(count: count) { $0 % 7 == 0 })),
    ]
    for column in columns {
      let path = directory(column.name + ".col")
      _ = try ColumnFileWriter.write(column, to: path, identity: Self.identity)
      let reader = try ColumnFileReader(path: path, identity: Self.identity)
      #expect(reader.zones.count == 2)
      let last = try reader.read(block: 1, named: column.name)
      #expect(last.rowCount == 300)
      for row in 0..<300 {
        #expect(last.isNull(row) == column.isNull(65_536 + row))
        if last.isNull(row) { continue }
        switch (last.values, column.values) {
        case (.money(let a), .money(let b)): #expect(a[row] == b[65_536 + row])
        case (.text(let a), .text(let b)): #expect(a[row] == b[65_536 + row])
        case (.string(let a, let names), .string(let b, let whole)):
          #expect(names[a[row]] == whole[b[65_536 + row]])
        case (.bool(let a), .bool(let b)): #expect(a[row] == b[65_536 + row])
        default: Issue.record("another type")
        }
      }
      #expect(try reader.read(block: 0, named: column.name).rowCount == 65_536)
    }
  }

  @Test func aDamagedBlockIsFoundWhenItIsRead() throws {
    let directory = TemporaryDirectory()
    let path = directory("x.col")
    let count = 65_536 + 10
    let column = Column("x", .int64(AlignedBuffer((0..<count).map { Int64($0) * 977 % 8_191 })))
    _ = try ColumnFileWriter.write(column, to: path, identity: Self.identity)
    let reader = try ColumnFileReader(path: path, identity: Self.identity)
    var content = try bytes(of: path)
    content[200] ^= 1
    let changed = directory("y.col")
    try File.writeAll(content, to: changed, system: .real)
    let damaged = try ColumnFileReader(path: changed, identity: Self.identity)
    #expect(throws: StorageError.self) { try damaged.read(block: 0, named: "x") }
    #expect(try damaged.read(block: 1, named: "x").rowCount == 10)
    #expect(try reader.read(block: 0, named: "x").rowCount == 65_536)
  }
}
