import Kernels
import Testing

/// Ranks, shares, distinct values and quantiles of whole columns, against sorting.
struct DescendingOrderTests {
  /// Columns that sorting finds hard: few values, one value, skewed ones, extremes.
  private static func columns() -> [[Int64]] {
    var random = RandomStream(seed: 9)
    var columns = [[], [5], [3, 3], [1, 2, 3], [.max, .min, 0, -1, .min]] as [[Int64]]
    columns.append((0..<40).map { _ in Int64(random.nextIndex(below: 8)) })
    columns.append((0..<9_000).map { _ in Int64(random.nextIndex(below: 7)) - 3 })
    columns.append((0..<9_000).map { _ in Int64(bitPattern: random.next()) })
    columns.append([Int64](repeating: 4, count: 9_000))
    columns.append(
      (0..<70_000).map { (Int64(1) << Int64(random.nextIndex(below: 40))) + Int64($0 % 3) })
    columns.append((0..<70_000).map { Int64($0) * 17 % 65_537 })
    return columns
  }

  private static func order(_ words: [Int64], _ isIn: (Int) -> Bool) -> DescendingOrder {
    var valid = [UInt64](repeating: 0, count: (words.count + 63) / 64)
    for i in words.indices where isIn(i) { valid[i / 64] |= 1 << UInt64(i % 64) }
    return words.withUnsafeBufferPointer { words in
      valid.withUnsafeBufferPointer { DescendingOrder(words, valid: $0) }
    }
  }

  @Test func ranksAndSharesEqualThoseOfSorting() {
    for words in Self.columns() {
      for step in [1, 3] {
        let rows = words.indices.filter { $0 % step == 0 }
        let order = Self.order(words) { $0 % step == 0 }
        let falling = rows.map { words[$0] }.sorted(by: >)
        #expect(order.count == rows.count)
        #expect(order.distinctCount == Set(falling).count)
        for place in stride(from: 0, to: falling.count, by: 1 + falling.count / 50) {
          #expect(order.entry(at: place).word == falling[place])
          let word = falling[place]
          for near in [word, word &+ 1, word &- 1] {
            #expect(order.countAbove(near) == falling.count { $0 > near })
          }
        }
        var firsts: [Int64: Int64] = [:]
        var sums: [Int64: Int128] = [:]
        var sum: Int128 = 0
        for (i, word) in falling.enumerated() {
          sum += Int128(max(0, word))
          if firsts[word] == nil { firsts[word] = Int64(i + 1) }
          sums[word] = sum
        }
        var ranks = [Int64](repeating: -7, count: words.count)
        ranks.withUnsafeMutableBufferPointer { order.writeRanks(to: $0) }
        var shares = [Double](repeating: -7, count: words.count)
        shares.withUnsafeMutableBufferPointer { order.writeShares(to: $0) }
        let isRight = words.indices.allSatisfy { row in
          if row % step != 0 { return ranks[row] == -7 && shares[row] == -7 }
          let share = sum > 0 ? Double(sums[words[row]]!) / Double(sum) : 1
          return ranks[row] == firsts[words[row]]! && abs(shares[row] - share) < 1e-12
        }
        #expect(isRight, "\(words.count) values from \(words.first ?? 0)")
      }
    }
  }

  @Test func sharesOfFloatsLeaveOutWhatIsNoNumberOrBelowZero() {
    let floats: [Double] = [3, 1, .nan, -5, 4, 0, 1]
    let keys = [Int64](unsafeUninitializedCapacity: 7) { out, count in
      floats.withUnsafeBufferPointer { Widen.floatKeys($0, into: out.baseAddress!) }
      count = 7
    }
    var shares = [Double](repeating: 0, count: 7)
    let order = Self.order(keys) { _ in true }
    shares.withUnsafeMutableBufferPointer { order.writeFloatShares(to: $0) }
    #expect(shares == [7.0 / 9, 1, 0, 1, 4.0 / 9, 1, 1])
  }

  @Test func aSelectedWordIsTheOneThatSortingPutsThere() {
    for words in Self.columns() where !words.isEmpty {
      let sorted = words.sorted()
      for share in [0.0, 0.1, 0.5, 0.9, 1] {
        let rank = Int(Double(words.count - 1) * share)
        let found = words.withUnsafeBufferPointer { selectKey($0, rank: rank) }
        #expect(found == sorted[rank], "rank \(rank) of \(words.count)")
      }
    }
  }

  @Test func theOrderDoesNotDependOnTheThreads() {
    let floats = (0..<70_000).map { Double($0 * 7_919 % 70_000) / 3 }
    let keys = [Int64](unsafeUninitializedCapacity: floats.count) { out, count in
      floats.withUnsafeBufferPointer { Widen.floatKeys($0, into: out.baseAddress!) }
      count = floats.count
    }
    let order = Self.order(keys) { _ in true }
    var results: [[Double]] = []
    for threads in [1, 3] {
      Parallel.setThreadCount(threads)
      var shares = [Double](repeating: 0, count: keys.count)
      shares.withUnsafeMutableBufferPointer { order.writeFloatShares(to: $0) }
      results.append(shares)
    }
    Parallel.setThreadCount(0)
    #expect(results[0] == results[1])
  }
}
