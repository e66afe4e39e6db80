import Columns

/// How profiles of a snapshot are written: one field a column, keys and small dictionaries made up beforehand.
///
/// Writing a profile first loads the row's value of every column, then formats: the loads are cache misses that
/// do not depend on each other, so that they overlap instead of standing between the digits.
package final class ProfileLayout: @unchecked Sendable {
  // SAFETY: fields point into the frame's buffers and into `tables`, all immutable and held as long as this
  // object. Rows come from the index and codes were checked against their dictionary by `init`, so no load
  // goes past a buffer. Safe accessors cost 0.9 µs a profile more: a retain and a release a column.
  let fields: [ProfileField]
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
    self.fields = fields
    self.tables = tables
    fieldByName = Dictionary(uniqueKeysWithValues: frame.names.enumerated().map { ($1, $0) })
  }

  /// The field of a column; nil when there is no such column.
  func fieldIndex(named name: String) -> Int? { fieldByName[name] }

  /// Number of columns.
  package var fieldCount: Int { fields.count }

  /// Memory held beside the columns, in bytes.
  package var byteCount: Int { tables.reduce(0) { $0 + $1.byteCount } }

  /// Distinct strings of a dictionary that is made up beforehand, at most.
  private static let packedStringCountMax = 4_096

  private static func field(
    of column: Column, tables: inout [StringTable]
  ) throws(CustomerBaseError) -> ProfileField {
    let keys = StringTable([",\(quotedText(column.name)):", bulkText(column.name)])
    tables.append(keys)
    var strings = PackedStrings(keys)
    var packed: (quoted: PackedStrings, bulk: PackedStrings)?
    var isValidText = true
    if case .text(let table) = column.values {
      strings = PackedStrings(table)
      isValidText = table.isValidUTF8
    } else if case .string(let codes, let table) = column.values {
      guard codes.maximum < table.count else { throw .codeWithoutString(column: column.name) }
      strings = PackedStrings(table)
      isValidText = table.isValidUTF8
      if table.count <= packedStringCountMax {
        let quoted = StringTable(table.array.map(quotedText))
        let bulk = StringTable(table.array.map(bulkText))
        tables += [quoted, bulk]
        packed = (PackedStrings(quoted), PackedStrings(bulk))
      }
    }
    let (kind, values) = storage(of: column.values)
    return ProfileField(
      name: column.name, kind: kind, values: values,
      validity: column.validity?.words.pointer.baseAddress, strings: strings, packed: packed,
      jsonKey: keys.utf8(at: 0), respKey: keys.utf8(at: 1), isValidText: isValidText)
  }

  private static func storage(
    of values: ColumnValues
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
    case .string(.uint8(let codes), _): return (.code8, start(codes))
    case .string(.uint16(let codes), _): return (.code16, start(codes))
    case .string(.uint32(let codes), _): return (.code32, start(codes))
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
