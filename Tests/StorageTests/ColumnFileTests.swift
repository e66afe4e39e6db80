import Columns
import Kernels
import Testing

@testable import Storage

@Suite("Column files")
struct ColumnFileTests {
  static let counts = [0, 1, 63, 64, 65, 65_535, 65_536, 65_537, 200_000]
  static let identity = FileIdentity(storeID: "00000000000000aa", path: "test.col")

  @Test("Every type comes back, with and without nulls, at every length", arguments: counts)
  func roundTrip(count: Int) throws {
    let directory = TemporaryDirectory()
    for type in ColumnType.allCases {
      for nulls in [Nulls.none, .some, .all] {
        let column = ColumnFileTests.column(type, count, nulls)
        let path = directory("\(type.name)-\(nulls).col")
        let summary = try ColumnFileWriter.write(column, to: path, identity: Self.identity)
        let reader = try ColumnFileReader(path: path, identity: Self.identity)
        #expect(reader.indexChecksum == summary.indexChecksum)
        expectEqual(try reader.read(named: column.name), column)
      }
    }
  }

  @Test("Each encoding is chosen where it is the smallest")
  func encodings() throws {
    let count = 70_000
    var random = RandomStream(seed: 3)
    func int64(_ value: (Int) -> Int64) -> ColumnValues {
      .int64(AlignedBuffer((0..<count).map(value)))
    }
    let cases: [(ColumnValues, BlockEncoding, BlockCompression, ClosedRange<Int>)] = [
      (int64 { _ in Int64(bitPattern: random.next()) }, .plain, .none, 524_288...524_288),
      (int64 { _ in -3 }, .packed, .none, 24...24),
      (int64 { Int64($0) * 1_000 }, .delta, .none, 32...32),
      (
        int64 { _ in Int64(random.nextIndex(below: 49_501)) * 100 }, .packed, .none,
        131_096...131_096
      ),
      (int64 { $0 % 2 == 0 ? .min : .max }, .packed, .lz4, 50...8_300),
      (
        .day(AlignedBuffer((0..<count).map { _ in Int32(19_000 + random.nextIndex(below: 730)) })),
        .packed, .none,
        81_944...81_944
      ),
      (
        .float64(AlignedBuffer((0..<count).map { _ in random.nextUnit() })), .plain, .none,
        524_288...524_288
      ),
      (.float64(AlignedBuffer((0..<count).map { Double($0 % 3) })), .plain, .lz4, 100...9_000),
      (
        .text(
          StringTable(
            (0..<count).map { _ in "C" + String(100_000 + random.nextIndex(below: 900_000)) })),
        .aligned, .none, 196_000...200_000
      ),
      (
        .text(StringTable((0..<count).map { "customer number \($0)" })), .text, .lz4,
        100_000...600_000
      ),
    ]
    let directory = TemporaryDirectory()
    for (index, (values, encoding, compression, size)) in cases.enumerated() {
      let path = directory("\(index).col")
      let column = Column("c", values)
      try ColumnFileWriter.write(column, to: path, identity: Self.identity)
      let reader = try ColumnFileReader(path: path, identity: Self.identity)
      let zone = reader.zones[0]
      #expect(
        zone.encoding == encoding && zone.compression == compression, "case \(index): \(zone)")
      #expect(size.contains(zone.storedByteCount), "case \(index): \(zone.storedByteCount) bytes")
      expectEqual(try reader.read(named: "c"), column)
    }
  }

  @Test("Extreme values come back: each type's least and greatest side by side")
  func extremes() throws {
    let directory = TemporaryDirectory()
    let columns = [
      Column("int8", .int8(AlignedBuffer([.min, .max, 0]))),
      Column("int64", .int64(AlignedBuffer([.min, .max, -1]))),
      Column("uint32", .uint32(AlignedBuffer([.min, .max, 1]))),
      Column("money", .money(AlignedBuffer([.min, .max]))),
      Column("sorted", .int64(AlignedBuffer([.min, -1, 0, .max]))),
      Column("float64", .float64(AlignedBuffer([.nan, -.infinity, -0.0, .leastNonzeroMagnitude]))),
      Column("float32", .float32(AlignedBuffer([-.nan, .infinity, .greatestFiniteMagnitude]))),
      Column(
        "text", .text(StringTable(["", "a\0b", "né", String(repeating: "x", count: 100_000)]))),
    ]
    for column in columns {
      let path = directory(column.name)
      try ColumnFileWriter.write(column, to: path, identity: Self.identity)
      expectEqual(
        try ColumnFileReader(path: path, identity: Self.identity).read(named: column.name), column)
    }
  }

  @Test("Zones bound the values that are not null")
  func zones() throws {
    let directory = TemporaryDirectory()
    let count = 65_540
    let days = Column(
      "d", .day(AlignedBuffer((0..<count).map { Int32($0) })),
      validity: Bitmap(count: count) { $0 != 0 && $0 != 65_539 })
    try ColumnFileWriter.write(days, to: directory("d"), identity: Self.identity)
    let zones = try ColumnFileReader(path: directory("d"), identity: Self.identity).zones
    #expect(zones.map(\.rows) == [0..<65_536, 65_536..<65_540])
    #expect(zones.map(\.nullCount) == [1, 1])
    #expect(zones.map(\.integerBounds) == [1...65_535, 65_536...65_538])
    let floats = Column("f", .float64(AlignedBuffer([2, -1, 0.5])))
    try ColumnFileWriter.write(floats, to: directory("f"), identity: Self.identity)
    let reader = try ColumnFileReader(path: directory("f"), identity: Self.identity)
    #expect(reader.zones.map(\.floatBounds) == [-1...2])
    let withNaN = Column("n", .float64(AlignedBuffer([2, .nan])))
    try ColumnFileWriter.write(withNaN, to: directory("n"), identity: Self.identity)
    #expect(
      try ColumnFileReader(path: directory("n"), identity: Self.identity).zones[0].floatBounds
        == nil)
  }

  @Test("What lies behind a null is not seen in the bytes")
  func canonicalNulls() throws {
    let directory = TemporaryDirectory()
    let validity = Bitmap([true, false, true])
    for (name, hidden) in [("a", Int64(0)), ("b", Int64.max)] {
      let column = Column("c", .int64(AlignedBuffer([5, hidden, 9])), validity: validity)
      try ColumnFileWriter.write(column, to: directory(name), identity: Self.identity)
    }
    #expect(try bytes(of: directory("a")) == bytes(of: directory("b")))
  }

  @Test("The bytes are the same on any number of threads")
  func threads() throws {
    let directory = TemporaryDirectory()
    defer { Parallel.setThreadCount(0) }
    var files: [[UInt8]] = []
    for threads in [1, 2, 5] {
      Parallel.setThreadCount(threads)
      let path = directory("\(threads).col")
      let column = ColumnFileTests.column(.money, 400_000, .some)
      try ColumnFileWriter.write(column, to: path, identity: Self.identity)
      files.append(try bytes(of: path))
    }
    #expect(files[0] == files[1] && files[0] == files[2])
  }

  @Test("A file under another name, and a block in another's place, are found")
  func wrongPlace() throws {
    let directory = TemporaryDirectory()
    // Two blocks of equal content and size: without identity in the checksum they could be exchanged unnoticed.
    var random = RandomStream(seed: 4)
    let column = Column(
      "c", .int64(AlignedBuffer((0..<131_072).map { _ in Int64(bitPattern: random.next()) })))
    try ColumnFileWriter.write(column, to: directory("c"), identity: Self.identity)
    let other = FileIdentity(storeID: "00000000000000aa", path: "other.col")
    #expect(throws: StorageError.self) {
      try ColumnFileReader(path: directory("c"), identity: other)
    }
    var file = try bytes(of: directory("c"))
    let size = 65_536 * 8
    let first = Array(file[64..<64 + size])
    file.replaceSubrange(64..<64 + size, with: file[64 + size..<64 + 2 * size])
    file.replaceSubrange(64 + size..<64 + 2 * size, with: first)
    try overwrite(directory("c"), with: file)
    let error = #expect(throws: StorageError.self) {
      try ColumnFileReader(path: directory("c"), identity: Self.identity).read(named: "c")
    }
    #expect(error?.kind == .damaged && error?.block == 0 && error?.byteOffset == 64)
  }

  enum Nulls: CaseIterable { case none, some, all }

  /// A column of random values of a type, from a fixed seed.
  static func column(_ type: ColumnType, _ count: Int, _ nulls: Nulls) -> Column {
    var random = RandomStream(seed: UInt64(type.rawValue), stream: UInt64(count))
    func buffer<Value: BitwiseCopyable>(_ make: () -> Value) -> AlignedBuffer<Value> {
      AlignedBuffer(count: count) { for i in $0.indices { $0[i] = make() } }
    }
    let validity: Bitmap? =
      switch nulls {
      case .none: nil
      case .some: Bitmap(count: count) { $0 % 7 != 3 }
      case .all: Bitmap(repeating: false, count: count)
      }
    let values: ColumnValues
    switch type {
    case .int8: values = .int8(buffer { Int8(truncatingIfNeeded: random.next()) })
    case .int16: values = .int16(buffer { Int16(random.nextIndex(below: 3_000)) - 1_500 })
    case .int32: values = .int32(buffer { Int32(truncatingIfNeeded: random.next()) })
    case .int64: values = .int64(buffer { Int64(random.nextIndex(below: 1 << 50)) - 1 << 40 })
    case .uint8: values = .uint8(buffer { UInt8(random.nextIndex(below: 5)) })
    case .uint16: values = .uint16(buffer { UInt16(truncatingIfNeeded: random.next()) })
    case .uint32: values = .uint32(buffer { UInt32(random.nextIndex(below: 1 << 20)) })
    case .float32: values = .float32(buffer { Float(random.nextUnit()) })
    case .float64: values = .float64(buffer { random.nextUnit() })
    case .bool: values = .bool(Bitmap(count: count) { _ in random.next() & 1 == 1 })
    case .day: values = .day(buffer { Int32(random.nextIndex(below: 730)) + 19_000 })
    case .money: values = .money(buffer { Int64(random.nextIndex(below: 50_000)) * 100 - 5_000 })
    case .string:
      let table = StringTable((0..<300).map { "value \($0)" })
      values = .string(
        .uint16(buffer { UInt16(count == 0 ? 0 : random.nextIndex(below: 300)) }), table)
    case .text:
      var bytes: [UInt8] = []
      let offsets = AlignedBuffer<UInt32>(count: count + 1) { offsets in
        offsets[0] = 0
        for i in 0..<count {
          bytes += repeatElement(UInt8(65 + i % 26), count: random.nextIndex(below: 6))
          offsets[i + 1] = UInt32(bytes.count)
        }
      }
      values = .text(StringTable(offsets: offsets, bytes: AlignedBuffer(bytes)))
    }
    return Column("column", values, validity: validity)
  }
}
