import Columns
import Kernels
import Synchronization

/// What a source keeps of the functions of the whole base that rules asked for.
struct WholeBaseCache: Sendable {
  /// What was asked: a function's name or an aggregate, and its argument.
  enum Key: Hashable, Sendable {
    case rank(Bound)
    case share(Bound)
    case aggregate(Aggregate)
  }

  var constants: [Key: Literal] = [:]
  /// Numbers in `columns`.
  var columnIndices: [Key: Int] = [:]
  var columns: [Column] = []
}

extension QuerySource {
  /// Columns computed for rules; `.column` nodes point at them after the frame's.
  var wholeBaseColumns: [Column] { wholeBase.withLock { $0.columns } }

  /// An aggregate over all rows, computed once.
  func wholeBaseConstant(
    _ aggregate: Aggregate, _ control: QueryControl
  ) throws(QueryError) -> Literal {
    let key = WholeBaseCache.Key.aggregate(aggregate)
    if let known = wholeBase.withLock({ $0.constants[key] }) { return known }
    let grouped = GroupedScan(
      evaluator: Evaluator(self), rowCount: frame.rowCount, filter: nil, keys: [],
      aggregates: [aggregate])
    let column = try grouped.run(control).columns[0]
    let evaluator = Evaluator(columns: [column])
    let vector = evaluator.columnVector(0, 0..<1)
    let value = Evaluator.literal(
      of: vector, 0, type: aggregate.type, strings: aggregate.argument?.strings)
    wholeBase.withLock { $0.constants[key] = value }
    return value
  }

  /// The number of the column that a function of the whole base gives, computed once.
  func wholeBaseColumn(
    _ key: WholeBaseCache.Key, _ compute: () throws(QueryError) -> Column
  ) throws(QueryError) -> Int {
    if let known = wholeBase.withLock({ $0.columnIndices[key] }) { return known }
    let column = try compute()
    return wholeBase.withLock { cache in
      if let known = cache.columnIndices[key] { return known }
      cache.columns.append(column)
      let index = frame.columns.count + cache.columns.count - 1
      cache.columnIndices[key] = index
      return index
    }
  }
}

extension Binder {
  /// `rank(x)` and `share(x)`: columns over the whole base, only in rules.
  mutating func wholeBaseCall(_ call: Syntax.Call, _ at: Int) throws(QueryError) -> Bound {
    guard isRule else {
      throw QueryError(
        .type, "\(call.name) is a function of the whole base: it stands only in rules", at: at)
    }
    try checkArgumentCount(call, 1...1, at)
    for argument in call.arguments
    where argument.contains(where: { $0.isWholeBaseColumn }) {
      throw QueryError(
        .type, "\(call.name) over another function of the whole base", at: argument.byteOffset)
    }
    let argument = try bind(call.arguments[0])
    guard argument.type.isNumeric || (argument.type == .day && call.name == "rank") else {
      throw QueryError(
        .type, "\(call.name) does not go with values of type \(argument.type.name)", at: at)
    }
    let source = source
    let control = control
    if call.name == "rank" {
      let index = try source.wholeBaseColumn(.rank(argument)) { () throws(QueryError) in
        try WholeBaseOrder(argument, source, control).ranks()
      }
      return Bound(.integer, .column(index), at: at)
    }
    let index = try source.wholeBaseColumn(.share(argument)) { () throws(QueryError) in
      try WholeBaseOrder(argument, source, control).shares()
    }
    return Bound(.float, .column(index), at: at)
  }
}

extension Syntax {
  var isWholeBaseColumn: Bool {
    if case .call(let call) = kind { call.name == "rank" || call.name == "share" } else { false }
  }
}

/// The rows of the base ordered by an expression, largest first.
private struct WholeBaseOrder {
  private let sink: VectorSink
  private let isFloat: Bool
  /// Rows that have a value, largest first.
  private let order: [Int]
  private let keys: [Int64]

  init(_ argument: Bound, _ source: QuerySource, _ control: QueryControl) throws(QueryError) {
    let evaluator = Evaluator(source, extra: source.wholeBaseColumns)
    sink = try ColumnBuilder.sink(
      argument, evaluator, rowCount: source.frame.rowCount, control)
    isFloat = argument.type == .float
    let keys = isFloat ? sink.floats.map { floatKey($0) } : sink.integers
    let valid = sink.valid
    self.keys = keys
    try control.check()
    order = Selection.descendingOrder(keys).lazy.map { Int($0) }.filter { BitWords.bit(valid, $0) }
  }

  /// 1 for the largest; equal values have the same rank, and the next rank skips them.
  func ranks() -> Column {
    var ranks = [Int64](repeating: 0, count: sink.count)
    var rank: Int64 = 0
    for (i, row) in order.enumerated() {
      if i == 0 || keys[order[i - 1]] != keys[row] { rank = Int64(i + 1) }
      ranks[row] = rank
    }
    return Column("rank", .int64(AlignedBuffer(ranks)), validity: sink.bitmapOfValid)
  }

  /// What the row and all larger ones, equal ones included, make of the total; 0…1. Values below zero
  /// count as zero; where the total is zero every share is 1.
  func shares() -> Column {
    var shares = [Double](repeating: 0, count: sink.count)
    // Whole numbers are added exactly, floats in the order of size.
    var wholeTotal: Int128 = 0
    var floatTotal = 0.0
    for row in order {
      if isFloat {
        floatTotal += max(0, sink.floats[row])
      } else {
        wholeTotal += Int128(max(0, sink.integers[row]))
      }
    }
    let total = isFloat ? floatTotal : doubleValue(wholeTotal)
    var whole: Int128 = 0
    var sum = 0.0
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, keys[order[end]] == keys[order[start]] {
        if isFloat {
          sum += max(0, sink.floats[order[end]])
        } else {
          whole += Int128(max(0, sink.integers[order[end]]))
        }
        end += 1
      }
      let share = total > 0 ? (isFloat ? sum : doubleValue(whole)) / total : 1
      for row in order[start..<end] { shares[row] = share }
      start = end
    }
    return Column("share", .float64(AlignedBuffer(shares)), validity: sink.bitmapOfValid)
  }
}
