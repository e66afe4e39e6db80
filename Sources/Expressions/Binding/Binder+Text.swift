import Columns

extension Binder {
  /// A condition on a string: asked once for every distinct value of a dictionary, else row by row.
  func textCondition(_ value: Bound, _ condition: TextCondition, _ at: Int) -> Bound? {
    guard value.type == .string, let strings = value.strings else { return nil }
    if value.constant == .null { return Bound(.bool, .constant(.null), at: at) }
    guard strings.isDistinct else {
      return Bound(.bool, .textCondition(value, condition), at: at)
    }
    let answers = (0..<strings.table.count).map { condition.holds(strings.table.utf8(at: $0)) }
    if value.constant != nil {
      return Bound(.bool, .constant(.bool(answers[0])), at: at)
    }
    if case .column(let index) = value.node {
      // One run of codes, or all but one run, is a plain compare of codes.
      if let run = Binder.run(of: true, in: answers) {
        return Bound(
          .bool, .range(column: index, low: run.0, high: run.1, isNegated: false), at: at)
      }
      if let run = Binder.run(of: false, in: answers) {
        return Bound(
          .bool, .range(column: index, low: run.0, high: run.1, isNegated: true), at: at)
      }
    }
    // Null rows have code 0, whether or not the dictionary has such an entry.
    return Bound(.bool, .codeSet(value, answers.isEmpty ? [false] : answers), at: at)
  }

  /// First and last code with that answer if they stand together; (1, 0) if there is none.
  private static func run(of answer: Bool, in answers: [Bool]) -> (Int64, Int64)? {
    guard let first = answers.firstIndex(of: answer), let last = answers.lastIndex(of: answer)
    else { return (1, 0) }
    return answers[first...last].allSatisfy { $0 == answer } ? (Int64(first), Int64(last)) : nil
  }

  func like(_ value: Bound, _ pattern: Bound, _ at: Int) throws(QueryError) -> Bound {
    if value.type == .null || pattern.type == .null {
      return Bound(.bool, .constant(.null), at: at)
    }
    guard value.type == .string, pattern.type == .string else {
      throw mismatch("LIKE", value, pattern, at)
    }
    guard case .string(let text) = pattern.constant else {
      throw QueryError(.type, "the pattern of LIKE must be a text in quotes", at: at)
    }
    return textCondition(value, .like(LikePattern(text)), at)!
  }

  /// `value IN (items)`
  func inList(_ value: Bound, _ items: [Bound], _ at: Int) throws(QueryError) -> Bound {
    if value.type == .null { return Bound(.bool, .constant(.null), at: at) }
    var value = value
    var list: [Bound] = []
    for item in items {
      list.append(value.type == .day && item.type == .string ? try day(item) : item)
    }
    var type = value.type
    for item in list {
      guard let common = ValueType.common(type, item.type) else {
        throw mismatch("IN", value, item, item.byteOffset)
      }
      type = common
    }
    let constants = list.compactMap(\.constant)
    let isPlain = constants.count == list.count && value.constant == nil && type != .bool
    if !isPlain {
      var coercedItems: [Bound] = []
      for item in list { coercedItems.append(try coerced(item, to: type)) }
      return folded(Bound(.bool, .inList(try coerced(value, to: type), coercedItems), at: at))
    }
    let hasNull = constants.contains(.null)
    let found: Bound
    if type == .string {
      let texts = constants.compactMap { literal -> [UInt8]? in
        if case .string(let text) = literal { Array(text.utf8) } else { nil }
      }
      found = textCondition(value, .among(Set(texts)), at)!
    } else {
      let isSingle = isSinglePrecision(value)
      if type == .float { value = try coerced(value, to: .float) }
      let scale = value.type.scale ?? 0
      let keys = Set(
        constants.compactMap {
          Binder.listKey($0, type: type, scale: scale, isSinglePrecision: isSingle)
        })
      found = Binder.valueSet(value, keys.sorted(), at)
    }
    if !hasNull { return found }
    // Not found beside a NULL is neither true nor false.
    return Bound(.bool, .or([found, Bound(.bool, .constant(.null), at: at)]), at: at)
  }

  private func isSinglePrecision(_ value: Bound) -> Bool {
    if case .column(let index) = value.node { isSinglePrecision(index) } else { false }
  }

  private static func valueSet(_ value: Bound, _ keys: [Int64], _ at: Int) -> Bound {
    if case .column(let index) = value.node, value.type != .float, let first = keys.first,
      let last = keys.last,
      last.subtractingReportingOverflow(first).partialValue
        == Int64(keys.count - 1)
    {
      return Bound(
        .bool, .range(column: index, low: first, high: last, isNegated: false), at: at)
    }
    return Bound(.bool, .valueSet(value, keys), at: at)
  }

  /// A list's constant as the value to look for; nil where no value of the column can equal it.
  private static func listKey(
    _ literal: Literal, type: ValueType, scale: Int, isSinglePrecision: Bool
  ) -> Int64? {
    if type == .float {
      return literal.double.map { floatKey(isSinglePrecision ? Double(Float($0)) : $0) }
    }
    guard let interval = Interval(.equal, literal, scale: scale), interval.low == interval.high
    else { return nil }
    return interval.low
  }
}

/// A float as an integer that sorts the same way: NaN last and equal to itself, the two zeros equal.
@inline(__always)
func floatKey(_ value: Double) -> Int64 {
  if value.isNaN { return .max }
  let bits = Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
  return bits ^ Int64(bitPattern: UInt64(bitPattern: bits >> 63) >> 1)
}
