/// Least and greatest value of a run of integers, and whether they never fall: what the choice of an
/// encoding and the zone map of a block need to know.
package enum IntegerBounds {
  package static func find(
    in values: UnsafeBufferPointer<Int8>
  ) -> (minimum: Int8, maximum: Int8) { bounds(values) }
  package static func find(
    in values: UnsafeBufferPointer<Int16>
  ) -> (minimum: Int16, maximum: Int16) { bounds(values) }
  package static func find(
    in values: UnsafeBufferPointer<Int32>
  ) -> (minimum: Int32, maximum: Int32) { bounds(values) }
  package static func find(
    in values: UnsafeBufferPointer<Int64>
  ) -> (minimum: Int64, maximum: Int64) { bounds(values) }
  package static func find(
    in values: UnsafeBufferPointer<UInt8>
  ) -> (minimum: UInt8, maximum: UInt8) { bounds(values) }
  package static func find(
    in values: UnsafeBufferPointer<UInt16>
  ) -> (minimum: UInt16, maximum: UInt16) { bounds(values) }
  package static func find(
    in values: UnsafeBufferPointer<UInt32>
  ) -> (minimum: UInt32, maximum: UInt32) { bounds(values) }
  package static func find(
    in values: UnsafeBufferPointer<UInt64>
  ) -> (minimum: UInt64, maximum: UInt64) { bounds(values) }

  package static func isRising(_ values: UnsafeBufferPointer<Int8>) -> Bool { rising(values) }
  package static func isRising(_ values: UnsafeBufferPointer<Int16>) -> Bool { rising(values) }
  package static func isRising(_ values: UnsafeBufferPointer<Int32>) -> Bool { rising(values) }
  package static func isRising(_ values: UnsafeBufferPointer<Int64>) -> Bool { rising(values) }
  package static func isRising(_ values: UnsafeBufferPointer<UInt8>) -> Bool { rising(values) }
  package static func isRising(_ values: UnsafeBufferPointer<UInt16>) -> Bool { rising(values) }
  package static func isRising(_ values: UnsafeBufferPointer<UInt32>) -> Bool { rising(values) }
}

/// (0, 0) when there are no values.
@inline(__always)
private func bounds<Element: FixedWidthInteger>(
  _ values: UnsafeBufferPointer<Element>
) -> (minimum: Element, maximum: Element) {
  guard let first = values.first else { return (0, 0) }
  var minimum = first
  var maximum = first
  for value in values {
    minimum = value < minimum ? value : minimum
    maximum = value > maximum ? value : maximum
  }
  return (minimum, maximum)
}

/// Whether no value is below the one before it. Looks at 256 values between checks, so that unsorted data,
/// the usual case, is left at once.
@inline(__always)
private func rising<Element: FixedWidthInteger>(_ values: UnsafeBufferPointer<Element>) -> Bool {
  guard let base = values.baseAddress else { return true }
  var i = 1
  while i < values.count {
    let end = min(i &+ 256, values.count)
    var falls: Element = 0
    for k in i..<end { falls |= base[k] < base[k &- 1] ? 1 : 0 }
    if falls != 0 { return false }
    i = end
  }
  return true
}
