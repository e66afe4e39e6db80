import Columns

/// One column as profiles are written from it: plain pointers, so that a row costs no reference counting.
struct ProfileField {
  enum Kind: UInt8 {
    case int8, int16, int32, int64, uint8, uint16, uint32, float32, float64, bool, day, money
    case code8, code16, code32, text
  }

  let name: String
  let kind: Kind
  /// The column's values or codes, or the offsets of text.
  let values: UnsafeRawPointer
  /// Words of the validity bitmap; nil when no row is null.
  let validity: UnsafePointer<UInt64>?
  /// Text, or the strings of a dictionary, as they are.
  let strings: PackedStrings
  /// The strings of a small dictionary as quoted JSON and as RESP bulk strings; nil of a large one.
  let packed: (quoted: PackedStrings, bulk: PackedStrings)?
  /// `,"name":`, and the RESP bulk string of the name.
  let jsonKey: UnsafeBufferPointer<UInt8>
  let respKey: UnsafeBufferPointer<UInt8>
  /// Whether all text is valid UTF-8, which JSON must be.
  let isValidText: Bool

  /// The row's value as 64 bits: a number, a code, or the two offsets of text.
  @inline(__always)
  func load(_ row: Int) -> UInt64 {
    switch kind {
    case .int8: UInt64(bitPattern: Int64(values.load(fromByteOffset: row, as: Int8.self)))
    case .uint8, .code8: UInt64(values.load(fromByteOffset: row, as: UInt8.self))
    case .int16: UInt64(bitPattern: Int64(values.load(fromByteOffset: row * 2, as: Int16.self)))
    case .uint16, .code16: UInt64(values.load(fromByteOffset: row * 2, as: UInt16.self))
    case .int32, .day:
      UInt64(bitPattern: Int64(values.load(fromByteOffset: row * 4, as: Int32.self)))
    case .uint32, .code32, .float32: UInt64(values.load(fromByteOffset: row * 4, as: UInt32.self))
    case .int64, .money, .float64: values.load(fromByteOffset: row * 8, as: UInt64.self)
    case .bool:
      (values.load(fromByteOffset: (row >> 6) * 8, as: UInt64.self) >> UInt64(row & 63)) & 1
    case .text: values.loadUnaligned(fromByteOffset: row * 4, as: UInt64.self)
    }
  }

  @inline(__always)
  func isNull(_ row: Int) -> Bool {
    guard let validity else { return false }
    return (validity[row >> 6] >> UInt64(row & 63)) & 1 == 0
  }

  /// The text of a loaded value.
  @inline(__always)
  func text(_ loaded: UInt64) -> UnsafeBufferPointer<UInt8> {
    if kind != .text { return strings[Int(loaded)] }
    let start = Int(UInt32(truncatingIfNeeded: loaded.littleEndian))
    let end = Int(UInt32(truncatingIfNeeded: loaded.littleEndian >> 32))
    return UnsafeBufferPointer(start: strings.bytes + start, count: end - start)
  }
}

/// Strings one after the other, by pointer.
struct PackedStrings {
  let offsets: UnsafePointer<UInt32>
  let bytes: UnsafePointer<UInt8>

  @inline(__always)
  subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = Int(offsets[index])
    return UnsafeBufferPointer(start: bytes + start, count: Int(offsets[index + 1]) - start)
  }
}

extension PackedStrings {
  /// The strings of a table that somebody else holds.
  init(_ table: StringTable) {
    // An aligned buffer always has an address, even an empty one.
    offsets = table.offsets.pointer.baseAddress!
    bytes = table.bytes.pointer.baseAddress!
  }
}
