import Kernels
import Testing

/// Counting, scoring and gathering, against loops that do one value after the other.
@Suite struct QuantileKernelTests {
  @Test func scoresAreOneMoreThanTheThresholdsBelow() {
    var random = RandomStream(seed: 21)
    for count in Array(0...65) + [2_048, 5_003] {
      for thresholdCount in [0, 1, 4, 9] {
        let values = (0..<count).map { _ in Int64(random.nextIndex(below: 90)) - 40 }
        let thresholds = (0..<thresholdCount).map { _ in Int64(random.nextIndex(below: 100)) - 50 }
        let expected = values.map { value in UInt8(1 + thresholds.count { value > $0 }) }
        var scores = [UInt8](repeating: 99, count: count)
        values.withUnsafeBufferPointer { values in
          scores.withUnsafeMutableBufferPointer {
            scoreValues(values, thresholds: thresholds, into: $0)
          }
        }
        #expect(scores == expected)
        let narrow = values.map { Int32($0) }
        scores = [UInt8](repeating: 99, count: count)
        narrow.withUnsafeBufferPointer { values in
          scores.withUnsafeMutableBufferPointer {
            scoreValues(values, thresholds: thresholds.map { Int32($0) }, into: $0)
          }
        }
        #expect(scores == expected)
      }
    }
  }

  @Test func meansAreRoundedHalfToEvenAtEveryLength() {
    var random = RandomStream(seed: 21)
    /// By comparing twice the distances, in 128 bits.
    func naive(_ total: Int64, _ orders: Int64) -> Int64 {
      if orders <= 0 { return 0 }
      let low = Int128(total) / Int128(orders) - 1
      return (0..<3).map { Int64(low + $0) }.min { a, b in
        let (x, y) = (
          abs(Int128(a) * Int128(orders) - Int128(total)),
          abs(Int128(b) * Int128(orders) - Int128(total))
        )
        return (x, a & 1) < (y, b & 1)
      }!
    }
    for (total, orders, mean) in [
      (1_000_001, 3, 333_334), (-1_000_001, 3, -333_334), (5, 2, 2), (7, 2, 4), (-5, 2, -2),
      (-7, 2, -4), (3, 0, 0), (1, 3, 0), (2, 3, 1), (.max, 1, .max), (.min, 1, .min),
      (.max, 2, 4_611_686_018_427_387_904), (1, .max, 0), (.max, .max, 1),
    ] as [(Int64, Int64, Int64)] {
      #expect(meanAmount(total, orders: orders) == mean, "\(total) / \(orders)")
    }
    for count in Array(0...65) + [5_000] {
      let orders = (0..<count).map { _ in Int32(random.nextIndex(below: 9)) }
      let totals = (0..<count).map { _ in Int64(random.nextIndex(below: 2_000)) - 1_000 }
      var means = [Int64](repeating: 7, count: count)
      means.withUnsafeMutableBufferPointer { means in
        orders.withUnsafeBufferPointer { orders in
          totals.withUnsafeBufferPointer { meanAmounts($0, orders, into: means) }
        }
      }
      #expect(means == zip(totals, orders).map { naive($0, Int64($1)) })
    }
  }

  @Test func bytesAreCountedOneByOne() {
    var random = RandomStream(seed: 22)
    for count in Array(0...65) + [32 * 255, 32 * 255 + 31, 20_000] {
      for valueCount in [1, 6, 16, 17, 256] {
        let values = (0..<count).map { _ in UInt8(random.nextIndex(below: valueCount)) }
        var expected = [Int](repeating: 3, count: valueCount)
        for value in values { expected[Int(value)] += 1 }
        var counts = [Int](repeating: 3, count: valueCount)
        values.withUnsafeBufferPointer { values in
          counts.withUnsafeMutableBufferPointer { countBytes(values, into: $0) }
        }
        #expect(counts == expected)
      }
    }
  }

  private func counts(_ values: [Int64]) -> [UInt32] {
    var counts = [UInt32](repeating: 0, count: LogLinear.bucketCount)
    values.withUnsafeBufferPointer { values in
      counts.withUnsafeMutableBufferPointer { countLogLinear(values, into: $0) }
    }
    return counts
  }

  private func bucket(_ value: Int64) -> Int { counts([value]).firstIndex(of: 1)! }

  @Test func largerValuesNeverFallIntoLowerBuckets() {
    var random = RandomStream(seed: 23)
    var values: [Int64] = [.min, .min + 1, .max - 1, .max]
    for shift in 0...62 {
      for near in -2...2 {
        values += [
          Int64(1) << Int64(shift) &+ Int64(near), -(Int64(1) << Int64(shift)) &- Int64(near),
        ]
      }
      values.append(Int64(bitPattern: random.next()) >> Int64(shift))
    }
    let buckets = values.sorted().map { bucket($0) }
    #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0 <= $1 })
    // Those below and above 0 are told apart, and 2% apart is far enough.
    #expect(bucket(-1) < bucket(0) && bucket(0) < bucket(1))
    #expect(bucket(1_000_000) < bucket(1_020_000) && bucket(-1_020_000) < bucket(-1_000_000))
  }

  @Test func countsAreThoseOfSingleValuesAtEveryLength() {
    var random = RandomStream(seed: 24)
    let all = (0..<4_200).map { _ in
      Int64(bitPattern: random.next()) >> Int64(random.nextIndex(below: 64))
    }
    for count in Array(0...17) + [2_047, 2_048, 2_049, 4_200] {
      let values = Array(all.prefix(count))
      var expected = [UInt32](repeating: 0, count: LogLinear.bucketCount)
      if count <= 17 {
        for value in values { expected[bucket(value)] += 1 }
        #expect(counts(values) == expected)
      }
      #expect(counts(values).reduce(0) { $0 + Int($1) } == count)
      // Every third bucket is marked with what it leaves of 200.
      let marks = (0..<LogLinear.bucketCount).map { $0 % 3 == 0 ? UInt8(1 + $0 % 200) : 0 }
      var output = [Int64](repeating: 0, count: count)
      var slots = [UInt8](repeating: 0, count: count)
      let found = values.withUnsafeBufferPointer { values in
        marks.withUnsafeBufferPointer { marks in
          output.withUnsafeMutableBufferPointer { output in
            slots.withUnsafeMutableBufferPointer {
              gatherMarked(values, marks: marks, into: output, slots: $0)
            }
          }
        }
      }
      if count <= 17 {
        let kept = values.filter { bucket($0) % 3 == 0 }
        #expect(Array(output.prefix(found)) == kept)
        #expect(Array(slots.prefix(found)) == kept.map { UInt8(1 + bucket($0) % 200) })
      }
    }
  }

  @Test func cellsOfTotalsHoldThoseThatFallIntoThem() {
    for value in [Int64.min, -5_000_000, -3, 0, 1, 77, 12_345_678, 1 << 40, .max] {
      let cell = bucket(value) >> 2
      let range = SegmentCells.totals(inCells: cell...cell)
      #expect(range.contains(value))
      for end in [range.lowerBound, range.upperBound] { #expect(bucket(end) >> 2 == cell) }
      if range.lowerBound > .min { #expect(bucket(range.lowerBound - 1) >> 2 < cell) }
      if range.upperBound < .max { #expect(bucket(range.upperBound + 1) >> 2 > cell) }
    }
  }
}
