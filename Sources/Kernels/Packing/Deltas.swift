/// Differences of neighbouring integers, and their running sum back. All arithmetic wraps, so signed columns
/// pass their bit patterns; of values that never fall every difference is right as an unsigned number.
package enum Deltas {
  /// destination[i] = source[i + 1] − source[i]; one element fewer than the source.
  package static func difference(
    _ source: UnsafeBufferPointer<UInt8>, into destination: UnsafeMutableBufferPointer<UInt8>
  ) { differences(source, destination) }
  package static func difference(
    _ source: UnsafeBufferPointer<UInt16>, into destination: UnsafeMutableBufferPointer<UInt16>
  ) { differences(source, destination) }
  package static func difference(
    _ source: UnsafeBufferPointer<UInt32>, into destination: UnsafeMutableBufferPointer<UInt32>
  ) { differences(source, destination) }
  package static func difference(
    _ source: UnsafeBufferPointer<UInt64>, into destination: UnsafeMutableBufferPointer<UInt64>
  ) { differences(source, destination) }

  /// values[i] becomes the sum of values[0...i].
  package static func accumulate(_ values: UnsafeMutableBufferPointer<UInt8>) { sums(values) }
  package static func accumulate(_ values: UnsafeMutableBufferPointer<UInt16>) { sums(values) }
  package static func accumulate(_ values: UnsafeMutableBufferPointer<UInt32>) { sums(values) }
  package static func accumulate(_ values: UnsafeMutableBufferPointer<UInt64>) { sums(values) }
}

@inline(__always)
private func differences<Element: FixedWidthInteger & UnsignedInteger>(
  _ source: UnsafeBufferPointer<Element>, _ destination: UnsafeMutableBufferPointer<Element>
) {
  precondition(
    source.count > 0 && destination.count == source.count - 1, "one difference fewer than values")
  for i in destination.indices { destination[i] = source[i &+ 1] &- source[i] }
}

@inline(__always)
private func sums<Element: FixedWidthInteger & UnsignedInteger>(
  _ values: UnsafeMutableBufferPointer<Element>
) {
  var sum: Element = 0
  for i in values.indices {
    sum &+= values[i]
    values[i] = sum
  }
}
