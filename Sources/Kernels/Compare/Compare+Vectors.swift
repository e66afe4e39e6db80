/// Compares of two vectors into bitmaps; bits past the end are 0.
extension Compare {
  /// Bit i is a[i] < b[i].
  package static func less(
    _ a: UnsafeBufferPointer<Int64>, _ b: UnsafeBufferPointer<Int64>,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) {
    lanes(a, b, words) { x, y, lane in
      for i in 0..<64 { lane[i] = x[i] < y[i] ? -1 : 0 }
    }
  }

  /// Bit i is a[i] = b[i].
  package static func equal(
    _ a: UnsafeBufferPointer<Int64>, _ b: UnsafeBufferPointer<Int64>,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) {
    lanes(a, b, words) { x, y, lane in
      for i in 0..<64 { lane[i] = x[i] == y[i] ? -1 : 0 }
    }
  }

  /// The same of floats, where NaN is above every number and equal to itself.
  package static func less(
    _ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) {
    lanes(a, b, words) { x, y, lane in
      for i in 0..<64 {
        let isBelow: Int8 = x[i] < y[i] ? -1 : 0
        let isNumber: Int8 = x[i] == x[i] ? -1 : 0
        let isBelowNaN: Int8 = y[i] != y[i] ? isNumber : 0
        lane[i] = isBelow | isBelowNaN
      }
    }
  }

  package static func equal(
    _ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) {
    lanes(a, b, words) { x, y, lane in
      for i in 0..<64 {
        let isSame: Int8 = x[i] == y[i] ? -1 : 0
        let isNaN: Int8 = x[i] != x[i] ? -1 : 0
        let areNaN: Int8 = y[i] != y[i] ? isNaN : 0
        lane[i] = isSame | areNaN
      }
    }
  }

  /// Fills 64 lanes at a time; the last ones from a copy, so that nothing past the end is read.
  @inline(__always)
  private static func lanes<T>(
    _ a: UnsafeBufferPointer<T>, _ b: UnsafeBufferPointer<T>,
    _ words: UnsafeMutableBufferPointer<UInt64>,
    _ fill: (UnsafePointer<T>, UnsafePointer<T>, UnsafeMutablePointer<Int8>) -> Void
  ) {
    precondition(a.count == b.count && words.count == (a.count + 63) / 64, "one word for 64 rows")
    guard let x = a.baseAddress, let y = b.baseAddress else { return }
    let whole = a.count / 64
    withUnsafeTemporaryAllocation(of: Int8.self, capacity: 64) { lanes in
      let lane = lanes.baseAddress!
      for w in 0..<whole {
        fill(x + w &* 64, y + w &* 64, lane)
        words[w] = signBits(lane)
      }
      let rest = a.count - whole * 64
      if rest == 0 { return }
      withUnsafeTemporaryAllocation(of: T.self, capacity: 128) { copy in
        let copied = copy.baseAddress!
        for i in 0..<64 {
          (copied + i).initialize(to: x[whole * 64 + min(i, rest - 1)])
          (copied + 64 + i).initialize(to: y[whole * 64 + min(i, rest - 1)])
        }
        fill(copied, copied + 64, lane)
        words[whole] = signBits(lane) & ((1 << UInt64(rest)) - 1)
      }
    }
  }
}
