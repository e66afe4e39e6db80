import Columns

/// Merges the chunks' groups in chunk order, whatever the order they are finished in.
struct GroupMerge {
  private let groupKeys: GroupKeys
  private let aggregates: [Aggregate]
  private var table: KeyTable?
  private var rowCounts: [Int64]
  private var accumulators: [Accumulator]
  /// Chunks that are finished and wait for an earlier one.
  private var waiting: [Int: GroupPartial?] = [:]
  private var nextChunk = 0

  init(_ groupKeys: GroupKeys, _ aggregates: [Aggregate], _ chunkCount: Int) {
    self.groupKeys = groupKeys
    self.aggregates = aggregates
    let count = groupKeys.dense == nil ? 0 : groupKeys.denseCount
    table = groupKeys.dense == nil ? KeyTable(groupKeys.keys) : nil
    rowCounts = .init(repeating: 0, count: count)
    accumulators = aggregates.map { Accumulator($0, groupCount: count) }
  }

  mutating func add(
    _ partial: GroupPartial?, _ chunk: Int, _ control: QueryControl
  ) throws(QueryError) {
    waiting[chunk] = .some(partial)
    while let next = waiting.removeValue(forKey: nextChunk) {
      nextChunk += 1
      if let next { try merge(next, control) }
    }
  }

  private mutating func merge(
    _ partial: GroupPartial, _ control: QueryControl
  ) throws(QueryError) {
    try control.check()
    var groups: [UInt32]
    if let local = partial.table {
      groups = []
      groups.reserveCapacity(local.count)
      local.words.withUnsafeBufferPointer { words in
        for g in 0..<local.count {
          let tuple = words.baseAddress! + g * local.width
          groups.append(UInt32(table!.group(tuple, hash: local.hash(of: g))))
        }
      }
      let count = table!.count
      try groupKeys.checkCount(count, aggregates, control)
      rowCounts.append(contentsOf: repeatElement(0, count: count - rowCounts.count))
      for a in accumulators.indices {
        try control.check()
        accumulators[a].grow(to: count)
      }
    } else {
      groups = rowCounts.indices.map { UInt32($0) }
    }
    for (g, target) in groups.enumerated() { rowCounts[Int(target)] += partial.rowCounts[g] }
    for a in accumulators.indices {
      try control.check()
      accumulators[a].merge(partial.accumulators[a], groups)
    }
    // The values of one aggregate at a time stand side by side once more.
    let collected = accumulators.map(\.collected.byteCount)
    try control.checkMemory(
      collected.reduce(0, +) + (collected.max() ?? 0),
      "keeping values for median, quantile and count(DISTINCT …)",
      "ask for fewer of them, filter with WHERE, or raise the limit")
  }

  /// The groups in the order of their keys.
  mutating func finish(_ control: QueryControl) throws(QueryError) -> GroupedScan.Result {
    try control.check()
    let keys = groupKeys.keys
    let width = keys.count + 1
    // Tuples of the groups that have rows; without keys the one group always counts.
    var words: [Int64] = []
    var present: [Int] = []
    if let table {
      words = table.words
      present = Array(0..<table.count)
    } else {
      words = .init(repeating: 0, count: rowCounts.count * width)
      for g in rowCounts.indices where rowCounts[g] > 0 || keys.isEmpty {
        present.append(g)
        for (k, word) in groupKeys.tuple(ofDense: g).enumerated() { words[g * width + k] = word }
      }
    }
    let order = try GroupMerge.sorted(present, words, keys, control)
    var columns: [Column] = []
    for (k, key) in keys.enumerated() {
      try control.check()
      columns.append(GroupMerge.keyColumn(k, key, words, width, order))
    }
    for (a, aggregate) in aggregates.enumerated() {
      try control.check()
      columns.append(
        try accumulators[a].column(aggregate, rowCounts: rowCounts, order: order, control))
    }
    return GroupedScan.Result(groupCount: order.count, columns: columns)
  }

  /// Ascending by the keys in turn; nulls last, strings by bytes.
  private static func sorted(
    _ groups: [Int], _ words: [Int64], _ keys: [Bound], _ control: QueryControl
  ) throws(QueryError) -> [Int] {
    let width = keys.count + 1
    if keys.isEmpty { return groups }
    let ranks = keys.map { key -> [UInt32]? in
      guard let strings = key.strings, strings.isDistinct else { return nil }
      return strings.ranks
    }
    var order = groups
    try CheckedSort.sort(&order, isParallel: true, control) { a, b in
      for k in keys.indices {
        let x = words[a * width + k]
        let y = words[b * width + k]
        let xNull = words[a * width + keys.count] >> Int64(k) & 1
        let yNull = words[b * width + keys.count] >> Int64(k) & 1
        if xNull != yNull { return xNull < yNull }
        if xNull == 1 || x == y { continue }
        if let ranks = ranks[k] { return ranks[Int(x)] < ranks[Int(y)] }
        guard let strings = keys[k].strings else { return x < y }
        let order = strings.order(Int(x), Int(y))
        if order != 0 { return order < 0 }
      }
      return a < b
    }
    return order
  }

  private static func keyColumn(
    _ k: Int, _ key: Bound, _ words: [Int64], _ width: Int, _ order: [Int]
  ) -> Column {
    var sink = VectorSink(order.count, key.type)
    for (i, g) in order.enumerated() where words[g * width + width - 1] >> Int64(k) & 1 == 0 {
      let word = words[g * width + k]
      switch key.type {
      case .float: sink.put(float: floatValue(ofKey: word), at: i)
      case .bool, .null: sink.put(bit: word != 0, at: i)
      case .integer, .decimal, .day, .string: sink.put(integer: word, at: i)
      }
    }
    let values = Accumulator.values(key.type, sink, key.strings)
    return Column("", values, validity: sink.bitmapOfValid)
  }
}
