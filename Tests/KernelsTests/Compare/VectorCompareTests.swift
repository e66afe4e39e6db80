import Kernels
import Testing

struct VectorCompareTests {
  private static let lengths = Array(0...65) + [127, 128, 129, 2_048]

  private static func words(
    _ count: Int, _ run: (UnsafeMutableBufferPointer<UInt64>) -> Void
  ) -> [UInt64] {
    var words = [UInt64](repeating: 0xDEAD, count: (count + 63) / 64)
    words.withUnsafeMutableBufferPointer { run($0) }
    return words
  }

  private static func expected(_ count: Int, _ holds: (Int) -> Bool) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for i in 0..<count where holds(i) { words[i / 64] |= 1 << UInt64(i % 64) }
    return words
  }

  @Test func wholeNumbersCompareValueByValue() {
    var random = RandomStream(seed: 11)
    for count in Self.lengths {
      let a = (0..<count).map { $0 % 7 == 0 ? Int64.min : Int64(random.nextIndex(below: 5)) - 2 }
      let b = (0..<count).map { $0 % 5 == 0 ? Int64.max : Int64(random.nextIndex(below: 5)) - 2 }
      a.withUnsafeBufferPointer { x in
        b.withUnsafeBufferPointer { y in
          let less = Self.words(count) { Compare.less(x, y, into: $0) }
          #expect(less == Self.expected(count) { a[$0] < b[$0] }, "\(count)")
          let equal = Self.words(count) { Compare.equal(x, y, into: $0) }
          #expect(equal == Self.expected(count) { a[$0] == b[$0] }, "\(count)")
        }
      }
    }
  }

  @Test func floatsCompareWithNaNAboveEveryNumber() {
    let kinds = [0.0, -0.0, 1, -1, .infinity, -.infinity, .nan, 0.5]
    var random = RandomStream(seed: 12)
    for count in Self.lengths {
      let a = (0..<count).map { _ in kinds[random.nextIndex(below: kinds.count)] }
      let b = (0..<count).map { _ in kinds[random.nextIndex(below: kinds.count)] }
      func less(_ x: Double, _ y: Double) -> Bool { x.isNaN ? false : y.isNaN || x < y }
      func equal(_ x: Double, _ y: Double) -> Bool { x == y || (x.isNaN && y.isNaN) }
      a.withUnsafeBufferPointer { x in
        b.withUnsafeBufferPointer { y in
          let below = Self.words(count) { Compare.less(x, y, into: $0) }
          #expect(below == Self.expected(count) { less(a[$0], b[$0]) }, "\(count)")
          let same = Self.words(count) { Compare.equal(x, y, into: $0) }
          #expect(same == Self.expected(count) { equal(a[$0], b[$0]) }, "\(count)")
        }
      }
    }
  }
}
