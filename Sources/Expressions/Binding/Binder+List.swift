extension Binder {
  /// `value IN (items)`: true where the value equals one, null where it equals none and one comparison is null.
  ///
  /// Every item is compared with the value by itself, so that a float in the list does not make floats of the others.
  func inList(_ value: Bound, _ items: [Bound], _ at: Int) throws(QueryError) -> Bound {
    if value.type == .null { return Bound(.bool, .constant(.null), at: at) }
    let sides = try withTextsAsDays([value] + items)
    let value = sides[0]
    let list = sides.dropFirst()
    for item in list where ValueType.common(value.type, item.type) == nil {
      throw mismatch("IN", value, item, item.byteOffset)
    }
    let isSearched = value.constant == nil && value.type != .bool
    var parts: [Bound] = []
    if isSearched {
      let constants = list.compactMap(\.constant).filter { $0 != .null }
      if !constants.isEmpty { parts = try constantList(value, constants, at) }
    }
    let computed = list.filter { $0.constant == nil || !isSearched && $0.constant != .null }
    if !computed.isEmpty, let operands = try operands(computed, beside: value) {
      parts.append(folded(Bound(.bool, .inList(value, operands), at: at)))
    } else {
      for item in computed { parts.append(try comparison(.equal, value, item, at)) }
    }
    // Not found beside a NULL is neither true nor false.
    if list.contains(where: { $0.constant == .null }) {
      parts.append(Bound(.bool, .constant(.null), at: at))
    }
    return parts.count == 1 ? parts[0] : folded(Bound(.bool, .or(parts), at: at))
  }

  /// A value that is not known beforehand, among constants that are not null: one condition, or two where an exact
  /// number is looked for among floats too.
  private func constantList(
    _ value: Bound, _ constants: [Literal], _ at: Int
  ) throws(QueryError) -> [Bound] {
    if value.type == .string {
      let texts = constants.map { Array($0.text.utf8) }
      return [textCondition(value, .among(Set(texts)), at)!]
    }
    var keys: Set<Int64> = []
    var floats: Set<Int64> = []
    let isSingle = isSinglePrecision(value)
    for constant in constants {
      if value.type == .float {
        let number = constant.double ?? .nan
        floats.insert(floatKey(isSingle ? Double(Float(number)) : number))
      } else if let interval = Interval(.equal, constant, scale: value.type.scale ?? 0) {
        // Where no value of the column equals the constant the interval is empty.
        if interval.low == interval.high { keys.insert(interval.low) }
      } else if let number = constant.double {
        floats.insert(floatKey(number))
      }
    }
    var parts: [Bound] = []
    if !floats.isEmpty {
      let number = try coerced(value, to: .float)
      parts.append(Bound(.bool, .valueSet(number, floats.sorted()), at: at))
    }
    if parts.isEmpty || !keys.isEmpty { parts.append(Binder.valueSet(value, keys.sorted(), at)) }
    return parts
  }

  private func isSinglePrecision(_ value: Bound) -> Bool {
    if case .column(let index) = value.node { isSinglePrecision(index) } else { false }
  }

  private static func valueSet(_ value: Bound, _ keys: [Int64], _ at: Int) -> Bound {
    if case .column(let index) = value.node, let first = keys.first, let last = keys.last,
      last.subtractingReportingOverflow(first).partialValue == Int64(keys.count - 1)
    {
      return Bound(
        .bool, .range(column: index, low: first, high: last, isNegated: false), at: at)
    }
    return Bound(.bool, .valueSet(value, keys), at: at)
  }
}
