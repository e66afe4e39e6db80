import Kernels
import Testing

struct GroupByTests {
  @Test(arguments: Array(0...65) + [1_000, 65_536])
  func countsAndSumsAreThoseOfTheNaiveTwin(count: Int) {
    var random = RandomStream(seed: UInt64(count))
    let ids = (0..<count).map { _ in UInt8(random.nextIndex(below: 256)) }
    let values = (0..<count).map { _ in Int64(random.nextIndex(below: 2_000)) - 1_000 }
    for density in [0, 3, 16] {
      var mask = [UInt64](repeating: 0, count: (count + 63) / 64)
      for i in 0..<count where random.nextIndex(below: 16) < density {
        mask[i / 64] |= 1 << UInt64(i % 64)
      }
      var wantedCounts = [Int64](repeating: 1, count: 256)
      var wantedSums = [Int64](repeating: 2, count: 256)
      var magnitude: UInt64 = 0
      for i in 0..<count where mask[i / 64] >> UInt64(i % 64) & 1 == 1 {
        wantedCounts[Int(ids[i])] += 1
        wantedSums[Int(ids[i])] += values[i]
        magnitude |= UInt64(bitPattern: values[i] ^ (values[i] >> 63))
      }
      // Existing contents are added to.
      var counts = [Int64](repeating: 1, count: 256)
      var sums = [Int64](repeating: 2, count: 256)
      let found = counts.withUnsafeMutableBufferPointer { counts in
        sums.withUnsafeMutableBufferPointer { sums in
          ids.withUnsafeBufferPointer { ids in
            values.withUnsafeBufferPointer { values in
              mask.withUnsafeBufferPointer {
                GroupBy.countAndSum(ids, values, $0, counts: counts, sums: sums)
              }
            }
          }
        }
      }
      #expect(counts == wantedCounts && sums == wantedSums && found == magnitude)

      let all = values.withUnsafeBufferPointer { values in
        mask.withUnsafeBufferPointer { GroupBy.sum(values, $0) }
      }
      #expect(all.sum == wantedSums.reduce(0, +) - 512 && all.magnitude == magnitude)
      #expect(all.count == wantedCounts.reduce(0, +) - 256)

      var countsOnly = [Int64](repeating: 1, count: 256)
      countsOnly.withUnsafeMutableBufferPointer { counts in
        ids.withUnsafeBufferPointer { ids in
          mask.withUnsafeBufferPointer { GroupBy.count(ids, $0, counts: counts) }
        }
      }
      #expect(countsOnly == wantedCounts)
    }
  }
}

extension GroupByTests {
  @Test func compositeGroupNumbersAreDigitsOfTheKeys() {
    let first = (0..<1_000).map { UInt8($0 % 5 + 1) }
    let second = (0..<1_000).map { UInt8($0 / 7 % 4) }
    var ids = [UInt8](repeating: 0, count: 1_000)
    ids.withUnsafeMutableBufferPointer { ids in
      first.withUnsafeBufferPointer { GroupBy.addDigit($0, least: 1, size: 5, to: ids) }
      second.withUnsafeBufferPointer { GroupBy.addDigit($0, least: 0, size: 4, to: ids) }
    }
    for i in 0..<1_000 {
      let wanted: UInt8 = (first[i] - 1) * 4 + second[i]
      #expect(ids[i] == wanted)
    }
  }
}

