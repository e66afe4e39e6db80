import Kernels
import Testing

@testable import Models

@Suite struct OrderStatisticsTests {
  /// Shapes of money columns: spread, skewed, tied, negative, at the ends of the type.
  private static let shapes: [@Sendable (inout RandomStream) -> Int64] = [
    { Int64($0.nextIndex(below: 1_000_000)) },
    { Int64(1 / (1e-9 + $0.nextUnit())) },
    { $0.nextUnit() < 0.9 ? 99_900 : Int64($0.nextIndex(below: 200_000)) },
    { Int64($0.nextIndex(below: 2_000_000)) - 1_500_000 },
    { Int64(bitPattern: $0.next()) },
    { _ in 7 },
    { $0.nextUnit() < 0.5 ? .min : .max },
    { (1 << 50) + Int64($0.nextIndex(below: 100_000)) },
  ]

  @Test(arguments: [1, 2, 65, 2_048, 2_049, 70_000], 0..<8)
  func `values at ranks are those of the sorted values`(count: Int, shape: Int) {
    var random = RandomStream(seed: UInt64(count * 8 + shape))
    let values = (0..<count).map { _ in Self.shapes[shape](&random) }
    let ranks = (0..<9).map { _ in random.nextIndex(below: count) }.sorted()
    let sorted = values.sorted()
    let expected = ranks.map { sorted[$0] }
    #expect(selectRanks(values, ranks: ranks) == expected)
    values.withUnsafeBufferPointer {
      #expect(OrderStatistics.values(of: $0, ranks: ranks) == expected)
    }
    let reals = values.map { Double($0) / 10_000 / 7 }
    let sortedReals = reals.sorted()
    reals.withUnsafeBufferPointer {
      #expect(OrderStatistics.values(of: $0, ranks: ranks) == ranks.map { sortedReals[$0] })
    }
    for narrow: Int32 in [.max, 1_000] {
      let small = values.map { Int32(truncatingIfNeeded: $0) % narrow }
      let sortedSmall = small.sorted()
      small.withUnsafeBufferPointer {
        #expect(OrderStatistics.values(of: $0, ranks: ranks) == ranks.map { sortedSmall[$0] })
      }
    }
  }

  @Test func `every rank of many can be asked for at once`() {
    var random = RandomStream(seed: 4)
    let values = (0..<5_000).map { _ in Int64(1 / (1e-6 + random.nextUnit())) }
    values.withUnsafeBufferPointer {
      #expect(OrderStatistics.values(of: $0, ranks: Array(0..<5_000)) == values.sorted())
    }
  }

  @Test func `no ranks give no values`() {
    #expect(selectRanks([], ranks: []) == [])
    #expect(
      OrderStatistics.values(of: UnsafeBufferPointer<Int32>(start: nil, count: 0), ranks: []) == [])
  }

  @Test func `a sortable key sorts like its Double`() {
    let values: [Double] = [-.greatestFiniteMagnitude, -1.5, -1e-300, 0, 1e-300, 0.1, 1, 1e300]
    let keys = values.map(sortableKey)
    #expect(keys == keys.sorted())
    #expect(keys.map(valueOfSortableKey) == values)
  }

  @Test(arguments: 0...65)
  func `scores of any length equal the count of thresholds below`(count: Int) {
    var random = RandomStream(seed: UInt64(count))
    let small = (0..<count).map { _ in Int32(random.nextIndex(below: 20)) - 5 }
    let wide = small.map { Int64($0) << 40 }
    let real = small.map { Double($0) / 3 }
    for thresholds in [[], [3], [-2, 0, 0, 4, 9, 12, 13, 13, 14]] as [[Int32]] {
      let expected = small.map { v in UInt8(1 + thresholds.count { v > $0 }) }
      #expect(
        scored(small) { scoreValues($0, thresholds: thresholds, into: $1) } == expected)
      #expect(
        scored(wide) {
          scoreValues($0, thresholds: thresholds.map { Int64($0) << 40 }, into: $1)
        } == expected)
      #expect(
        scored(real) {
          scoreValues($0, thresholds: thresholds.map { Double($0) / 3 }, into: $1)
        } == expected)
    }
  }

  private func scored<Value>(
    _ values: [Value],
    _ score: (UnsafeBufferPointer<Value>, UnsafeMutableBufferPointer<UInt8>) -> Void
  ) -> [UInt8] {
    var scores = [UInt8](repeating: 0, count: values.count)
    values.withUnsafeBufferPointer { values in
      scores.withUnsafeMutableBufferPointer { score(values, $0) }
    }
    return scores
  }
}
