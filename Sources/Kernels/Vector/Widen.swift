/// Columns as the vectors that expressions are computed on: Int64 or Double, one value a row.
package enum Widen {
  package static func widen(
    _ values: UnsafeBufferPointer<Int8>, into out: UnsafeMutablePointer<Int64>
  ) { whole(values, out) }

  package static func widen(
    _ values: UnsafeBufferPointer<Int16>, into out: UnsafeMutablePointer<Int64>
  ) { whole(values, out) }

  package static func widen(
    _ values: UnsafeBufferPointer<Int32>, into out: UnsafeMutablePointer<Int64>
  ) { whole(values, out) }

  package static func widen(
    _ values: UnsafeBufferPointer<UInt8>, into out: UnsafeMutablePointer<Int64>
  ) { whole(values, out) }

  package static func widen(
    _ values: UnsafeBufferPointer<UInt16>, into out: UnsafeMutablePointer<Int64>
  ) { whole(values, out) }

  package static func widen(
    _ values: UnsafeBufferPointer<UInt32>, into out: UnsafeMutablePointer<Int64>
  ) { whole(values, out) }

  package static func widen(
    _ values: UnsafeBufferPointer<Float>, into out: UnsafeMutablePointer<Double>
  ) {
    guard let value = values.baseAddress else { return }
    for i in 0..<values.count { out[i] = Double(value[i]) }
  }

  @inline(__always)
  private static func whole<T: FixedWidthInteger>(
    _ values: UnsafeBufferPointer<T>, _ out: UnsafeMutablePointer<Int64>
  ) {
    guard let value = values.baseAddress else { return }
    for i in 0..<values.count { out[i] = Int64(truncatingIfNeeded: value[i]) }
  }

  /// Whole numbers as floats, divided by `divisor`: the nearest float of each decimal.
  package static func floats(
    _ values: UnsafeBufferPointer<Int64>, dividedBy divisor: Double,
    into out: UnsafeMutablePointer<Double>
  ) {
    guard let value = values.baseAddress else { return }
    if divisor == 1 {
      for i in 0..<values.count { out[i] = Double(value[i]) }
    } else {
      for i in 0..<values.count { out[i] = Double(value[i]) / divisor }
    }
  }

  /// A word that sorts as the float does: −0 is 0, NaN is above every number and equal to itself.
  package static func floatKeys(
    _ values: UnsafeBufferPointer<Double>, into out: UnsafeMutablePointer<Int64>
  ) {
    guard let value = values.baseAddress else { return }
    for i in 0..<values.count {
      // Adding 0 turns −0 into 0.
      let v = value[i] + 0
      let bits = Int64(bitPattern: v.bitPattern)
      let key = bits ^ Int64(bitPattern: UInt64(bitPattern: bits &>> 63) &>> 1)
      out[i] = v == v ? key : .max
    }
  }
}
