/// The types a column can have. Raw values are on disk (see Documentation/Format.md): never reuse one.
package enum ColumnType: UInt8, Sendable, CaseIterable {
  case int8 = 1
  case int16 = 2
  case int32 = 3
  case int64 = 4
  case uint8 = 5
  case uint16 = 6
  case uint32 = 7
  case float32 = 8
  case float64 = 9
  case bool = 10
  /// Strings with repeats: codes into a dictionary of distinct values.
  case string = 11
  /// Int32 days since 1970-01-01.
  case day = 12
  /// Int64 in units of 10⁻⁴.
  case money = 13
  /// Strings without a dictionary: offsets and bytes; customer ids, whose values are all distinct.
  case text = 14

  /// The name in JSON, SCHEMA and messages.
  package var name: String {
    switch self {
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .float32: "float32"
    case .float64: "float64"
    case .bool: "bool"
    case .string: "string"
    case .day: "day"
    case .money: "money"
    case .text: "text"
    }
  }
}
