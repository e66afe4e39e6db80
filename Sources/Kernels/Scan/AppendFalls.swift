#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Adds the numbers of the ids among `rows` that are not after the id before them in byte order; id 0 never is one.
///
/// Ids of one length from 8 to 16 bytes, the usual case, are compared as two words: their first eight bytes and
/// their last.
package func appendFalls(
  _ offsets: UnsafeBufferPointer<UInt32>, _ bytes: UnsafeBufferPointer<UInt8>, _ rows: Range<Int>,
  to falls: inout [Int]
) {
  precondition(rows.upperBound < offsets.count, "an id has an end")
  let first = max(rows.lowerBound, 1)
  guard first < rows.upperBound else { return }
  let text = UnsafeRawPointer(bytes.baseAddress!)
  let length = Int(offsets[first]) - Int(offsets[first - 1])
  if (8...16).contains(length), areOfLength(length, offsets, first - 1..<rows.upperBound) {
    var start = Int(offsets[first - 1])
    var previous = endWords(text, start, length)
    for row in first..<rows.upperBound {
      start &+= length
      let own = endWords(text, start, length)
      let isRising =
        (previous.0 < own.0) != ((previous.0 == own.0) && (previous.1 < own.1))
      if !isRising { falls.append(row) }
      previous = own
    }
    return
  }
  for row in first..<rows.upperBound {
    let (left, right) = (Int(offsets[row - 1]), Int(offsets[row]))
    let (leftCount, rightCount) = (right - left, Int(offsets[row + 1]) - right)
    let order = memcmp(text + left, text + right, min(leftCount, rightCount))
    if order > 0 || (order == 0 && leftCount >= rightCount) { falls.append(row) }
  }
}

/// Whether all these strings are of one length.
private func areOfLength(
  _ length: Int, _ offsets: UnsafeBufferPointer<UInt32>, _ rows: Range<Int>
) -> Bool {
  let length = UInt32(truncatingIfNeeded: length)
  var difference: UInt32 = 0
  for row in rows { difference |= (offsets[row &+ 1] &- offsets[row]) ^ length }
  return difference == 0
}

/// The first and the last eight bytes of an id that has as many, in the order of strings.
@inline(__always)
private func endWords(_ text: UnsafeRawPointer, _ start: Int, _ length: Int) -> (UInt64, UInt64) {
  (
    text.loadUnaligned(fromByteOffset: start, as: UInt64.self).bigEndian,
    text.loadUnaligned(fromByteOffset: start &+ length &- 8, as: UInt64.self).bigEndian
  )
}
