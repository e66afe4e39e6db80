import Kernels
import Testing

/// Looking ids up among a store's, and seeing whether they are in order.
@Suite struct StoredIDTests {
  typealias ID = [UInt8]

  private func isBefore(_ a: ID, _ b: ID) -> Bool { a.lexicographicallyPrecedes(b) }

  private func table(_ ids: [ID]) -> (offsets: [UInt32], bytes: [UInt8]) {
    var offsets: [UInt32] = [0]
    for id in ids { offsets.append(offsets.last! + UInt32(id.count)) }
    return (offsets, Array(ids.joined()) + [0])
  }

  /// Big-endian words, the last padded with zeros.
  private func words(_ id: ID) -> [UInt64] {
    stride(from: 0, to: id.count, by: 8).map { start in
      (0..<8).reduce(0) { $0 << 8 | UInt64(start + $1 < id.count ? id[start + $1] : 0) }
    }
  }

  private func places(of wanted: [ID], in store: [ID], order: [UInt32]?) -> [UInt32] {
    var keys: [UInt64] = []
    var tails: [UInt64] = [0]
    for id in wanted {
      let own = words(id)
      if own.count > 2 {
        keys += [0, UInt64(tails.count)]
        tails += [UInt64(own.count)] + own
      } else {
        keys += [own[0], own.count == 2 ? own[1] : 0]
      }
    }
    let (offsets, bytes) = table(store)
    var places = [UInt32](repeating: 7, count: wanted.count)
    func find(_ order: UnsafeBufferPointer<UInt32>?) {
      offsets.withUnsafeBufferPointer { offsets in
        bytes.withUnsafeBufferPointer { bytes in
          let all = UnsafeBufferPointer(rebasing: bytes.dropLast())
          findSortedIDs(
            keys: keys, tails: tails, count: wanted.count,
            in: StoredIDs(offsets: offsets, bytes: all, order: order), places: &places)
        }
      }
    }
    if let order { order.withUnsafeBufferPointer { find($0) } } else { find(nil) }
    return places
  }

  private func check(_ pool: Set<ID>, share: Int, seed: UInt64) {
    var random = RandomStream(seed: seed)
    let all = pool.sorted(by: isBefore)
    let store = all.filter { _ in random.nextIndex(below: 10) < 9 }
    let wanted = all.filter { _ in random.nextIndex(below: share) == 0 }
    let numbers = Dictionary(uniqueKeysWithValues: store.enumerated().map { ($1, UInt32($0)) })
    let expected = wanted.map { numbers[$0] ?? unknownPlace }
    #expect(places(of: wanted, in: store, order: nil) == expected)
    // The same ids by code, in another order.
    var order = store.indices.map { UInt32($0) }
    for i in order.indices { order.swapAt(i, random.nextIndex(below: order.count)) }
    var byCode = store
    for (place, code) in order.enumerated() { byCode[Int(code)] = store[place] }
    #expect(places(of: wanted, in: byCode, order: order) == expected)
  }

  @Test(arguments: ["", "C", "CUST-", "customer", "customer-no-", "a long way to say so: "])
  func runningNumbersAreFound(prefix: String) {
    let numbers = (0..<1_500).map { 99_999_300 + $0 * ($0 > 500 ? 3 : 1) }
    for share in [1, 40] {
      check(Set(numbers.map { Array("\(prefix)\($0)".utf8) }), share: share, seed: 5)
    }
    check(Set((1..<600).map { Array("\(prefix)\($0)".utf8) }), share: 3, seed: 6)
  }

  @Test(arguments: [1, 7, 8, 9, 15, 16, 17, 30])
  func randomIDsAreFound(byteCount: Int) {
    var random = RandomStream(seed: UInt64(byteCount))
    let pool = (0..<2_000).map { _ in
      (0..<1 + random.nextIndex(below: byteCount)).map { _ in
        UInt8(97 + random.nextIndex(below: 26))
      }
    }
    for share in [1, 20] { check(Set(pool), share: share, seed: 8) }
  }

  @Test func anEmptyStoreHasNobody() {
    #expect(places(of: [[1], [2, 3]], in: [], order: nil) == [unknownPlace, unknownPlace])
  }

  private func falls(_ ids: [ID], _ rows: Range<Int>) -> [Int] {
    let (offsets, bytes) = table(ids)
    var falls = [-1]
    offsets.withUnsafeBufferPointer { offsets in
      bytes.withUnsafeBufferPointer { appendFalls(offsets, $0, rows, to: &falls) }
    }
    return Array(falls.dropFirst())
  }

  @Test(arguments: [1, 5, 7, 8, 9, 12, 16, 17, 20])
  func idsThatAreNotAfterTheOneBeforeAreSeen(byteCount: Int) {
    var random = RandomStream(seed: UInt64(byteCount))
    for count in 0...65 {
      for mixed in [false, true] {
        let ids = (0..<count).map { _ in
          let length = mixed ? random.nextIndex(below: byteCount + 1) : byteCount
          // The same bytes but for two, so that ids are equal at times and differ late at others.
          var id = ID(repeating: 200, count: length)
          for _ in 0..<2 where length > 0 {
            id[random.nextIndex(below: length)] = UInt8(199 + random.nextIndex(below: 3))
          }
          return id
        }
        let rows = min(count, random.nextIndex(below: 3))..<count
        let expected = rows.filter { $0 > 0 && !isBefore(ids[$0 - 1], ids[$0]) }
        #expect(falls(ids, rows) == expected)
      }
    }
  }

  @Test func orderAndPlacesAreSeenInEveryChunk() {
    for count in Array(0...65) + [65_536, 65_537, 200_000] {
      let rising = (0..<count).map { UInt32($0) }
      func isRising(_ values: [UInt32]) -> Bool { values.withUnsafeBufferPointer { areRising($0) } }
      func places(_ values: [UInt32]) -> (areEqual: Bool, greatest: UInt32) {
        values.withUnsafeBufferPointer { compareWithPlaces($0) }
      }
      #expect(isRising(rising))
      #expect(places(rising) == (true, UInt32(max(0, count - 1))))
      var filled = rising.map { _ in UInt32(9) }
      filled.withUnsafeMutableBufferPointer { fillRising(from: 3, into: $0) }
      #expect(filled == rising.map { $0 + 3 })
      for at in [0, count / 2, 65_535, 65_536, count - 1] where at > 0 && at < count {
        var other = rising
        other[at] = UInt32(at - 1)
        #expect(isRising(other) && !places(other).areEqual)
        other.swapAt(at, at - 1)
        other[at - 1] = .max
        #expect(!isRising(other) && places(other) == (false, .max))
        var days = [Int32](repeating: 1, count: count)
        #expect(!days.withUnsafeBufferPointer { containsZeroInParallel($0) })
        days[at] = 0
        #expect(days.withUnsafeBufferPointer { containsZeroInParallel($0) })
      }
    }
  }
}
