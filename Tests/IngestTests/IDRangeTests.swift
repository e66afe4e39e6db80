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
