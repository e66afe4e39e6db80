/// Codes of a dictionary column, in the narrowest type that holds them.
package enum DictionaryCodes: Sendable {
  case uint8(AlignedBuffer<UInt8>)
  case uint16(AlignedBuffer<UInt16>)
  case uint32(AlignedBuffer<UInt32>)

  package var count: Int {
    switch self {
    case .uint8(let codes): codes.count
    case .uint16(let codes): codes.count
    case .uint32(let codes): codes.count
    }
  }

  /// The code of a row.
  package subscript(row: Int) -> Int {
    switch self {
    case .uint8(let codes): Int(codes[row])
    case .uint16(let codes): Int(codes[row])
    case .uint32(let codes): Int(codes[row])
    }
  }

  package var byteCount: Int {
    switch self {
    case .uint8(let codes): codes.byteCount
    case .uint16(let codes): codes.byteCount
    case .uint32(let codes): codes.byteCount
    }
  }
}

/// The values of a column. Where a row is null its value is unspecified, and for codes 0.
package enum ColumnValues: Sendable {
  case int8(AlignedBuffer<Int8>)
  case int16(AlignedBuffer<Int16>)
  case int32(AlignedBuffer<Int32>)
  case int64(AlignedBuffer<Int64>)
  case uint8(AlignedBuffer<UInt8>)
  case uint16(AlignedBuffer<UInt16>)
  case uint32(AlignedBuffer<UInt32>)
  case float32(AlignedBuffer<Float>)
  case float64(AlignedBuffer<Double>)
  case bool(Bitmap)
  case string(DictionaryCodes, StringTable)
  case day(AlignedBuffer<Int32>)
  case money(AlignedBuffer<Int64>)
  case text(StringTable)

  package var type: ColumnType {
    switch self {
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .float32: .float32
    case .float64: .float64
    case .bool: .bool
    case .string: .string
    case .day: .day
    case .money: .money
    case .text: .text
    }
  }

  /// Number of rows.
  package var count: Int {
    switch self {
    case .int8(let buffer): buffer.count
    case .int16(let buffer): buffer.count
    case .int32(let buffer), .day(let buffer): buffer.count
    case .int64(let buffer), .money(let buffer): buffer.count
    case .uint8(let buffer): buffer.count
    case .uint16(let buffer): buffer.count
    case .uint32(let buffer): buffer.count
    case .float32(let buffer): buffer.count
    case .float64(let buffer): buffer.count
    case .bool(let bitmap): bitmap.count
    case .string(let codes, _): codes.count
    case .text(let table): table.count
    }
  }

  /// Memory held, in bytes.
  package var byteCount: Int {
    switch self {
    case .int8(let buffer): buffer.byteCount
    case .int16(let buffer): buffer.byteCount
    case .int32(let buffer), .day(let buffer): buffer.byteCount
    case .int64(let buffer), .money(let buffer): buffer.byteCount
    case .uint8(let buffer): buffer.byteCount
    case .uint16(let buffer): buffer.byteCount
    case .uint32(let buffer): buffer.byteCount
    case .float32(let buffer): buffer.byteCount
    case .float64(let buffer): buffer.byteCount
    case .bool(let bitmap): bitmap.words.byteCount
    case .string(let codes, let table): codes.byteCount + table.byteCount
    case .text(let table): table.byteCount
    }
  }
}

/// A named, typed, immutable column. `validity` is absent when no row is null.
package struct Column: Sendable {
  package let name: String
  package let values: ColumnValues
  /// 1 = the row has a value; nil = every row has.
  package let validity: Bitmap?

  package init(_ name: String, _ values: ColumnValues, validity: Bitmap? = nil) {
    precondition(
      validity == nil || validity!.count == values.count, "validity has one bit a row")
    self.name = name
    self.values = values
    self.validity = validity
  }

  package var type: ColumnType { values.type }
  package var rowCount: Int { values.count }
  package var nullCount: Int { validity.map { $0.count - $0.oneCount } ?? 0 }

  /// Whether a row has no value.
  @inlinable
  package func isNull(_ row: Int) -> Bool {
    guard let validity else { return false }
    return !validity[row]
  }

  /// Memory held, in bytes.
  package var byteCount: Int { values.byteCount + (validity?.words.byteCount ?? 0) }
}
