import Columns

/// How profiles of a snapshot are written: one field a column, keys and small dictionaries made up beforehand.
///
/// Writing a profile first loads the row's value of every column, then formats: the loads are cache misses that
/// do not depend on each other, so that they overlap instead of standing between the digits.
package final class ProfileLayout: @unchecked Sendable {
  // SAFETY: fields point into the frame's buffers and into `tables`, all immutable and held as long as this
  // object. Rows come from the index and codes were checked against their dictionary by `init`, so no load
  // goes past a buffer. Safe accessors cost 0.9 µs a profile more: a retain and a release a column.
  let fields: AlignedBuffer<ProfileField>
  /// Bytes that a row takes at most, without text and strings of large dictionaries.
  let rowByteCountMax: Int
  /// Whether any column has nulls.
  let hasNulls: Bool
  private let frame: Frame
  private let tables: [StringTable]
  private let fieldByName: [String: Int]

  /// Lays out all columns; throws when a code has no string in its dictionary.
  init(_ frame: Frame) throws(CustomerBaseError) {
    var fields: [ProfileField] = []
    var tables: [StringTable] = []
    for column in frame.columns {
      fields.append(try ProfileLayout.field(of: column, tables: &tables))
    }
    self.frame = frame
    self.fields = AlignedBuffer(fields)
    hasNulls = fields.contains { $0.validity != nil }
    rowByteCountMax = fields.reduce(16) { $0 + $1.byteCountMax }
    self.tables = tables
    fieldByName = Dictionary(uniqueKeysWithValues: frame.names.enumerated().map { ($1, $0) })
  }

  /// The field of a column; nil when there is no such column.
  func fieldIndex(named name: String) -> Int? { fieldByName[name] }

  /// Number of columns.
  package var fieldCount: Int { fields.count }

  /// Memory held beside the columns, in bytes.
  package var byteCount: Int { tables.reduce(0) { $0 + $1.byteCount } }

  private static func field(
    of column: Column, tables: inout [StringTable]
  ) throws(CustomerBaseError) -> ProfileField {
    let keys = padded([",\(quotedText(column.name)):", bulkText(column.name)])
    tables.append(keys)
    var strings = PackedStrings(keys)
    var (quoted, bulk) = (strings, strings)
    var isValidText = true
    var isPacked = false
    var valueByteCountMax = NumberText.byteCountMax + 8
    if case .text(let table) = column.values {
      strings = PackedStrings(table)
      isValidText = table.isValidUTF8
    } else if case .string(let codes, let table) = column.values {
      guard codes.maximum < table.count else { throw .codeWithoutString(column: column.name) }
      strings = PackedStrings(table)
      isValidText = table.isValidUTF8
      let longest = (0..<table.count).map { table.utf8(at: $0).count }.max() ?? 0
      if table.count <= packedStringCountMax && longest <= packedByteCountMax {
        let packed = [padded(table.array.map(quotedText)), padded(table.array.map(bulkText))]
        tables += packed
        (quoted, bulk) = (PackedStrings(packed[0]), PackedStrings(packed[1]))
        isPacked = true
        valueByteCountMax = 6 * longest + 16
      }
    }
    let (kind, values) = storage(of: column.values, isPacked: isPacked)
    let (jsonKey, respKey) = (keys.utf8(at: 0), keys.utf8(at: 1))
    return ProfileField(
      kind: kind, isValidText: isValidText, values: values,
      validity: column.validity?.words.pointer.baseAddress, strings: strings, quoted: quoted,
      bulk: bulk, jsonKey: jsonKey, respKey: respKey,
      byteCountMax: max(jsonKey.count, respKey.count) + valueByteCountMax + paddingByteCount)
  }

  /// A table with bytes behind its last string, so that copies of 16 bytes at a time may read past it.
  private static func padded(_ strings: [String]) -> StringTable {
    StringTable(strings + [String(repeating: " ", count: paddingByteCount)])
  }

  static let paddingByteCount = 16

  /// Strings of a dictionary that is made up beforehand, and bytes of one of them, at most.
  private static let packedStringCountMax = 4_096
  private static let packedByteCountMax = 256

  private static func storage(
    of values: ColumnValues, isPacked: Bool
  ) -> (ProfileField.Kind, UnsafeRawPointer) {
    func start<Element>(_ buffer: AlignedBuffer<Element>) -> UnsafeRawPointer {
      UnsafeRawPointer(buffer.pointer.baseAddress!)
    }
    switch values {
    case .int8(let buffer): return (.int8, start(buffer))
    case .int16(let buffer): return (.int16, start(buffer))
    case .int32(let buffer): return (.int32, start(buffer))
    case .int64(let buffer): return (.int64, start(buffer))
    case .uint8(let buffer): return (.uint8, start(buffer))
    case .uint16(let buffer): return (.uint16, start(buffer))
    case .uint32(let buffer): return (.uint32, start(buffer))
    case .float32(let buffer): return (.float32, start(buffer))
    case .float64(let buffer): return (.float64, start(buffer))
    case .bool(let bitmap): return (.bool, start(bitmap.words))
    case .day(let buffer): return (.day, start(buffer))
    case .money(let buffer): return (.money, start(buffer))
    case .string(.uint8(let codes), _): return (isPacked ? .packed8 : .code8, start(codes))
    case .string(.uint16(let codes), _): return (isPacked ? .packed16 : .code16, start(codes))
    case .string(.uint32(let codes), _): return (isPacked ? .packed32 : .code32, start(codes))
    case .text(let table): return (.text, start(table.offsets))
    }
  }
}

private func quotedText(_ text: String) -> String {
  var out = ReplyBuffer()
  out.append(quoted: text)
  return String(decoding: out.bytes, as: UTF8.self)
}

private func bulkText(_ text: String) -> String {
  "$\(text.utf8.count)\r\n\(text)\r\n"
}

extension StringTable {
  /// Whether every string is valid UTF-8.
  fileprivate var isValidUTF8: Bool {
    if bytes.pointer.allSatisfy({ $0 < 0x80 }) { return true }
    return (0..<count).allSatisfy { String(validating: utf8(at: $0), as: UTF8.self) != nil }
  }
}

extension DictionaryCodes {
  /// The largest code; -1 without rows.
  fileprivate var maximum: Int {
    switch self {
    case .uint8(let codes): codes.pointer.max().map(Int.init) ?? -1
    case .uint16(let codes): codes.pointer.max().map(Int.init) ?? -1
    case .uint32(let codes): codes.pointer.max().map(Int.init) ?? -1
    }
  }
}
