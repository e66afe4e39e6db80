import Kernels
import Testing

@Suite struct SortStringsTests {
  /// The order by comparing strings, with the index among equals.
  private func naive(_ strings: [[UInt8]]) -> [UInt32] {
    strings.indices.sorted { a, b in
      strings[a] == strings[b] ? a < b : strings[a].lexicographicallyPrecedes(strings[b])
    }.map { UInt32($0) }
  }

  private func sorted(_ strings: [[UInt8]]) -> [UInt32] {
    var offsets: [UInt32] = [0]
    for string in strings { offsets.append(offsets.last! + UInt32(string.count)) }
    // One byte more, so that there is an address even without any.
    let bytes: [UInt8] = Array(strings.joined()) + [0]
    var order = [UInt32](repeating: 0, count: strings.count + 1)
    sortStrings(bytes, offsets: offsets, count: strings.count, order: &order)
    return Array(order.dropLast())
  }

  @Test func everyCountUpTo65IsSorted() {
    var random = RandomStream(seed: 3)
    for count in 0...65 {
      let strings = (0..<count).map { _ in
        (0..<random.nextIndex(below: 4)).map { _ in UInt8(random.nextIndex(below: 3)) }
      }
      #expect(sorted(strings) == naive(strings))
    }
  }

  @Test(arguments: [(5, 256), (9, 4), (40, 2), (70, 2), (12, 10)])
  func longAndShortStringsAreSorted(byteCount: Int, alphabet: Int) {
    var random = RandomStream(seed: UInt64(byteCount))
    let strings = (0..<70_000 / byteCount).map { _ in
      (0..<byteCount - random.nextIndex(below: 3)).map { _ in
        UInt8(random.nextIndex(below: alphabet))
      }
    }
    #expect(sorted(strings) == naive(strings))
  }

  @Test func stringsThatDifferLateAreCompared() {
    let prefix = [UInt8](repeating: 7, count: 40)
    let strings = (0..<200).map { prefix + [UInt8($0 * 37 % 251)] }
    #expect(sorted(strings) == naive(strings))
  }

  @Test func moreThanOneChunkIsSorted() {
    let strings = (0..<70_000).map { Array("c\(($0 * 7_919) % 50_000)".utf8) }
    #expect(sorted(strings) == naive(strings))
  }
}
