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
  /// The rows by an expression: one order does for its rank and its share.
  var orders: [Bound: WholeBaseOrder] = [:]
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

  /// The rows ordered by an expression, ordered once.
  fileprivate func wholeBaseOrder(
    _ argument: Bound, _ control: QueryControl
  ) throws(QueryError) -> WholeBaseOrder {
    if let known = wholeBase.withLock({ $0.orders[argument] }) { return known }
    let order = try WholeBaseOrder(argument, self, control)
    wholeBase.withLock { $0.orders[argument] = order }
    return order
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
    if let whole = source.whole {
      return try placed(call, argument, among: whole, at)
    }
    if call.name == "rank" {
      let index = try source.wholeBaseColumn(.rank(argument)) { () throws(QueryError) in
        try source.wholeBaseOrder(argument, control).ranks()
      }
      return Bound(.integer, .column(index), at: at)
    }
    let index = try source.wholeBaseColumn(.share(argument)) { () throws(QueryError) in
      try source.wholeBaseOrder(argument, control).shares()
    }
    return Bound(.float, .column(index), at: at)
  }
}

extension Binder {
  /// The rank or share that customers who are not of the base would have in it.
  private func placed(
    _ call: Syntax.Call, _ argument: Bound, among whole: QuerySource, _ at: Int
  ) throws(QueryError) -> Bound {
    var binder = Binder(whole, isRule: true, control: control)
    let known = try binder.bind(call.arguments[0])
    guard known.type == argument.type else {
      throw QueryError(
        .type,
        "\(call.name) of values of type \(argument.type.name) in a base of "
          + known.type.name, at: at)
    }
    let order = try whole.wholeBaseOrder(known, control)
    let (source, control) = (source, control)
    if call.name == "rank" {
      let index = try source.wholeBaseColumn(.rank(argument)) { () throws(QueryError) in
        try order.ranks(of: argument, source, control)
      }
      return Bound(.integer, .column(index), at: at)
    }
    let shares = try whole.wholeBaseColumn(.share(known)) { order.shares() }
    let column = whole.wholeBaseColumns[shares - whole.frame.columns.count]
    let index = try source.wholeBaseColumn(.share(argument)) { () throws(QueryError) in
      try order.shares(of: argument, source, known: column, control)
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
struct WholeBaseOrder: Sendable {
  private let order: DescendingOrder
  private let count: Int
  private let validity: Bitmap?
  private let isFloat: Bool

  fileprivate init(
    _ argument: Bound, _ source: QuerySource, _ control: QueryControl
  ) throws(QueryError) {
    let (keys, sink) = try WholeBaseOrder.keys(argument, source, control)
    count = sink.count
    validity = sink.bitmapOfValid
    isFloat = argument.type == .float
    try control.check()
    order = keys.withUnsafeBufferPointer { keys in
      sink.valid.withUnsafeBufferPointer { DescendingOrder(keys, valid: $0) }
    }
    try control.check()
  }

  /// The expression's values as words that sort like them.
  private static func keys(
    _ argument: Bound, _ source: QuerySource, _ control: QueryControl
  ) throws(QueryError) -> ([Int64], VectorSink) {
    let evaluator = Evaluator(source, extra: source.wholeBaseColumns)
    let sink = try ColumnBuilder.sink(
      argument, evaluator, rowCount: source.frame.rowCount, control)
    return (argument.type == .float ? GroupKeys.floatKeys(sink.floats) : sink.integers, sink)
  }

  /// The ranks that rows of another source would have among these: one more than there are larger values.
  fileprivate func ranks(
    of argument: Bound, _ source: QuerySource, _ control: QueryControl
  ) throws(QueryError) -> Column {
    let (keys, sink) = try WholeBaseOrder.keys(argument, source, control)
    let ranks = keys.map { Int64(order.countAbove($0) + 1) }
    return Column("rank", .int64(AlignedBuffer(ranks)), validity: sink.bitmapOfValid)
  }

  /// The shares of them: of the row that is equal, else of all larger ones; `known` has those of the base's rows.
  fileprivate func shares(
    of argument: Bound, _ source: QuerySource, known: Column, _ control: QueryControl
  ) throws(QueryError) -> Column {
    guard case .float64(let values) = known.values else {
      preconditionFailure("shares are floats")
    }
    let (keys, sink) = try WholeBaseOrder.keys(argument, source, control)
    let shares = keys.map { key -> Double in
      let above = order.countAbove(key)
      if above < order.count {
        let entry = order.entry(at: above)
        if entry.word == key { return values[entry.row] }
      }
      return above > 0 ? values[order.entry(at: above - 1).row] : 0
    }
    return Column("share", .float64(AlignedBuffer(shares)), validity: sink.bitmapOfValid)
  }

  /// 1 for the largest; equal values have the same rank, and the next rank skips them.
  func ranks() -> Column {
    let ranks = AlignedBuffer<Int64>(count: count) { ranks in
      if validity != nil { ranks.initialize(repeating: 0) }
      order.writeRanks(to: ranks)
    }
    return Column("rank", .int64(ranks), validity: validity)
  }

  /// What the row and all larger ones, equal ones included, make of the total; 0…1. Values below zero
  /// count as zero; where the total is zero every share is 1. Whole numbers are added exactly.
  func shares() -> Column {
    let shares = AlignedBuffer<Double>(count: count) { shares in
      if validity != nil { shares.initialize(repeating: 0) }
      if isFloat { order.writeFloatShares(to: shares) } else { order.writeShares(to: shares) }
    }
    return Column("share", .float64(shares), validity: validity)
  }
}
