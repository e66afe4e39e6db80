/// What kind of value an expression gives. Columns' physical types fold into these few.
package enum ValueType: Hashable, Sendable {
  /// The bare word NULL: takes the type of what it meets.
  case null
  case bool
  /// Every integer column; computed in 64 bits.
  case integer
  /// An exact number with so many digits after the point (1…8); money has 4.
  case decimal(scale: Int)
  case float
  case string
  case day

  static let money = ValueType.decimal(scale: 4)

  /// How messages and SCHEMA name it.
  package var name: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .decimal: "decimal"
    case .float: "float"
    case .string: "string"
    case .day: "date"
    }
  }

  var isNumeric: Bool {
    switch self {
    case .integer, .decimal, .float: true
    case .null, .bool, .string, .day: false
    }
  }

  /// Digits after the point; nil for what is not an exact number.
  var scale: Int? {
    switch self {
    case .integer: 0
    case .decimal(let scale): scale
    default: nil
    }
  }

  /// The exact number type of so many digits.
  static func exact(scale: Int) -> ValueType { scale == 0 ? .integer : .decimal(scale: scale) }

  /// The type two values are compared or joined in; nil when they do not go together.
  static func common(_ a: ValueType, _ b: ValueType) -> ValueType? {
    if a == b || b == .null { return a }
    if a == .null { return b }
    if let x = a.scale, let y = b.scale { return exact(scale: max(x, y)) }
    if a.isNumeric && b.isNumeric { return .float }
    return nil
  }
}

/// Powers of ten that fit Int64.
func powerOfTen(_ exponent: Int) -> Int64 {
  var power: Int64 = 1
  for _ in 0..<exponent { power *= 10 }
  return power
}
