import CPlatform
import Columns

/// One column as profiles are written from it: plain pointers, so that a row costs no reference counting.
struct ProfileField: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    case int8, int16, int32, int64, uint8, uint16, uint32, float32, float64, bool, day, money
    /// A dictionary whose strings are made up beforehand (`quoted`, `bulk`).
    case packed8, packed16, packed32
    /// A larger dictionary.
    case code8, code16, code32
    case text
  }

  let kind: Kind
  /// Whether all text is valid UTF-8, which JSON must be.
  let isValidText: Bool
  /// The column's values or codes, or the offsets of text.
  let values: UnsafeRawPointer
  /// Words of the validity bitmap; nil when no row is null.
  let validity: UnsafePointer<UInt64>?
  /// Text, or the strings of a dictionary, as they are.
  let strings: PackedStrings
  /// The strings of a small dictionary as quoted JSON and as RESP bulk strings.
  let quoted: PackedStrings
  let bulk: PackedStrings
  /// `,"name":`, and the RESP bulk string of the name; both in memory that may be read 16 bytes past them.
  let jsonKey: UnsafeBufferPointer<UInt8>
  let respKey: UnsafeBufferPointer<UInt8>
  /// Bytes that key and value take at most, in either form; of text and large dictionaries, without the text.
  let byteCountMax: Int

  /// The row's value as 64 bits: a number, a code, or the two offsets of text.
  @inline(__always)
  func load(_ row: Int) -> UInt64 {
    switch kind {
    case .int8: UInt64(bitPattern: Int64(values.load(fromByteOffset: row, as: Int8.self)))
    case .uint8, .packed8, .code8: UInt64(values.load(fromByteOffset: row, as: UInt8.self))
    case .int16: UInt64(bitPattern: Int64(values.load(fromByteOffset: row * 2, as: Int16.self)))
    case .uint16, .packed16, .code16: UInt64(values.load(fromByteOffset: row * 2, as: UInt16.self))
    case .int32, .day:
      UInt64(bitPattern: Int64(values.load(fromByteOffset: row * 4, as: Int32.self)))
    case .uint32, .packed32, .code32, .float32:
      UInt64(values.load(fromByteOffset: row * 4, as: UInt32.self))
    case .int64, .money, .float64: values.load(fromByteOffset: row * 8, as: UInt64.self)
    case .bool:
      (values.load(fromByteOffset: (row >> 6) * 8, as: UInt64.self) >> UInt64(row & 63)) & 1
    case .text: values.loadUnaligned(fromByteOffset: row * 4, as: UInt64.self)
    }
  }

  /// Asks for the memory of a row's value.
  @inline(__always)
  func prefetch(_ row: Int) {
    switch kind {
    case .int8, .uint8, .packed8, .code8: strata_prefetch(values + row)
    case .int16, .uint16, .packed16, .code16: strata_prefetch(values + row * 2)
    case .int64, .money, .float64: strata_prefetch(values + row * 8)
    case .bool: strata_prefetch(values + (row >> 3))
    case .int32, .day, .uint32, .packed32, .code32, .float32, .text:
      strata_prefetch(values + row * 4)
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
struct PackedStrings: BitwiseCopyable {
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
