import Columns

/// The fixed parts of a column file, byte for byte as in Documentation/Format.md.
enum ColumnFileLayout {
  static let headMagic = Array("STRATAC\n".utf8)
  static let tailMagic = Array("STRATAE\n".utf8)
  static let headerByteCount = 64
  static let entryByteCount = 56
  static let footerByteCount = 40
}

/// The header: what the column is.
struct ColumnFileHeader: Equatable {
  let type: ColumnType
  let rowCount: Int
  /// Strings of the dictionary; 0 where the column has none.
  let dictionaryCount: Int

  /// Text blocks that hold the dictionary; they stand before the data blocks.
  var dictionaryBlockCount: Int { ColumnFileHeader.blockCount(of: dictionaryCount) }
  var dataBlockCount: Int { ColumnFileHeader.blockCount(of: rowCount) }
  var blockCount: Int { dictionaryBlockCount + dataBlockCount }

  static func blockCount(of rowCount: Int) -> Int {
    (rowCount + StorageLimits.blockRowCount - 1) / StorageLimits.blockRowCount
  }

  /// Values of a block: rows, or strings of the dictionary.
  func rows(ofBlock block: Int) -> Range<Int> {
    let isData = block >= dictionaryBlockCount
    let start = (isData ? block - dictionaryBlockCount : block) * StorageLimits.blockRowCount
    let total = isData ? rowCount : dictionaryCount
    return start..<min(start + StorageLimits.blockRowCount, total)
  }

  func bytes(_ identity: FileIdentity) -> [UInt8] {
    var out = ByteWriter()
    out.append(ColumnFileLayout.headMagic)
    out.append(UInt16(StorageLimits.columnFileVersion))
    out.append(type.rawValue)
    out.append(UInt8(0))
    out.append(UInt32(StorageLimits.blockRowCount))
    out.append(UInt64(rowCount))
    out.append(identity.value)
    out.append(UInt64(dictionaryCount))
    out.append(UInt64(type == .money ? UInt64(Money.unitsPerOne) : 1))
    out.append(UInt64(0))
    out.append(Checksum.of(out.bytes, seed: identity.seed(.header)))
    return out.bytes
  }

  /// The header in `bytes`, all of which is compared or checked.
  static func parse(
    _ bytes: UnsafeRawBufferPointer, _ identity: FileIdentity, path: String
  ) throws(StorageError) -> ColumnFileHeader {
    func fail(_ at: Int, _ found: String, _ expected: String) -> StorageError {
      .damaged(path, at: at, found: found, expected: expected)
    }
    let field = ByteReader(bytes)
    guard bytes.prefix(8).elementsEqual(ColumnFileLayout.headMagic) else {
      throw fail(0, "no column file's magic", "STRATAC")
    }
    let version = Int(field.uint16(at: 8))
    let checksum = Checksum.of(
      UnsafeRawBufferPointer(rebasing: bytes[..<56]), seed: identity.seed(.header))
    let found = field.uint64(at: 24)
    guard found == identity.value else {
      throw fail(
        24, "a file made as \(Checksum.hex(found))",
        "\(Checksum.hex(identity.value)), this file of this store")
    }
    guard field.uint64(at: 56) == checksum else {
      throw fail(
        56, "checksum \(Checksum.hex(field.uint64(at: 56)))",
        "\(Checksum.hex(checksum)), the header's")
    }
    guard version == StorageLimits.columnFileVersion else {
      throw StorageError(
        .tooNew, path: path, byteOffset: 8, found: "format version \(version)",
        expected: "\(StorageLimits.columnFileVersion)", advice: "use the version that wrote it")
    }
    guard let type = ColumnType(rawValue: bytes[10]) else {
      throw fail(10, "column type \(bytes[10])", "one of 1...14")
    }
    let header = ColumnFileHeader(
      type: type,
      rowCount: Int(truncatingIfNeeded: min(field.uint64(at: 16), 1 << 40)),
      dictionaryCount: Int(truncatingIfNeeded: min(field.uint64(at: 32), 1 << 40)))
    guard header.rowCount <= StorageLimits.rowCountMax else {
      throw fail(16, "\(header.rowCount) rows", "at most \(StorageLimits.rowCountMax)")
    }
    guard header.dictionaryCount <= (type == .string ? StorageLimits.rowCountMax : 0) else {
      throw fail(32, "\(header.dictionaryCount) strings of a dictionary", "a possible number")
    }
    guard header.bytes(identity).elementsEqual(bytes) else {
      throw fail(11, "fields that this version does not write", "the header of version 1")
    }
    return header
  }
}

/// How the values of a block are laid out. Raw values are on disk.
package enum BlockEncoding: UInt8, Sendable, CaseIterable {
  case plain = 0
  case packed = 1
  case delta = 2
  case bits = 3
  case text = 4
  case aligned = 5

  var isText: Bool { self == .text || self == .aligned }
}

package enum BlockCompression: UInt8, Sendable, CaseIterable {
  case none = 0
  case lz4 = 1
}

/// One entry of the block index.
struct BlockEntry: Equatable, Sendable {
  var byteOffset = 0
  var storedByteCount = 0
  var rawByteCount = 0
  var checksum: UInt64 = 0
  /// Bit patterns: Int64 for integers and codes, Double for floats; for text 0.
  var minimum: Int64 = 0
  /// As `minimum`; for text the bytes of all its strings.
  var maximum: Int64 = 0
  var rowCount = 0
  var nullCount = 0
  var encoding = BlockEncoding.plain
  var compression = BlockCompression.none
  /// Whether minimum and maximum bound every value that is not null.
  var hasBounds = false

  func append(to out: inout ByteWriter) {
    out.append(UInt64(byteOffset))
    out.append(UInt32(storedByteCount))
    out.append(UInt32(rawByteCount))
    out.append(checksum)
    out.append(UInt64(bitPattern: minimum))
    out.append(UInt64(bitPattern: maximum))
    out.append(UInt32(rowCount))
    out.append(UInt32(nullCount))
    out.append(encoding.rawValue)
    out.append(compression.rawValue)
    out.append(UInt8(hasBounds ? 1 : 0))
    out.append(UInt8(0))
    out.append(UInt32(0))
  }
}

/// Little-endian bytes, appended.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ more: [UInt8]) { bytes += more }
  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// Little-endian fields at offsets that the caller has checked.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  func uint16(at offset: Int) -> UInt16 { field(offset) }
  func uint32(at offset: Int) -> UInt32 { field(offset) }
  func uint64(at offset: Int) -> UInt64 { field(offset) }

  private func field<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Value {
    precondition(offset + MemoryLayout<Value>.size <= bytes.count, "a field lies in its bytes")
    return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }
}
