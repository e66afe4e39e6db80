import Kernels
import Testing

@testable import Ingest

/// How ids are cut into ranges, and which of them name their own codes.
@Suite struct IDRangeTests {
  private func id(_ number: Int) -> [UInt8] {
    let digits = String(number)
    return Array(("C" + String(repeating: "0", count: 8 - digits.count) + digits).utf8)
  }

  /// A log that stands in id order within each day gives a sample in clusters: few cells of it are ever seen.
  @Test(arguments: [40_000, 987_654, 4_000_000])
  func runningNumbersHaveCodesWhereTheSampleHasGaps(customerCount: Int) throws {
    var sample: [[UInt8]] = []
    for place in 0..<200 {
      let first = 1 + (place * 7_919 + place * place * 31) % (customerCount - 400)
      for step in 0..<18 { sample.append(id(first + 20 * step)) }
    }
    sample.append(id(customerCount))
    let ranges = IDRanges(sample: sample, wantedCount: 256)
    #expect(ranges.partitionCount <= 256)
    let direct = try #require(ranges.direct)
    let keys = KeyCells(keys: sample.map { key($0, after: ranges.prefixBytes.count) })
    let coded = Set(direct.cells.joined())
    var missing = 0
    let from = sample.map { number($0) }.min()!
    for number in stride(from: from, through: customerCount, by: 2_003)
    where !coded.contains(UInt32(keys.index(of: key(id(number), after: ranges.prefixBytes.count))))
    {
      missing += 1
    }
    #expect(missing == 0)
  }

  @Test func aPartitionHasNoMoreThanItsShareOfRunningNumbers() {
    // Nine tenths of the rows are of the first tenth of the customers.
    var sample: [[UInt8]] = []
    for i in 0..<4_000 { sample.append(id(1 + i * (i % 10 == 0 ? 97 : 9))) }
    let ranges = IDRanges(sample: sample, wantedCount: 64)
    #expect((32...64).contains(ranges.partitionCount))
  }

  /// A day of a large shop: as many codes as there may be ids would cost more than hashing the day's.
  @Test func codesAreDirectOnlyWhereRowsAreNotFew() throws {
    let sample = (0..<4_000).map { id(1 + $0 * 249) }
    let few = IDRanges(sample: sample, wantedCount: 3, byteCount: 500_000)
    #expect(few.direct == nil)
    #expect(few.compactPrefix != nil)
    #expect((1...3).contains(few.partitionCount))

    let many = IDRanges(sample: sample, wantedCount: 3, byteCount: 5_000_000)
    let direct = try #require(many.direct)
    #expect(direct.codeCounts.allSatisfy { $0 <= DirectRanges.codeLimit })
    // So many partitions that every cell that was seen has its codes.
    let keys = KeyCells(keys: sample.map { key($0, after: many.prefixBytes.count) })
    let coded = Set(direct.cells.joined())
    let seen = Set(
      sample.map { UInt32(keys.index(of: key($0, after: many.prefixBytes.count))) })
    #expect(seen.isSubset(of: coded))
    #expect(
      IDRanges(sample: sample, wantedCount: 3).direct.map { $0.cells.joined().count } ?? 0
        < seen.count)
  }

  @Test func keysAndCellsGoBothWays() {
    var random = RandomStream(seed: 3)
    for digitCount in [1, 3, 6, 8] {
      let sample = (0..<500).map { _ in
        String(String(10_000_000 + random.nextIndex(below: 9_999_999)).suffix(digitCount))
      }
      let numbers = sample.map { key(Array($0.utf8), after: 0) }
      let cells = KeyCells(keys: numbers)
      let isPlausible = cells.plausibleCells()
      for number in numbers {
        let cell = cells.index(of: number)
        #expect(isPlausible[cell])
        #expect(cells.firstKey(of: cell) & cells.mask == number & cells.mask)
        #expect(cells.index(of: cells.firstKey(of: cell)) == cell)
      }
    }
  }

  @Test func idsOfDigitsAndColonsAreCut() {
    let sample = (0..<100).map { Array("\($0 % 2 == 0 ? ":" : ";")".utf8) }
    #expect((1...8).contains(IDRanges(sample: sample, wantedCount: 8).partitionCount))
  }

  private func number(_ id: [UInt8]) -> Int {
    Int(String(decoding: id.dropFirst(), as: UTF8.self))!
  }

  private func key(_ id: [UInt8], after count: Int) -> UInt64 {
    (0..<8).reduce(0) { key, i in key << 8 | UInt64(count + i < id.count ? id[count + i] : 0) }
  }
}
