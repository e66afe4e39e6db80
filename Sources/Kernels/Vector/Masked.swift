/// Aggregates of one vector without groups, for the rows whose bit is set.
package enum Masked {
  /// Sum and number of floats: eight sums side by side, the same ones whatever the mask.
  package static func sum(
    _ values: UnsafeBufferPointer<Double>, _ mask: UnsafeBufferPointer<UInt64>
  ) -> (sum: Double, count: Int) {
    precondition(mask.count == (values.count + 63) / 64, "one word for 64 rows")
    guard let value = values.baseAddress else { return (0, 0) }
    var low = SIMD4<Double>.zero
    var high = SIMD4<Double>.zero
    var rest = 0.0
    var count = 0
    for w in mask.indices {
      var word = mask[w]
      count &+= word.nonzeroBitCount
      let at = value + w &* 64
      if word == .max {
        var i = 0
        while i < 64 {
          low += SIMD4(at[i], at[i &+ 1], at[i &+ 2], at[i &+ 3])
          high += SIMD4(at[i &+ 4], at[i &+ 5], at[i &+ 6], at[i &+ 7])
          i &+= 8
        }
      } else {
        while word != 0 {
          rest += at[word.trailingZeroBitCount]
          word &= word &- 1
        }
      }
    }
    return ((low + high).sum() + rest, count)
  }

  /// Sum of squared differences from `mean`.
  package static func squares(
    _ values: UnsafeBufferPointer<Double>, from mean: Double,
    _ mask: UnsafeBufferPointer<UInt64>
  ) -> Double {
    precondition(mask.count == (values.count + 63) / 64, "one word for 64 rows")
    guard let value = values.baseAddress else { return 0 }
    var low = SIMD4<Double>.zero
    var high = SIMD4<Double>.zero
    let center = SIMD4(repeating: mean)
    var rest = 0.0
    for w in mask.indices {
      var word = mask[w]
      let at = value + w &* 64
      if word == .max {
        var i = 0
        while i < 64 {
          let a = SIMD4(at[i], at[i &+ 1], at[i &+ 2], at[i &+ 3]) - center
          let b = SIMD4(at[i &+ 4], at[i &+ 5], at[i &+ 6], at[i &+ 7]) - center
          low += a * a
          high += b * b
          i &+= 8
        }
      } else {
        while word != 0 {
          let difference = at[word.trailingZeroBitCount] - mean
          rest += difference * difference
          word &= word &- 1
        }
      }
    }
    return (low + high).sum() + rest
  }

  /// Smallest and largest word, and how many; of none, `Int64.max`, `Int64.min` and 0.
  package static func bounds(
    _ values: UnsafeBufferPointer<Int64>, _ mask: UnsafeBufferPointer<UInt64>
  ) -> (least: Int64, most: Int64, count: Int) {
    precondition(mask.count == (values.count + 63) / 64, "one word for 64 rows")
    var least = Int64.max
    var most = Int64.min
    var count = 0
    guard let value = values.baseAddress else { return (least, most, 0) }
    for w in mask.indices {
      var word = mask[w]
      count &+= word.nonzeroBitCount
      let at = value + w &* 64
      if word == .max {
        for i in 0..<64 {
          least = at[i] < least ? at[i] : least
          most = at[i] > most ? at[i] : most
        }
      } else {
        while word != 0 {
          let v = at[word.trailingZeroBitCount]
          least = v < least ? v : least
          most = v > most ? v : most
          word &= word &- 1
        }
      }
    }
    return (least, most, count)
  }
}

extension Masked {
  /// Copies the values whose bit is set, in order; returns how many. `out` has room for all.
  package static func collect(
    _ values: UnsafeBufferPointer<Int64>, _ mask: UnsafeBufferPointer<UInt64>,
    into out: UnsafeMutablePointer<Int64>
  ) -> Int {
    precondition(mask.count == (values.count + 63) / 64, "one word for 64 rows")
    guard let value = values.baseAddress else { return 0 }
    var count = 0
    for w in mask.indices {
      var word = mask[w]
      let at = value + w &* 64
      if word == .max {
        (out + count).update(from: at, count: 64)
        count &+= 64
      } else {
        while word != 0 {
          out[count] = at[word.trailingZeroBitCount]
          count &+= 1
          word &= word &- 1
        }
      }
    }
    return count
  }
}
