import Kernels
import Testing

/// Widening, arithmetic and aggregates of vectors, against their naive twins.
struct VectorTests {
  private static let lengths = Array(0...65) + [127, 128, 129, 2_048]

  private static func filled<T>(
    _ count: Int, _ fill: (UnsafeMutablePointer<T>) -> Void
  ) -> [T] {
    [T](unsafeUninitializedCapacity: max(1, count)) { buffer, initializedCount in
      fill(buffer.baseAddress!)
      initializedCount = count
    }
  }

  private static func widened<T: FixedWidthInteger>(
    _ type: T.Type, _ kernel: (UnsafeBufferPointer<T>, UnsafeMutablePointer<Int64>) -> Void
  ) {
    var random = RandomStream(seed: 5)
    for count in lengths {
      let values = (0..<count).map { _ in T(truncatingIfNeeded: random.next()) }
      let found: [Int64] = filled(count) { out in
        values.withUnsafeBufferPointer { kernel($0, out) }
      }
      #expect(found == values.map { Int64($0) }, "\(type) \(count)")
    }
  }

  @Test func columnsOfEveryWidthWiden() {
    Self.widened(Int8.self) { Widen.widen($0, into: $1) }
    Self.widened(Int16.self) { Widen.widen($0, into: $1) }
    Self.widened(Int32.self) { Widen.widen($0, into: $1) }
    Self.widened(UInt8.self) { Widen.widen($0, into: $1) }
    Self.widened(UInt16.self) { Widen.widen($0, into: $1) }
    Self.widened(UInt32.self) { Widen.widen($0, into: $1) }
    let singles: [Float] = [1.5, -0, .infinity, 3e38, -7]
    let doubles: [Double] = Self.filled(5) { out in
      singles.withUnsafeBufferPointer { Widen.widen($0, into: out) }
    }
    #expect(doubles == singles.map { Double($0) })
  }

  @Test func decimalsBecomeTheNearestFloats() {
    let values: [Int64] = [0, 1, -12_345, 99_999_999_999_999, .max, .min, 10_000]
    for divisor in [1.0, 10_000, 100] {
      let found: [Double] = Self.filled(values.count) { out in
        values.withUnsafeBufferPointer { Widen.floats($0, dividedBy: divisor, into: out) }
      }
      #expect(found == values.map { Double($0) / divisor })
    }
  }

  @Test func keysOfFloatsSortAsTheFloatsDo() {
    let rising: [Double] = [-.infinity, -1e300, -1, -1e-300, 0, 1e-300, 1, 1e300, .infinity, .nan]
    let keys: [Int64] = Self.filled(rising.count) { out in
      rising.withUnsafeBufferPointer { Widen.floatKeys($0, into: out) }
    }
    #expect(keys == keys.sorted() && Set(keys).count == keys.count && keys.last == .max)
    let zeros: [Int64] = Self.filled(2) { out in
      [0.0, -0.0].withUnsafeBufferPointer { Widen.floatKeys($0, into: out) }
    }
    #expect(zeros[0] == zeros[1])
  }

  @Test func wholeArithmeticSaysWhenItWraps() {
    let edges: [Int64] = [0, 1, -1, 2, .max, .min, .max - 1, .min + 1, 3_037_000_500, 1 << 32]
    for x in edges {
      for y in edges {
        let (a, b) = ([5, x, 7], [1, y, 2])
        func check(
          _ name: String,
          _ kernel: (
            UnsafeBufferPointer<Int64>, UnsafeBufferPointer<Int64>, UnsafeMutablePointer<Int64>
          ) -> Bool, _ twin: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
        ) {
          var overflowed = false
          let found: [Int64] = Self.filled(3) { out in
            a.withUnsafeBufferPointer { a in
              b.withUnsafeBufferPointer { overflowed = kernel(a, $0, out) }
            }
          }
          #expect(found == zip(a, b).map { twin($0, $1).partialValue }, "\(name) \(x) \(y)")
          #expect(overflowed == twin(x, y).overflow, "\(name) \(x) \(y)")
        }
        check("+", { Arithmetic.add($0, $1, into: $2) }, { $0.addingReportingOverflow($1) })
        check(
          "-", { Arithmetic.subtract($0, $1, into: $2) }, { $0.subtractingReportingOverflow($1) })
        check(
          "*", { Arithmetic.multiply($0, $1, into: $2) },
          { $0.multipliedReportingOverflow(by: $1) })
      }
    }
  }

  @Test func aggregatesOfMaskedRowsEqualTheirNaiveTwins() {
    var random = RandomStream(seed: 6)
    for count in Self.lengths {
      for share in [0, 1, 2] {
        let values = (0..<count).map { _ in Int64(random.nextIndex(below: 2_000)) - 1_000 }
        let isIn = (0..<count).map { _ in share == 2 || (share == 1 && random.next() % 3 == 0) }
        var mask = [UInt64](repeating: 0, count: (count + 63) / 64)
        for i in 0..<count where isIn[i] { mask[i / 64] |= 1 << UInt64(i % 64) }
        let kept = (0..<count).filter { isIn[$0] }.map { values[$0] }
        let floats = values.map { Double($0) }
        mask.withUnsafeBufferPointer { mask in
          // Whole numbers: sums are exact in any order.
          let (sum, number) = floats.withUnsafeBufferPointer { Masked.sum($0, mask) }
          #expect(sum == Double(kept.reduce(0, +)) && number == kept.count)
          let squares = floats.withUnsafeBufferPointer { Masked.squares($0, from: 3, mask) }
          #expect(squares == Double(kept.reduce(0) { $0 + ($1 - 3) * ($1 - 3) }))
          let bounds = values.withUnsafeBufferPointer { Masked.bounds($0, mask) }
          #expect(bounds.count == kept.count && bounds.least == kept.min() ?? .max)
          #expect(bounds.most == kept.max() ?? .min)
          var copied = 0
          let collected: [Int64] = Self.filled(count) { out in
            out.initialize(repeating: 0, count: max(1, count))
            copied = values.withUnsafeBufferPointer { Masked.collect($0, mask, into: out) }
          }
          #expect(Array(collected.prefix(copied)) == kept)
        }
      }
    }
  }
}
