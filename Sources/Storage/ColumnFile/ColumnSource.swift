import Columns

/// A column as the encoder sees it: where its values lie in memory.
struct ColumnSource: @unchecked Sendable {
  // SAFETY: the pointers lead into buffers that `owners` keeps alive and nobody changes.
  enum Payload {
    case fixed(UnsafeRawPointer)
    case bits(UnsafePointer<UInt64>)
    case text(StringTable)
    /// Codes of 1, 2 or 4 bytes, and their dictionary.
    case codes(UnsafeRawPointer, byteCount: Int, StringTable)
  }

  let type: ColumnType
  let rowCount: Int
  let payload: Payload
  let validity: Bitmap?
  private let owners: [any Sendable]

  init(_ column: Column) {
    type = column.type
    rowCount = column.rowCount
    validity = column.validity
    owners = [column.values]
    payload =
      switch column.values {
      case .int8(let buffer): .fixed(buffer.pointer.bytes)
      case .int16(let buffer): .fixed(buffer.pointer.bytes)
      case .int32(let buffer), .day(let buffer): .fixed(buffer.pointer.bytes)
      case .int64(let buffer), .money(let buffer): .fixed(buffer.pointer.bytes)
      case .uint8(let buffer): .fixed(buffer.pointer.bytes)
      case .uint16(let buffer): .fixed(buffer.pointer.bytes)
      case .uint32(let buffer): .fixed(buffer.pointer.bytes)
      case .float32(let buffer): .fixed(buffer.pointer.bytes)
      case .float64(let buffer): .fixed(buffer.pointer.bytes)
      case .bool(let bitmap): .bits(bitmap.words.pointer.baseAddress!)
      case .string(.uint8(let codes), let table):
        .codes(codes.pointer.bytes, byteCount: 1, table)
      case .string(.uint16(let codes), let table):
        .codes(codes.pointer.bytes, byteCount: 2, table)
      case .string(.uint32(let codes), let table):
        .codes(codes.pointer.bytes, byteCount: 4, table)
      case .text(let table): .text(table)
      }
  }

  /// The bit patterns of 64-bit hashes, as an int64 column.
  init(hashes: AlignedBuffer<UInt64>) {
    type = .int64
    rowCount = hashes.count
    validity = nil
    owners = [hashes]
    payload = .fixed(hashes.pointer.bytes)
  }

  /// Fixed-width values in memory that the caller keeps while the source is used.
  init(_ type: ColumnType, rowCount: Int, unowned values: UnsafeRawPointer) {
    self.type = type
    self.rowCount = rowCount
    validity = nil
    owners = []
    payload = .fixed(values)
  }

  /// What the column takes before it is packed, roughly.
  var byteCountEstimate: Int {
    switch payload {
    case .fixed: rowCount * type.fixedByteCount
    case .bits: rowCount / 8
    case .text(let table): table.byteCount
    case .codes(_, let byteCount, _): rowCount * byteCount
    }
  }

  var header: ColumnFileHeader { header(rowCount: rowCount) }

  /// The header of a column of which these are some rows.
  func header(rowCount: Int) -> ColumnFileHeader {
    switch payload {
    case .codes(_, _, let dictionary):
      ColumnFileHeader(type: type, rowCount: rowCount, dictionaryCount: dictionary.count)
    default: ColumnFileHeader(type: type, rowCount: rowCount, dictionaryCount: 0)
    }
  }
}

extension UnsafeBufferPointer {
  /// The address of the elements; an aligned buffer's is never nil.
  fileprivate var bytes: UnsafeRawPointer { UnsafeRawPointer(baseAddress!) }
}
