/// Copies the values whose log-linear bucket has a mark other than 0 to `output`, in order, and their marks to
/// `slots`; returns how many. `output` and `slots` have room for all values.
package func gatherMarked(
  _ values: UnsafeBufferPointer<Int64>, marks: UnsafeBufferPointer<UInt8>,
  into output: UnsafeMutableBufferPointer<Int64>, slots: UnsafeMutableBufferPointer<UInt8>
) -> Int {
  precondition(marks.count == LogLinear.bucketCount)
  precondition(output.count >= values.count && slots.count >= values.count)
  var count = 0
  for value in values {
    let mark = marks[LogLinear.bucket(value)]
    // Few are marked, so that a branch costs less than writing all.
    if mark == 0 { continue }
    output[count] = value
    slots[count] = mark
    count &+= 1
  }
  return count
}

/// As for integers; the values are copied as keys that sort like them (`sortableKey`).
package func gatherMarked(
  _ values: UnsafeBufferPointer<Double>, marks: UnsafeBufferPointer<UInt8>,
  into output: UnsafeMutableBufferPointer<Int64>, slots: UnsafeMutableBufferPointer<UInt8>
) -> Int {
  precondition(marks.count == LogLinear.bucketCount)
  precondition(output.count >= values.count && slots.count >= values.count)
  var count = 0
  for value in values {
    let mark = marks[LogLinear.bucket(value)]
    if mark == 0 { continue }
    output[count] = sortableKey(value)
    slots[count] = mark
    count &+= 1
  }
  return count
}

/// An integer that sorts as the finite Double does; −0 sorts before 0.
@inline(__always)
package func sortableKey(_ value: Double) -> Int64 {
  let bits = Int64(bitPattern: value.bitPattern)
  return bits ^ ((bits >> 63) & Int64.max)
}

/// The Double of a `sortableKey`.
@inline(__always)
package func valueOfSortableKey(_ key: Int64) -> Double {
  Double(bitPattern: UInt64(bitPattern: key ^ ((key >> 63) & Int64.max)))
}
