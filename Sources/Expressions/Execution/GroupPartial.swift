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
    var hasCounts = true
    if let columns = groupKeys.byteColumns {
      done = countBytes(evaluator, columns, rows, mask)
    } else if groupKeys.keys.isEmpty {
      done = sumAll(evaluator, rows, mask)
    } else {
      hasCounts = false
    }
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
      let ids = try groupNumbers(evaluator, batch, active, control)
      if !hasCounts, let ids { countRows(ids, active) }
      for (a, aggregate) in aggregates.enumerated() where !done.contains(a) {
        guard let argument = aggregate.argument else { continue }
        try control.check()
        let vector = try evaluator.evaluate(argument, batch, active: active)
        let valid = vector.validity.map { BitWords.and(active, $0) } ?? active
        accumulators[a].take(vector, argument, ids, valid)
      }
    }
  }

  /// The column that an aggregate sums as it stands in memory; nil for anything else.
  private func summedColumn(_ a: Int, _ evaluator: Evaluator) -> (Int, AlignedBuffer<Int64>)? {
    guard aggregates[a].function == .sum || aggregates[a].function == .average,
      case .column(let index) = aggregates[a].argument?.node,
      let values = evaluator.wideIntegers(index)
    else { return nil }
    return (index, values)
  }

  /// Sums of 65,536 values below 2^46 stay below 2^62; larger values take the general way.
  private static let magnitudeBitsMax: UInt64 = 46

  /// Without keys: the row count, and sums of plain 64-bit columns. Returns the aggregates that are done with.
  private mutating func sumAll(
    _ evaluator: Evaluator, _ rows: Range<Int>, _ mask: [UInt64]
  ) -> Set<Int> {
    rowCounts[0] = Int64(mask.withUnsafeBufferPointer { Compare.oneCount($0) })
    var done: Set<Int> = []
    for a in aggregates.indices {
      guard let (index, values) = summedColumn(a, evaluator) else { continue }
      let valid = evaluator.validity(index, rows).map { BitWords.and(mask, $0) } ?? mask
      let (sum, count, magnitude) = valid.withUnsafeBufferPointer {
        GroupBy.sum(values.slice(rows), $0)
      }
      if magnitude >> Self.magnitudeBitsMax != 0 { continue }
      accumulators[a].wideSums[0] = Int128(sum)
      accumulators[a].counts[0] = count
      done.insert(a)
    }
    return done
  }

  /// The kernels' case: counts, and sums of plain 64-bit columns, by group numbers of one byte. Returns the
  /// aggregates that are done with.
  private mutating func countBytes(
    _ evaluator: Evaluator, _ columns: [Int], _ rows: Range<Int>, _ mask: [UInt64]
  ) -> Set<Int> {
    let domains = groupKeys.dense!
    if columns.count == 1 {
      // The column's bytes themselves: group g is byte least + g.
      let bytes = evaluator.bytes(columns[0])!.slice(rows)
      return countBytes(evaluator, bytes, Int(domains[0].least), rows, mask)
    }
    var ids = [UInt8](repeating: 0, count: rows.count)
    return ids.withUnsafeMutableBufferPointer { ids in
      for (column, domain) in zip(columns, domains) {
        GroupBy.addDigit(
          evaluator.bytes(column)!.slice(rows), least: UInt8(truncatingIfNeeded: domain.least),
          size: UInt8(truncatingIfNeeded: domain.size), to: ids)
      }
      return countBytes(evaluator, UnsafeBufferPointer(ids), 0, rows, mask)
    }
  }

  private mutating func countBytes(
    _ evaluator: Evaluator, _ bytes: UnsafeBufferPointer<UInt8>, _ least: Int,
    _ rows: Range<Int>, _ mask: [UInt64]
  ) -> Set<Int> {
    var done: Set<Int> = []
    var hasCounts = false
    var counts = [Int64](repeating: 0, count: 256)
    for a in aggregates.indices {
      guard let (index, values) = summedColumn(a, evaluator) else { continue }
      let validity = evaluator.validity(index, rows)
      let valid = validity.map { BitWords.and(mask, $0) } ?? mask
      var sums = [Int64](repeating: 0, count: 256)
      var own = [Int64](repeating: 0, count: 256)
      let magnitude = valid.withUnsafeBufferPointer { mask in
        sums.withUnsafeMutableBufferPointer { sums in
          own.withUnsafeMutableBufferPointer { own in
            GroupBy.countAndSum(bytes, values.slice(rows), mask, counts: own, sums: sums)
          }
        }
      }
      if magnitude >> Self.magnitudeBitsMax != 0 { continue }
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

  private mutating func countRows(_ ids: [UInt32], _ active: [UInt64]) {
    ids.withUnsafeBufferPointer { ids in
      active.withUnsafeBufferPointer { active in
        rowCounts.withUnsafeMutableBufferPointer { counts in
          if let counts = counts.baseAddress { GroupBy.count(ids, active, counts: counts) }
        }
      }
    }
  }

  /// The group number of every active row of a batch; nil without keys.
  private mutating func groupNumbers(
    _ evaluator: Evaluator, _ batch: Range<Int>, _ active: [UInt64], _ control: QueryControl
  ) throws(QueryError) -> [UInt32]? {
    if groupKeys.keys.isEmpty { return nil }
    if let dense = groupKeys.dense {
      var ids = [UInt32](repeating: 0, count: batch.count)
      for (key, domain) in zip(groupKeys.keys, dense) {
        let vector = try evaluator.evaluate(key, batch, active: active)
        GroupKeys.addDigit(vector, domain, to: &ids)
      }
      return ids
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
    try groupKeys.checkCount(table!.count, aggregates, control)
    rowCounts.append(contentsOf: repeatElement(0, count: table!.count - rowCounts.count))
    for a in accumulators.indices {
      try control.check()
      accumulators[a].grow(to: table!.count)
    }
    return ids
  }
}

extension BitWords {
  /// Calls `body` with the number of every set bit, rising.
  @inline(__always)
  static func forEach(_ words: [UInt64], _ body: (Int) -> Void) {
    words.withUnsafeBufferPointer { forEach($0, body) }
  }

  @inline(__always)
  static func forEach(_ words: UnsafeBufferPointer<UInt64>, _ body: (Int) -> Void) {
    for w in words.indices {
      var word = words[w]
      while word != 0 {
        body(w &* 64 &+ word.trailingZeroBitCount)
        word &= word &- 1
      }
    }
  }
}
