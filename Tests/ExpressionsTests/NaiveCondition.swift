import Columns
import Kernels

/// A value as the naive evaluator has it; numbers that are not floats are units of 10⁻⁸.
enum NaiveValue: Equatable {
  case null
  case bool(Bool)
  case exact(Int128)
  case float(Double)
  case text(String)
  case day(Int)

  static let unit: Int128 = 100_000_000

  var float: Double? {
    switch self {
    case .exact(let units): Double(units) / Double(Self.unit)
    case .float(let value): value
    default: nil
    }
  }

  /// −1, 0 or 1; nil where a side is null. NaN is above every number.
  func order(_ other: NaiveValue) -> Int? {
    func sign<T: Comparable>(_ a: T, _ b: T) -> Int { a == b ? 0 : a < b ? -1 : 1 }
    switch (self, other) {
    case (.null, _), (_, .null): return nil
    case (.bool(let a), .bool(let b)): return (a ? 1 : 0) - (b ? 1 : 0)
    case (.exact(let a), .exact(let b)): return sign(a, b)
    case (.text(let a), .text(let b)): return sign(Bytes(a), Bytes(b))
    case (.day(let a), .day(let b)): return sign(a, b)
    default:
      guard let a = float, let b = other.float else { preconditionFailure("types go together") }
      if a.isNaN || b.isNaN { return a.isNaN ? (b.isNaN ? 0 : 1) : -1 }
      return sign(a, b)
    }
  }

  private struct Bytes: Comparable {
    let bytes: [UInt8]
    init(_ text: String) { bytes = Array(text.utf8) }
    static func < (a: Bytes, b: Bytes) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
  }
}

/// A random expression: its text in the language, and its value in a row of the table.
struct NaiveExpression {
  let text: String
  let value: (_ row: Int) -> NaiveValue

  /// True, false, or null as nil.
  func truth(_ row: Int) -> Bool? {
    if case .bool(let known) = value(row) { known } else { nil }
  }

  static func condition(_ text: String, _ truth: @escaping (Int) -> Bool?) -> NaiveExpression {
    NaiveExpression(text: text) { row in truth(row).map { .bool($0) } ?? .null }
  }

  /// SQL's three-valued AND and OR.
  static func and(_ a: Bool?, _ b: Bool?) -> Bool? {
    a == false || b == false ? false : a == nil || b == nil ? nil : true
  }

  static func or(_ a: Bool?, _ b: Bool?) -> Bool? {
    a == true || b == true ? true : a == nil || b == nil ? nil : false
  }

  static func compare(_ op: String, _ a: NaiveValue, _ b: NaiveValue) -> Bool? {
    a.order(b).map { order in
      switch op {
      case "=", "==": order == 0
      case "<>", "!=": order != 0
      case "<": order < 0
      case "<=": order <= 0
      case ">": order > 0
      default: order >= 0
      }
    }
  }

  /// LIKE by definition: every way to cut the text.
  static func like(_ text: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    if first == "%" {
      return like(text, rest) || (!text.isEmpty && like(text.dropFirst(), pattern))
    }
    guard let next = text.first else { return false }
    return (first == "_" || first == next) && like(text.dropFirst(), rest)
  }
}