struct SelectionTests {
  @Test func theSelectedValueIsTheOneThatSortingPutsThere() {
    var random = RandomStream(seed: 3)
    for count in Array(1...65) + [1_000, 10_000] {
      for spread in [1, 3, 1_000_000] {
        let values = (0..<count).map { _ in Int64(random.nextIndex(below: spread)) - 5 }
        let sorted = values.sorted()
        for index in [0, count / 3, count / 2, count - 1] {
          var scratch = values
          let found = scratch.withUnsafeMutableBufferPointer { Selection.select($0, index) }
          #expect(found == sorted[index], "\(count) values below \(spread), place \(index)")
        }
      }
      var rising = (0..<count).map { Int64($0) }
      #expect(
        rising.withUnsafeMutableBufferPointer { Selection.select($0, count - 1) }
          == Int64(count - 1))
    }
  }

  @Test func vectorsAccumulateIntoGroupsLikeTheirNaiveTwins() {
    var random = RandomStream(seed: 8)
    for count in Array(0...65) + [128, 2_048] {
      for share in 0...2 {
        let groupCount = 5
        let ids = (0..<count).map { _ in UInt32(random.nextIndex(below: groupCount)) }
        let values = (0..<count).map { _ in Int64(random.nextIndex(below: 1_000)) - 500 }
        let isIn = (0..<count).map { _ in share == 2 || (share == 1 && random.next() % 3 == 0) }
        var mask = [UInt64](repeating: 0, count: (count + 63) / 64)
        for i in 0..<count where isIn[i] { mask[i / 64] |= 1 << UInt64(i % 64) }
        let groups = (0..<groupCount).map { g in
          (0..<count).filter { isIn[$0] && ids[$0] == g }.map { values[$0] }
        }
        var counts = [[Int64]](repeating: .init(repeating: 0, count: groupCount), count: 5)
        var sums = [Double](repeating: 0, count: groupCount)
        var wide = [Int128](repeating: 0, count: groupCount)
        var least = [Int64](repeating: 0, count: groupCount)
        var most = least
        let floats = values.map { Double($0) }
        GroupBy.count(ids.buffer, mask.buffer, counts: &counts[0])
        GroupBy.sum(ids.buffer, floats.buffer, mask.buffer, counts: &counts[1], sums: &sums)
        GroupBy.sum(ids.buffer, values.buffer, mask.buffer, counts: &counts[2], sums: &wide)
        GroupBy.best(
          ids.buffer, values.buffer, mask.buffer, isLargest: false, counts: &counts[3],
          words: &least)
        GroupBy.best(
          ids.buffer, values.buffer, mask.buffer, isLargest: true, counts: &counts[4],
          words: &most)
        #expect(counts.allSatisfy { $0 == groups.map { Int64($0.count) } })
        #expect(sums == groups.map { Double($0.reduce(0, +)) })
        #expect(wide == groups.map { Int128($0.reduce(0, +)) })
        #expect(least == groups.map { $0.min() ?? 0 })
        #expect(most == groups.map { $0.max() ?? 0 })
      }
    }
  }

  @Test func momentsAreThoseOfEachGroup() {
    let values = (0..<1_000).map { Double($0 * 37 % 101) }
    let ids = (0..<1_000).map { UInt32($0 % 3) }
    let mask = [UInt64](repeating: .max, count: 15) + [(1 << 40) - 1]
    var counts = [Int64](repeating: 0, count: 3)
    var means = [Double](repeating: 0, count: 3)
    var squares = means
    GroupBy.moments(
      ids.buffer, values.buffer, mask.buffer, counts: &counts, means: &means, squares: &squares)
    for g in 0..<3 {
      let own = values.indices.filter { $0 % 3 == g }.map { values[$0] }
      let mean = own.reduce(0, +) / Double(own.count)
      #expect(counts[g] == own.count && abs(means[g] - mean) < 1e-9)
      #expect(abs(squares[g] - own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }) < 1e-6)
    }
  }

  @Test func aCodeBeyondItsKeyStaysWithinTheGroups() {
    var ids = [UInt32](repeating: 1, count: 4)
    let codes: [Int64] = [10, 12, 13, -1]
    ids.withUnsafeMutableBufferPointer {
      GroupBy.addDigit(codes.buffer, least: 10, size: 3, to: $0)
    }
    #expect(ids == [3, 5, 5, 5])
  }
}

extension Array {
  /// A copy for kernels, which a test leaves to the end of its process.
  fileprivate var buffer: UnsafeBufferPointer<Element> {
    let copy = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
    _ = copy.initialize(from: self)
    return UnsafeBufferPointer(copy)
  }
}
