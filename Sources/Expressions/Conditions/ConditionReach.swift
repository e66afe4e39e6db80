import Columns

/// What can be proved of a condition without looking at rows: the values that columns must have for it to be true.
///
///     ConditionReach(of: "r >= 4 AND r < 3", …).isNeverTrue       // true
///     a.implies(b)                                                // true only when it is certain
///
/// Comparisons of one column with constants, NULL tests and tags are understood, and AND, OR and NOT of them;
/// anything else is taken to allow every value, so that what is claimed is always so.
package struct ConditionReach: Sendable {
  /// What a condition can say something about.
  enum Dimension: Hashable, Sendable {
    /// The value of a column, whole numbers or the keys of floats.
    case value(Int)
    /// 1 where the column is null.
    case null(Int)
    case tag(Int)
  }

  /// A set of rows: those where every dimension lies in its set.
  struct Box: Sendable {
    /// Dimensions that are not here may be anything.
    var sets: [Dimension: IntervalSet] = [:]
    /// Whether every row in the box makes the condition true; else only no row outside of it does.
    var isExact = true
    /// No row at all.
    var isImpossible = false

    static let everything = Box()
    static let unknown = Box(isExact: false)
    static let nothing = Box(isImpossible: true)
  }

  private let box: Box
  private let domains: [Dimension: IntervalSet]

  /// - Parameter ranges: values that columns can have at all, by name; null aside.
  package init(_ expression: BoundExpression, ranges: [String: ClosedRange<Double>] = [:]) {
    let columns = expression.evaluator.columns
    var builder = ReachBuilder(columns: columns)
    box = builder.box(expression.bound, isNegated: false)
    var domains: [Dimension: IntervalSet] = [:]
    for dimension in box.sets.keys {
      domains[dimension] = ReachBuilder.domain(dimension, columns, ranges)
    }
    self.domains = domains
  }

  /// Certainly false or null for every row.
  package var isNeverTrue: Bool {
    box.isImpossible
      || box.sets.contains { dimension, set in
        set.intersection(domains[dimension] ?? .all).isEmpty
      }
  }

  /// Certainly true for every row.
  package var isAlwaysTrue: Bool {
    !box.isImpossible && box.isExact
      && box.sets.allSatisfy { dimension, set in
        (domains[dimension] ?? .all).isSubset(of: set)
      }
  }

  /// Whether `other` is certainly true wherever this is; both of one source.
  package func implies(_ other: ConditionReach) -> Bool {
    if isNeverTrue { return true }
    guard other.box.isExact, !other.box.isImpossible else { return false }
    return other.box.sets.allSatisfy { dimension, set in
      let domain = other.domains[dimension] ?? .all
      return (box.sets[dimension] ?? .all).intersection(domain).isSubset(of: set)
    }
  }
}

/// Builds the box of a condition.
struct ReachBuilder {
  let columns: [Column]

  typealias Box = ConditionReach.Box
  typealias Dimension = ConditionReach.Dimension

  mutating func box(_ bound: Bound, isNegated: Bool) -> Box {
    switch bound.node {
    case .constant(let literal):
      guard case .bool(let value) = literal else { return .nothing }
      return value != isNegated ? .everything : .nothing
    case .range(let column, let low, let high, let inverse):
      return value(column, IntervalSet(low: low, high: high), inverse != isNegated)
    case .floatRange(let column, let low, let high, let inverse):
      let set =
        low <= high ? IntervalSet(low: floatKey(low), high: floatKey(high)) : IntervalSet([])
      return value(column, set, inverse != isNegated)
    case .column(let column):
      return value(column, IntervalSet(low: 1, high: 1), isNegated)
    case .tag(let tag):
      let bit: Int64 = isNegated ? 0 : 1
      return Box(sets: [.tag(tag): IntervalSet(low: bit, high: bit)])
    case .isNull(let inner):
      guard case .column(let column) = inner.node else { return .unknown }
      let bit: Int64 = isNegated ? 0 : 1
      return Box(sets: [.null(column): IntervalSet(low: bit, high: bit)])
    case .valueSet(let inner, let keys):
      guard case .column(let column) = inner.node else { return .unknown }
      return value(column, IntervalSet(keys.map { $0...$0 }), isNegated)
    case .codeSet(let inner, let answers):
      guard case .column(let column) = inner.node else { return .unknown }
      let codes = answers.indices.filter { answers[$0] }.map { Int64($0)...Int64($0) }
      return value(column, IntervalSet(codes), isNegated)
    case .not(let inner): return box(inner, isNegated: !isNegated)
    case .and(let list): return joined(list, isNegated, isConjunction: !isNegated)
    case .or(let list): return joined(list, isNegated, isConjunction: isNegated)
    default: return .unknown
    }
  }

  /// A comparison is true only where the column is not null.
  private func value(_ column: Int, _ set: IntervalSet, _ isNegated: Bool) -> Box {
    Box(sets: [
      .value(column): isNegated ? set.complement : set,
      .null(column): IntervalSet(low: 0, high: 0),
    ])
  }

  private mutating func joined(
    _ list: [Bound], _ isNegated: Bool, isConjunction: Bool
  ) -> Box {
    var boxes: [Box] = []
    for bound in list { boxes.append(box(bound, isNegated: isNegated)) }
    return isConjunction ? ReachBuilder.all(boxes) : ReachBuilder.any(boxes)
  }

  private static func all(_ boxes: [Box]) -> Box {
    var result = Box.everything
    for box in boxes {
      if box.isImpossible { return .nothing }
      result.isExact = result.isExact && box.isExact
      for (dimension, set) in box.sets {
        result.sets[dimension] = result.sets[dimension]?.intersection(set) ?? set
      }
    }
    return result
  }

  /// The smallest box around several; exact when they differ in one dimension only.
  private static func any(_ boxes: [Box]) -> Box {
    let possible = boxes.filter { !$0.isImpossible }
    guard var result = possible.first else { return .nothing }
    for box in possible.dropFirst() {
      let shared = result.sets.keys.filter { box.sets[$0] != nil }
      let differing = shared.filter { result.sets[$0] != box.sets[$0] }
      result.isExact =
        result.isExact && box.isExact && differing.count <= 1
        && shared.count == result.sets.count && shared.count == box.sets.count
      var sets: [Dimension: IntervalSet] = [:]
      for dimension in shared {
        sets[dimension] = result.sets[dimension]!.union(box.sets[dimension]!)
      }
      result.sets = sets
    }
    return result
  }

  /// The values that a dimension can have at all.
  static func domain(
    _ dimension: Dimension, _ columns: [Column], _ ranges: [String: ClosedRange<Double>]
  ) -> IntervalSet {
    switch dimension {
    case .tag: return IntervalSet(low: 0, high: 1)
    case .null(let column):
      return IntervalSet(low: 0, high: columns[column].validity == nil ? 0 : 1)
    case .value(let index):
      let column = columns[index]
      switch column.values {
      case .bool: return IntervalSet(low: 0, high: 1)
      case .string(_, let table): return IntervalSet(low: 0, high: Int64(table.count) - 1)
      case .float32, .float64:
        guard let range = ranges[column.name] else { return .all }
        return IntervalSet(low: floatKey(range.lowerBound), high: floatKey(range.upperBound))
      default:
        guard let range = ranges[column.name] else { return .all }
        return IntervalSet(
          low: whole(range.lowerBound), high: whole(range.upperBound))
      }
    }
  }

  private static func whole(_ value: Double) -> Int64 {
    value >= 0x1p63 ? .max : value <= -0x1p63 ? .min : Int64(value)
  }
}
