/// An expression whose names and types are resolved: what the evaluator runs.
struct Bound: Sendable {
  indirect enum Node: Hashable, Sendable {
    /// A value; `.null` of any type.
    case constant(Literal)
    case column(Int)
    case tag(Int)
    /// low ≤ column ≤ high over a column of whole numbers (days, money units and codes too); runs as one
    /// SIMD compare. All six comparisons with a constant, BETWEEN and = over a dictionary end here.
    case range(column: Int, low: Int64, high: Int64, isNegated: Bool)
    /// The same over any exact number or day that is not a plain column.
    case inRange(Bound, low: Int64, high: Int64, isNegated: Bool)
    /// As `range` over a float column; false for NaN before negation.
    case floatRange(column: Int, low: Double, high: Double, isNegated: Bool)
    /// Both operands are exact numbers (already at the scales the operator wants) or both floats.
    case arithmetic(ArithmeticOperator, Bound, Bound)
    case negate(Bound)
    case function(ScalarFunction, Bound)
    /// To the type of the expression that holds this node.
    case convert(Bound)
    /// Operands of one type, or exact numbers of different scales.
    case compare(ComparisonOperator, Bound, Bound)
    /// Value, low, high: each bound as an operand of `compare` beside the value.
    case between(Bound, Bound, Bound)
    /// IN over constants: exact numbers, days or codes of a dictionary; sorted.
    case valueSet(Bound, [Int64])
    /// A condition on a string of a dictionary, answered beforehand for every code.
    case codeSet(Bound, [Bool])
    /// A condition on a string without a dictionary, answered row by row.
    case textCondition(Bound, TextCondition)
    /// IN over what is known by row only: each item as an operand of `compare` beside the value.
    case inList(Bound, [Bound])
    case isNull(Bound)
    case not(Bound)
    case and([Bound])
    case or([Bound])
    case caseWhen([Bound], [Bound], otherwise: Bound?)
    case coalesce([Bound])
    /// Codes of one string table to codes of a joined one.
    case recode(Bound, [UInt32])
  }

  let type: ValueType
  let node: Node
  /// Where it was written, for errors at evaluation.
  let byteOffset: Int
  /// For strings, what the codes point at.
  let strings: StringSource?

  init(_ type: ValueType, _ node: Node, at byteOffset: Int, strings: StringSource? = nil) {
    self.type = type
    self.node = node
    self.byteOffset = byteOffset
    self.strings = strings
  }

  /// The value, when it is known without any row.
  var constant: Literal? {
    if case .constant(let literal) = node { literal } else { nil }
  }

  var children: [Bound] {
    switch node {
    case .constant, .column, .tag, .range, .floatRange: []
    case .negate(let a), .function(_, let a), .convert(let a), .inRange(let a, _, _, _),
      .valueSet(let a, _), .codeSet(let a, _), .textCondition(let a, _), .isNull(let a),
      .not(let a), .recode(let a, _):
      [a]
    case .arithmetic(_, let a, let b), .compare(_, let a, let b): [a, b]
    case .between(let a, let b, let c): [a, b, c]
    case .inList(let a, let list): [a] + list
    case .and(let list), .or(let list), .coalesce(let list): list
    case .caseWhen(let conditions, let values, let otherwise):
      conditions + values + (otherwise.map { [$0] } ?? [])
    }
  }
}

extension Bound: Hashable {
  /// Equal when they compute the same, wherever they were written.
  static func == (a: Bound, b: Bound) -> Bool { a.type == b.type && a.node == b.node }

  func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    hasher.combine(node)
  }
}

/// Functions of one value.
enum ScalarFunction: Hashable, Sendable {
  case abs
  case floor
  case ceiling
  /// To so many digits after the point; negative for tens and hundreds.
  case round(digits: Int)
  case naturalLogarithm
}

/// A condition on the bytes of one string.
enum TextCondition: Hashable, Sendable {
  case compare(ComparisonOperator, [UInt8])
  case like(LikePattern)
  case among(Set<[UInt8]>)

  func holds(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    switch self {
    case .compare(let op, let bytes):
      bytes.withUnsafeBufferPointer { op.holds(compareBytes(text, $0)) }
    case .like(let pattern): pattern.matches(text)
    case .among(let set): set.contains(Array(text))
    }
  }
}
