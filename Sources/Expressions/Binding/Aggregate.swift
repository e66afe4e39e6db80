import Columns

/// An aggregate function over an argument.
struct Aggregate: Hashable, Sendable {
  enum Function: Hashable, Sendable {
    case countRows
    case count
    case countDistinct
    case sum
    case average
    case minimum
    case maximum
    case median
    /// The fraction as it was written, so that ⌈n·p⌉ is exact.
    case quantile(Literal)
    case standardDeviation

    /// Whether every value has to be kept until the end.
    var collectsValues: Bool {
      switch self {
      case .countDistinct, .median, .quantile: true
      default: false
      }
    }
  }

  let function: Function
  /// nil for `count(*)`.
  let argument: Bound?
  /// Type of the result.
  let type: ValueType

  static let names = [
    "count", "sum", "avg", "min", "max", "median", "quantile", "stddev",
  ]
}

extension Aggregate {
  /// What the stage after grouping sees.
  var column: BoundColumn {
    BoundColumn(grouped: type, strings: argument?.strings)
  }
}

extension BoundColumn {
  /// A key or an aggregate's result, as a column over groups.
  init(grouped type: ValueType, strings: StringSource?) {
    switch type {
    case .null, .integer: self.init(name: "", type: type, physical: .int64)
    case .decimal: self.init(name: "", type: type, physical: .int64)
    case .float: self.init(name: "", type: type, physical: .float64)
    case .bool: self.init(name: "", type: type, physical: .bool)
    case .day: self.init(name: "", type: type, physical: .day)
    case .string: self.init(name: "", type: type, physical: .string, strings: strings)
    }
  }
}
