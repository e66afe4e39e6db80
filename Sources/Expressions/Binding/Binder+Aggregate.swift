extension Binder {
  /// A call of an aggregate: a column over the groups, or in a rule one value of the whole base.
  mutating func aggregateCall(_ call: Syntax.Call, _ at: Int) throws(QueryError) -> Bound {
    if isRule, let whole = source.whole {
      var binder = Binder(whole, isRule: true, control: control)
      return try binder.aggregateCall(call, at)
    }
    if isRule {
      let aggregate = try aggregate(call, at)
      let value = try source.wholeBaseConstant(aggregate, control)
      return Bound(
        aggregate.type, .constant(value), at: at,
        strings: aggregate.type == .string ? StringSource(constant: value.text) : nil)
    }
    guard grouping != nil else {
      throw QueryError(
        .type, "the aggregate \(call.name) cannot stand here (use HAVING for conditions on groups)",
        at: at)
    }
    let aggregate = try aggregate(call, at)
    let index: Int
    if let known = grouping!.aggregates.firstIndex(of: aggregate) {
      index = known
    } else {
      index = grouping!.aggregates.count
      grouping!.aggregates.append(aggregate)
    }
    let column = aggregate.column
    return Binder.reference(column, grouping!.keys.count + index, at: at)
  }

  private func aggregate(_ call: Syntax.Call, _ at: Int) throws(QueryError) -> Aggregate {
    if call.isStar {
      guard call.name == "count" else {
        throw QueryError(.syntax, "\(call.name) does not take *", at: at)
      }
      return Aggregate(function: .countRows, argument: nil, type: .integer)
    }
    if call.isDistinct && call.name != "count" {
      throw QueryError(.syntax, "DISTINCT stands only in count", at: at)
    }
    try checkArgumentCount(call, call.name == "quantile" ? 2...2 : 1...1, at)
    for argument in call.arguments where argument.contains(where: { $0.isAggregate }) {
      throw QueryError(.type, "an aggregate inside another aggregate", at: argument.byteOffset)
    }
    var rows = Binder(source, control: control)
    let argument = try rows.bind(call.arguments[0])
    let (function, type) = try signature(call, argument.type, at)
    return Aggregate(function: function, argument: argument, type: type)
  }

  /// The function and the type of its result for an argument of that type.
  private func signature(
    _ call: Syntax.Call, _ type: ValueType, _ at: Int
  ) throws(QueryError) -> (Aggregate.Function, ValueType) {
    switch call.name {
    case "count": return (call.isDistinct ? .countDistinct : .count, .integer)
    case "min": return (.minimum, type)
    case "max": return (.maximum, type)
    case "quantile":
      var constants = Binder(source, control: control)
      let fraction = try constants.bind(call.arguments[1])
      guard let literal = fraction.constant, let p = literal.double, (0...1).contains(p) else {
        throw QueryError(
          .type, "the fraction of quantile must be a number from 0 to 1",
          at: call.arguments[1].byteOffset)
      }
      return (.quantile(literal), type)
    case "median" where type == .day: return (.median, .day)
    default:
      guard type.isNumeric || type == .null else {
        throw QueryError(
          .type, "\(call.name) does not go with values of type \(type.name)", at: at)
      }
      switch call.name {
      case "sum": return (.sum, type == .null ? .integer : type)
      case "avg": return (.average, .float)
      case "median":
        if case .decimal = type { return (.median, type) }
        return (.median, .float)
      default: return (.standardDeviation, .float)
      }
    }
  }
}
