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

  @Test func theFallingOrderKeepsEqualKeysInTheirOrder() {
    var random = RandomStream(seed: 4)
    for count in [0, 1, 2, 65, 5_000] {
      for keys in [
        (0..<count).map { _ in Int64(random.nextIndex(below: 7)) - 3 },
        (0..<count).map { _ in Int64(bitPattern: random.next()) },
        [Int64](repeating: .min, count: count),
      ] {
        let wanted = keys.indices.sorted { keys[$0] != keys[$1] ? keys[$0] > keys[$1] : $0 < $1 }
        #expect(Selection.descendingOrder(keys).map { Int($0) } == wanted)
      }
    }
  }
}
