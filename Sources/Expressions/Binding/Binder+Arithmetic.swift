extension Binder {
  /// The expression in another type: exact numbers gain digits, numbers become floats, texts become days.
  func coerced(_ bound: Bound, to type: ValueType) throws(QueryError) -> Bound {
    if bound.type == type { return bound }
    if bound.type == .null {
      let strings = type == .string ? StringSource(constant: "") : nil
      return Bound(type, .constant(.null), at: bound.byteOffset, strings: strings)
    }
    return folded(Bound(type, .convert(bound), at: bound.byteOffset))
  }

  func negated(_ bound: Bound, _ at: Int) throws(QueryError) -> Bound {
    if bound.type == .null { return bound }
    guard bound.type.isNumeric else {
      throw QueryError(.type, "- does not go with a value of type \(bound.type.name)", at: at)
    }
    return folded(Bound(bound.type, .negate(bound), at: at))
  }

  func arithmetic(
    _ op: ArithmeticOperator, _ a: Bound, _ b: Bound, _ at: Int
  ) throws(QueryError) -> Bound {
    if a.type == .null || b.type == .null { return Bound(.null, .constant(.null), at: at) }
    if a.type == .day || b.type == .day { return try dayArithmetic(op, a, b, at) }
    guard a.type.isNumeric, b.type.isNumeric else { throw mismatch(op.rawValue, a, b, at) }
    if let x = a.type.scale, let y = b.type.scale {
      switch op {
      case .add, .subtract, .remainder:
        let type = ValueType.exact(scale: max(x, y))
        let left = try coerced(a, to: type)
        let right = try coerced(b, to: type)
        return folded(Bound(type, .arithmetic(op, left, right), at: at))
      case .multiply:
        // Exact while one side is whole or written in the query; a product of two amounts is a float.
        let isScaling = x == 0 || y == 0 || a.constant != nil || b.constant != nil
        if isScaling, x + y <= QueryLimits.decimalScaleMax {
          return folded(Bound(.exact(scale: x + y), .arithmetic(op, a, b), at: at))
        }
      case .divide: break
      }
    }
    let left = try coerced(a, to: .float)
    let right = try coerced(b, to: .float)
    return folded(Bound(.float, .arithmetic(op, left, right), at: at))
  }

  /// A day and a number of days, or the days between two days.
  private func dayArithmetic(
    _ op: ArithmeticOperator, _ a: Bound, _ b: Bound, _ at: Int
  ) throws(QueryError) -> Bound {
    switch (op, a.type, b.type) {
    case (.add, .day, .integer), (.subtract, .day, .integer), (.add, .integer, .day):
      return folded(Bound(.day, .arithmetic(op, a, b), at: at))
    case (.subtract, .day, .day):
      return folded(Bound(.integer, .arithmetic(op, a, b), at: at))
    case (.subtract, .day, .string):
      return folded(Bound(.integer, .arithmetic(op, a, try day(b)), at: at))
    case (.subtract, .string, .day):
      return folded(Bound(.integer, .arithmetic(op, try day(a), b), at: at))
    default: throw mismatch(op.rawValue, a, b, at)
    }
  }

  func mismatch(_ what: String, _ a: Bound, _ b: Bound, _ at: Int) -> QueryError {
    QueryError(
      .type,
      "\(what) does not go with types \(a.type.name) and \(b.type.name)"
        + Binder.quotingHint(what, a, b), at: at)
  }

  /// What to do where a text and a number meet: the side that is written in the query can change, a column cannot.
  private static func quotingHint(_ what: String, _ a: Bound, _ b: Bound) -> String {
    let (text, number) = a.type == .string ? (a, b) : (b, a)
    guard text.type == .string, number.type.isNumeric else { return "" }
    if what == "LIKE" {
      guard a.type == .string, let literal = b.constant else { return "" }
      return "; write \(literal.quotedDigits) in quotes"
    }
    if text.constant != nil { return "; write numbers without quotes" }
    guard ArithmeticOperator(rawValue: what) == nil, let literal = number.constant else {
      return ""
    }
    return "; write \(literal.quotedDigits) in quotes"
  }
}

extension Literal {
  /// An exact number as a text in a query, `'-1.50'`; "the number" for floats and longer ones.
  fileprivate var quotedDigits: String {
    switch self {
    case .integer(let value): return "'\(value)'"
    case .decimal(let mantissa, let scale):
      let digits = String(mantissa.magnitude)
      let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
      let sign = mantissa < 0 ? "-" : ""
      return "'\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))'"
    default: return "the number"
    }
  }
}
