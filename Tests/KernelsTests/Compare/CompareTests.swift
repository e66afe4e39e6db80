import Kernels
import Testing

struct CompareTests {
  private static let lengths = Array(0...65) + [127, 128, 129, 1_000, 65_536]

  /// The kernel's words for some values.
  private static func words(
    _ count: Int, _ run: (UnsafeMutableBufferPointer<UInt64>) -> Void
  ) -> [UInt64] {
    var words = [UInt64](repeating: 0xDEAD, count: (count + 63) / 64)
    words.withUnsafeMutableBufferPointer { run($0) }
    return words
  }

  /// The naive twin.
  private static func expected(_ count: Int, _ holds: (Int) -> Bool) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for i in 0..<count where holds(i) { words[i / 64] |= 1 << UInt64(i % 64) }
    return words
  }

  private static func check<T: FixedWidthInteger>(
    _ type: T.Type,
    _ kernel: (
      UnsafeBufferPointer<T>, Int64, Int64, Bool, UnsafeMutableBufferPointer<UInt64>
    ) -> Void
  ) {
    var random = RandomStream(seed: 20_261_121)
    let least = Int64(truncatingIfNeeded: T.min)
    let most = T.max > Int64.max ? Int64.max : Int64(T.max)
    let bounds: [(Int64, Int64)] = [
      (3, 5), (0, 0), (-2, 2), (5, 3), (.min, .max), (least, most), (.min, -1), (1, .max),
      (most, .max), (.min, least), (1_000_000_000_000, 2_000_000_000_000), (.min, .min),
    ]
    for count in lengths {
      let values = (0..<count).map { i -> T in
        i % 11 == 0
          ? T.max : i % 13 == 0 ? T.min : T(truncatingIfNeeded: random.nextIndex(below: 9) - 2)
      }
      for (low, high) in bounds {
        for isNegated in [false, true] {
          let found = words(count) { words in
            values.withUnsafeBufferPointer { kernel($0, low, high, isNegated, words) }
          }
          let wanted = expected(count) { i in
            let value = Int64(values[i])
            return (value >= low && value <= high) != isNegated
          }
          #expect(found == wanted, "\(type), \(count) values, \(low)...\(high), \(isNegated)")
        }
      }
    }
  }

  @Test func wholeNumbersOfEveryWidthCompareLikeTheirNaiveTwin() {
    Self.check(UInt8.self) { Compare.inRange($0, $1, $2, $3, into: $4) }
    Self.check(UInt16.self) { Compare.inRange($0, $1, $2, $3, into: $4) }
    Self.check(UInt32.self) { Compare.inRange($0, $1, $2, $3, into: $4) }
    Self.check(Int8.self) { Compare.inRange($0, $1, $2, $3, into: $4) }
    Self.check(Int16.self) { Compare.inRange($0, $1, $2, $3, into: $4) }
    Self.check(Int32.self) { Compare.inRange($0, $1, $2, $3, into: $4) }
    Self.check(Int64.self) { Compare.inRange($0, $1, $2, $3, into: $4) }
  }

  @Test func floatsCompareLikeTheirNaiveTwinAndNaNIsInNoRange() {
    var random = RandomStream(seed: 7)
    let bounds: [(Double, Double)] = [
      (0.1, 0.5), (-.infinity, 0.3), (0.3, .infinity), (0.7, 0.2), (0.25, 0.25), (0, 0),
      (0.1, 0.1), (-.infinity, .infinity), (1e300, .infinity),
    ]
    for count in Self.lengths {
      let doubles = (0..<count).map { i -> Double in
        switch i % 9 {
        case 0: .nan
        case 1: .infinity
        case 2: -0.0
        case 3: 0.25
        default: random.nextUnit()
        }
      }
      let singles = doubles.map { Float($0) }
      for (low, high) in bounds {
        for isNegated in [false, true] {
          let double = Self.words(count) { words in
            doubles.withUnsafeBufferPointer {
              Compare.inRange($0, low, high, isNegated, into: words)
            }
          }
          #expect(
            double
              == Self.expected(count) { (doubles[$0] >= low && doubles[$0] <= high) != isNegated })
          let single = Self.words(count) { words in
            singles.withUnsafeBufferPointer {
              Compare.inRange($0, low, high, isNegated, into: words)
            }
          }
          #expect(
            single
              == Self.expected(count) {
                (Double(singles[$0]) >= low && Double(singles[$0]) <= high) != isNegated
              })
        }
      }
    }
  }
}
