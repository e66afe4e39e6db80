import Kernels

/// Exact values at sorted positions, without sorting: counted or narrowed down in parallel.
///
/// `ranks` are positions in rising order, each below the number of values; the result has one value a rank.
/// Small inputs are sorted. Everything is counted exactly, so nothing depends on the number of threads.
package enum OrderStatistics {
  /// Up to so many values are sorted.
  static let sortLimit = 2_048
  /// Integers whose range is no larger are counted value by value.
  static let rangeLimit = 65_536

  package static func values(
    of values: UnsafeBufferPointer<Int32>, ranks: [Int]
  ) -> [Int32] {
    checkRanks(ranks, count: values.count)
    if ranks.isEmpty { return [] }
    if values.count <= sortLimit {
      let sorted = values.sorted()
      return ranks.map { sorted[$0] }
    }
    let (low, high) = parallelExtremes(values)
    let range = Int(high) - Int(low) + 1
    if range > rangeLimit {
      return selectRanks(values.map(Int64.init), ranks: ranks).map(Int32.init)
    }
    let counts = parallelCounts(of: values.count, bucketCount: range, tablesPerWorker: 2) {
      rows, table in
      countValues(
        UnsafeBufferPointer(rebasing: values[rows]), minimum: low,
        into: UnsafeMutableBufferPointer(rebasing: table[..<range]),
        spare: UnsafeMutableBufferPointer(rebasing: table[range...]))
    }
    return buckets(of: ranks, counts: counts).map { low + Int32($0.bucket) }
  }

  package static func values(of values: UnsafeBufferPointer<Int64>, ranks: [Int]) -> [Int64] {
    checkRanks(ranks, count: values.count)
    if ranks.isEmpty { return [] }
    if values.count <= sortLimit { return selectRanks(Array(values), ranks: ranks) }
    return selectByBuckets(
      count: values.count, ranks: ranks,
      countBuckets: { rows, table in
        countLogLinear(UnsafeBufferPointer(rebasing: values[rows]), into: table)
      },
      gather: { rows, marks, output, slots in
        gatherMarked(
          UnsafeBufferPointer(rebasing: values[rows]), marks: marks, into: output, slots: slots)
      })
  }

  /// The values are finite and hold no −0.
  package static func values(of values: UnsafeBufferPointer<Double>, ranks: [Int]) -> [Double] {
    checkRanks(ranks, count: values.count)
    if ranks.isEmpty { return [] }
    if values.count <= sortLimit {
      let sorted = values.sorted()
      return ranks.map { sorted[$0] }
    }
    let keys = selectByBuckets(
      count: values.count, ranks: ranks,
      countBuckets: { rows, table in
        countLogLinear(UnsafeBufferPointer(rebasing: values[rows]), into: table)
      },
      gather: { rows, marks, output, slots in
        gatherMarked(
          UnsafeBufferPointer(rebasing: values[rows]), marks: marks, into: output, slots: slots)
      })
    return keys.map(valueOfSortableKey)
  }

  private static func checkRanks(_ ranks: [Int], count: Int) {
    precondition(ranks.allSatisfy { $0 >= 0 && $0 < count }, "ranks lie in the values")
    precondition(zip(ranks, ranks.dropFirst()).allSatisfy { $0 <= $1 }, "ranks rise")
  }

  private static func parallelExtremes(
    _ values: UnsafeBufferPointer<Int32>
  ) -> (low: Int32, high: Int32) {
    var parts = [(minimum: Int32, maximum: Int32)](
      repeating: (.max, .min), count: Parallel.chunkCount(of: values.count))
    parts.withUnsafeMutableBufferPointer { parts in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let parts = parts
      Parallel.forEachChunk(of: values.count) { chunk, rows in
        if let part = extremes(UnsafeBufferPointer(rebasing: values[rows])) { parts[chunk] = part }
      }
    }
    return (parts.map(\.minimum).min()!, parts.map(\.maximum).max()!)
  }

  /// Counts over all rows: each worker has a table of its own, and tables add up.
  private static func parallelCounts(
    of rowCount: Int, bucketCount: Int, tablesPerWorker: Int = 1,
    _ count: (_ rows: Range<Int>, _ table: UnsafeMutableBufferPointer<UInt32>) -> Void
  ) -> [Int] {
    let workerCount = max(1, min(Parallel.threadCount, Parallel.chunkCount(of: rowCount)))
    let size = bucketCount * tablesPerWorker
    let tables = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: size * workerCount)
    defer { tables.deallocate() }
    tables.initialize(repeating: 0)
    Parallel.perform(Parallel.chunkCount(of: rowCount)) { worker, chunk in
      count(
        Parallel.rows(ofChunk: chunk, of: rowCount),
        UnsafeMutableBufferPointer(rebasing: tables[worker * size..<(worker + 1) * size]))
    }
    var total = [Int](repeating: 0, count: bucketCount)
    for worker in 0..<workerCount {
      for i in 0..<bucketCount { total[i] += Int(tables[worker * size + i]) }
    }
    return total
  }

  /// The bucket that each rank falls into, and the values before that bucket.
  private static func buckets(
    of ranks: [Int], counts: [Int]
  ) -> [(bucket: Int, before: Int)] {
    var bucket = 0
    var before = 0
    return ranks.map { rank in
      while before + counts[bucket] <= rank {
        before += counts[bucket]
        bucket += 1
      }
      return (bucket, before)
    }
  }

  /// Counts log-linear buckets, gathers the values of those that hold a rank, and selects among them.
  private static func selectByBuckets(
    count: Int, ranks: [Int],
    countBuckets: (Range<Int>, UnsafeMutableBufferPointer<UInt32>) -> Void,
    gather: (
      Range<Int>, UnsafeBufferPointer<UInt8>, UnsafeMutableBufferPointer<Int64>,
      UnsafeMutableBufferPointer<UInt8>
    ) -> Int
  ) -> [Int64] {
    let counts = parallelCounts(
      of: count, bucketCount: LogLinear.bucketCount, countBuckets)
    // Up to 255 buckets a pass, for a mark is a byte.
    var result: [Int64] = []
    var next = 0
    let places = buckets(of: ranks, counts: counts)
    while next < ranks.count {
      var marks = [UInt8](repeating: 0, count: LogLinear.bucketCount)
      var inside: [[Int]] = []
      while next < ranks.count {
        let bucket = places[next].bucket
        if marks[bucket] == 0 {
          if inside.count == 255 { break }
          inside.append([])
          marks[bucket] = UInt8(inside.count)
        }
        inside[inside.count - 1].append(ranks[next] - places[next].before)
        next += 1
      }
      let members = gatherMembers(count: count, marks: marks, slotCount: inside.count, gather)
      for slot in inside.indices { result += selectRanks(members[slot], ranks: inside[slot]) }
    }
    return result
  }

  private static func gatherMembers(
    count: Int, marks: [UInt8], slotCount: Int,
    _ gather: (
      Range<Int>, UnsafeBufferPointer<UInt8>, UnsafeMutableBufferPointer<Int64>,
      UnsafeMutableBufferPointer<UInt8>
    ) -> Int
  ) -> [[Int64]] {
    let chunkCount = Parallel.chunkCount(of: count)
    let workerCount = max(1, min(Parallel.threadCount, chunkCount))
    let size = min(count, Parallel.chunkRowCount)
    let output = UnsafeMutableBufferPointer<Int64>.allocate(capacity: size * workerCount)
    let slots = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size * workerCount)
    defer {
      output.deallocate()
      slots.deallocate()
    }
    var parts = [[[Int64]]](repeating: [], count: chunkCount)
    parts.withUnsafeMutableBufferPointer { parts in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let parts = parts
      Parallel.perform(chunkCount) { worker, chunk in
        let output = UnsafeMutableBufferPointer(
          rebasing: output[worker * size..<(worker + 1) * size])
        let slots = UnsafeMutableBufferPointer(rebasing: slots[worker * size..<(worker + 1) * size])
        let rows = Parallel.rows(ofChunk: chunk, of: count)
        let found = marks.withUnsafeBufferPointer { gather(rows, $0, output, slots) }
        var members = [[Int64]](repeating: [], count: slotCount)
        for i in 0..<found { members[Int(slots[i]) - 1].append(output[i]) }
        parts[chunk] = members
      }
    }
    return (0..<slotCount).map { slot in parts.flatMap { $0[slot] } }
  }
}
