import Columns

extension Binder {
  private static let scalarNames = ["abs", "round", "floor", "ceil", "ln", "coalesce"]
  private static let wholeBaseNames = ["rank", "share"]

  mutating func call(_ call: Syntax.Call, _ at: Int) throws(QueryError) -> Bound {
    if Aggregate.names.contains(call.name) { return try aggregateCall(call, at) }
    let isWholeBase = Binder.wholeBaseNames.contains(call.name)
    guard Binder.scalarNames.contains(call.name) || isWholeBase else {
      let names = Aggregate.names + Binder.scalarNames + (isRule ? Binder.wholeBaseNames : [])
      let hint = NearestName.hint(call.name, among: names)
      throw QueryError(.name, "unknown function \(call.name)\(hint)", at: at)
    }
    if call.isDistinct || call.isStar {
      let what = call.isStar ? "*" : "DISTINCT"
      throw QueryError(.syntax, "\(call.name) does not take \(what)", at: at)
    }
    if isWholeBase { return try wholeBaseCall(call, at) }
    switch call.name {
    case "coalesce": return try coalesce(call, at)
    case "round":
      try checkArgumentCount(call, 1...2, at)
      var digits = 0
      if call.arguments.count == 2 {
        guard case .integer(let value) = try bind(call.arguments[1]).constant, value.magnitude <= 18
        else {
          throw QueryError(
            .type, "the digits of round must be a whole number from -18 to 18",
            at: call.arguments[1].byteOffset)
        }
        digits = Int(value)
      }
      return try function(.round(digits: digits), call, at)
    default:
      try checkArgumentCount(call, 1...1, at)
      let functions: [String: ScalarFunction] = [
        "abs": .abs, "floor": .floor, "ceil": .ceiling, "ln": .naturalLogarithm,
      ]
      return try function(functions[call.name]!, call, at)
    }
  }

  func checkArgumentCount(
    _ call: Syntax.Call, _ range: ClosedRange<Int>, _ at: Int
  ) throws(QueryError) {
    if range.contains(call.arguments.count) { return }
    let wanted =
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) or \(range.upperBound)"
    throw QueryError(
      .syntax,
      "\(call.name) takes \(wanted) value\(wanted == "1" ? "" : "s"), "
        + "found \(call.arguments.count)", at: at)
  }

  private mutating func function(
    _ function: ScalarFunction, _ call: Syntax.Call, _ at: Int
  ) throws(QueryError) -> Bound {
    var argument = try bind(call.arguments[0])
    if argument.type == .null { return argument }
    guard argument.type.isNumeric else {
      throw QueryError(
        .type, "\(call.name) does not go with a value of type \(argument.type.name)", at: at)
    }
    var type = argument.type
    switch function {
    case .abs: break
    case .floor, .ceiling: if type.scale != nil { type = .integer }
    case .round(let digits):
      if let scale = type.scale { type = .exact(scale: min(scale, max(0, digits))) }
    case .naturalLogarithm:
      type = .float
      argument = try coerced(argument, to: .float)
    }
    return folded(Bound(type, .function(function, argument), at: at))
  }

  private mutating func coalesce(_ call: Syntax.Call, _ at: Int) throws(QueryError) -> Bound {
    try checkArgumentCount(call, 1...64, at)
    var values: [Bound] = []
    for argument in call.arguments { values.append(try bind(argument)) }
    let (joined, type, strings) = try joined(values, "coalesce", at)
    if type == .null { return joined[0] }
    return folded(Bound(type, .coalesce(joined), at: at, strings: strings))
  }

  mutating func caseWhen(
    _ branches: [Syntax.CaseBranch], _ otherwise: Syntax?, _ at: Int
  ) throws(QueryError) -> Bound {
    var conditions: [Bound] = []
    var values: [Bound] = []
    for branch in branches {
      conditions.append(try condition(branch.condition))
      values.append(try bind(branch.value))
    }
    if let otherwise { values.append(try bind(otherwise)) }
    let (joined, type, strings) = try joined(values, "CASE", at)
    if type == .null { return joined[0] }
    let last = otherwise == nil ? nil : joined.last
    let node = Bound.Node.caseWhen(
      conditions, Array(joined.prefix(conditions.count)), otherwise: last)
    return folded(Bound(type, node, at: at, strings: strings))
  }

  /// Values brought to one type; strings to one table.
  private func joined(
    _ values: [Bound], _ what: String, _ at: Int
  ) throws(QueryError) -> ([Bound], ValueType, StringSource?) {
    var type = ValueType.null
    for value in values {
      guard let common = ValueType.common(type, value.type) else {
        throw QueryError(
          .type, "\(what) does not join types \(type.name) and \(value.type.name)",
          at: value.byteOffset)
      }
      type = common
    }
    var coercedValues: [Bound] = []
    for value in values { coercedValues.append(try coerced(value, to: type)) }
    guard type == .string else { return (coercedValues, type, nil) }
    let sources = coercedValues.map { $0.strings! }
    if sources.dropFirst().allSatisfy({ $0 === sources[0] }) {
      return (coercedValues, type, sources[0])
    }
    let (table, maps) = Binder.joinedTable(sources)
    let recoded = zip(coercedValues, maps).map { value, map in
      value.constant == .null
        ? Bound(.string, .constant(.null), at: value.byteOffset, strings: table)
        : Bound(.string, .recode(value, map), at: value.byteOffset, strings: table)
    }
    return (recoded, type, table)
  }

  /// One table of all the sources' distinct strings, and for each source its codes in it.
  private static func joinedTable(_ sources: [StringSource]) -> (StringSource, [[UInt32]]) {
    var codes: [String: UInt32] = [:]
    var texts: [String] = []
    let maps = sources.map { source in
      (0..<source.table.count).map { code -> UInt32 in
        let text = source.table[code]
        if let known = codes[text] { return known }
        codes[text] = UInt32(texts.count)
        texts.append(text)
        return UInt32(texts.count - 1)
      }
    }
    // Null rows have code 0, whether or not a dictionary has such an entry.
    let total = maps.map { $0.isEmpty ? [0] : $0 }
    return (StringSource(StringTable(texts), isDistinct: true), total)
  }
}
