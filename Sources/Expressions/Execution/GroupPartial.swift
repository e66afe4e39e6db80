import Columns
import Kernels

/// What one chunk of rows makes of the groups.
struct GroupPartial {
  private let groupKeys: GroupKeys
  private let aggregates: [Aggregate]
  /// Only where group numbers are not computed from codes.
  private(set) var table: KeyTable?
  private(set) var rowCounts: [Int64]
  private(set) var accumulators: [Accumulator]

  init(_ groupKeys: GroupKeys, _ aggregates: [Aggregate]) {
    self.groupKeys = groupKeys
    self.aggregates = aggregates
    let count = groupKeys.dense == nil ? 0 : groupKeys.denseCount
    table = groupKeys.dense == nil ? KeyTable(groupKeys.keys, capacity: 1_024) : nil
    rowCounts = .init(repeating: 0, count: count)
    accumulators = aggregates.map { Accumulator($0, groupCount: count) }
  }

  mutating func scan(
    _ evaluator: Evaluator, _ rows: Range<Int>, _ mask: [UInt64], _ control: QueryControl
  ) throws(QueryError) {
    var done: Set<Int> = []
    if let column = groupKeys.byteColumn { done = countBytes(evaluator, column, rows, mask) }
    let hasCounts = groupKeys.byteColumn != nil
    let isDone =
      hasCounts
      && aggregates.indices.allSatisfy {
        done.contains($0) || aggregates[$0].function == .countRows
      }
    if isDone { return }
    var start = rows.lowerBound
    while start < rows.upperBound {
      let batch = start..<min(start + QueryLimits.batchRowCount, rows.upperBound)
      let first = (start - rows.lowerBound) / 64
      let active = Array(mask[first..<first + BitWords.wordCount(batch.count)])
      start = batch.upperBound
      if BitWords.isZero(active) { continue }
      try control.check()
      let ids = try groupNumbers(evaluator, batch, active)
      if !hasCounts { BitWords.forEach(active) { rowCounts[Int(ids[$0])] += 1 } }
      for (a, aggregate) in aggregates.enumerated() where !done.contains(a) {
        guard let argument = aggregate.argument else { continue }
        let vector = try evaluator.evaluate(argument, batch, active: active)
        let valid = vector.validity.map { BitWords.and(active, $0) } ?? active
        accumulators[a].take(vector, argument, ids, valid)
      }
    }
  }

  /// Counts, and sums of plain 64-bit columns, by the bytes of one column: the kernels' case. Returns the
  /// aggregates that are done with.
  private mutating func countBytes(
    _ evaluator: Evaluator, _ column: Int, _ rows: Range<Int>, _ mask: [UInt64]
  ) -> Set<Int> {
    let bytes: UnsafeBufferPointer<UInt8>
    switch evaluator.columns[column].values {
    case .uint8(let buffer), .string(.uint8(let buffer), _): bytes = buffer.slice(rows)
    default: preconditionFailure("a column of bytes")
    }
    // Group g is byte least + g.
    let least = Int(groupKeys.dense![0].least)
    var done: Set<Int> = []
    var hasCounts = false
    var counts = [Int64](repeating: 0, count: 256)
    for (a, aggregate) in aggregates.enumerated() {
      guard aggregate.function == .sum || aggregate.function == .average,
        case .column(let index) = aggregate.argument?.node
      else { continue }
      let values: UnsafeBufferPointer<Int64>
      switch evaluator.columns[index].values {
      case .int64(let buffer), .money(let buffer): values = buffer.slice(rows)
      default: continue
      }
      let validity = evaluator.validity(index, rows)
      let valid = validity.map { BitWords.and(mask, $0) } ?? mask
      var sums = [Int64](repeating: 0, count: 256)
      var own = [Int64](repeating: 0, count: 256)
      let magnitude = valid.withUnsafeBufferPointer { mask in
        sums.withUnsafeMutableBufferPointer { sums in
          own.withUnsafeMutableBufferPointer { own in
            GroupBy.countAndSum(bytes, values, mask, counts: own, sums: sums)
          }
        }
      }
      // Sums of 65,536 values below 2^46 stay below 2^62; larger values take the general way.
      if magnitude >> 46 != 0 { continue }
      for g in accumulators[a].counts.indices {
        accumulators[a].counts[g] = own[least + g]
        accumulators[a].wideSums[g] = Int128(sums[least + g])
      }
      if validity == nil {
        counts = own
        hasCounts = true
      }
      done.insert(a)
    }
    if !hasCounts {
      mask.withUnsafeBufferPointer { mask in
        counts.withUnsafeMutableBufferPointer { GroupBy.count(bytes, mask, counts: $0) }
      }
    }
    for g in rowCounts.indices { rowCounts[g] = counts[least + g] }
    return done
  }

  /// The group number of every active row of a batch.
  private mutating func groupNumbers(
    _ evaluator: Evaluator, _ batch: Range<Int>, _ active: [UInt64]
  ) throws(QueryError) -> [UInt32] {
    if let dense = groupKeys.dense {
      var ids = [UInt16](repeating: 0, count: batch.count)
      for (key, domain) in zip(groupKeys.keys, dense) {
        let vector = try evaluator.evaluate(key, batch, active: active)
        GroupKeys.addDigit(vector, domain, to: &ids)
      }
      return ids.map { UInt32($0) }
    }
    var words: [[Int64]] = []
    var vectors: [Vector] = []
    for key in groupKeys.keys {
      vectors.append(try evaluator.evaluate(key, batch, active: active))
      words.append(GroupKeys.words(vectors[vectors.count - 1]))
    }
    var ids = [UInt32](repeating: 0, count: batch.count)
    var tuple = [Int64](repeating: 0, count: words.count + 1)
    BitWords.forEach(active) { i in
      var nulls: Int64 = 0
      for k in words.indices {
        tuple[k] = words[k][i]
        if vectors[k].isNull(i) { nulls |= 1 << Int64(k) }
      }
      tuple[words.count] = nulls
      ids[i] = UInt32(tuple.withUnsafeBufferPointer { table!.group($0.baseAddress!) })
    }
    rowCounts.append(contentsOf: repeatElement(0, count: table!.count - rowCounts.count))
    for a in accumulators.indices { accumulators[a].grow(to: table!.count) }
    return ids
  }
}

extension BitWords {
  /// Calls `body` with the number of every set bit, rising.
  @inline(__always)
  static func forEach(_ words: [UInt64], _ body: (Int) -> Void) {
    for w in words.indices {
      var word = words[w]
      while word != 0 {
        body(w &* 64 &+ word.trailingZeroBitCount)
        word &= word &- 1
      }
    }
  }
}
