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
    var row = first
    while row < rows.upperBound {
      // Runs without a fall, the rule, are passed without a branch an id.
      let end = min(row + 256, rows.upperBound)
      if !risesThrough(text, start, length, end - row) {
        var previous = endWords(text, start, length)
        for own in row..<end {
          let words = endWords(text, start + (own - row + 1) * length, length)
          if previous >= words { falls.append(own) }
          previous = words
        }
      }
      start += (end - row) * length
      row = end
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

/// Whether each of `count` ids is after the one before it, the first of which starts at `start`.
@inline(__always)
private func risesThrough(
  _ text: UnsafeRawPointer, _ start: Int, _ length: Int, _ count: Int
) -> Bool {
  var start = start
  var previous = endWords(text, start, length)
  var falls = 0
  for _ in 0..<count {
    start &+= length
    let own = endWords(text, start, length)
    // previous − own as numbers of 128 bits: below 0 where own is after previous.
    let low = previous.1.subtractingReportingOverflow(own.1)
    let isFirstBefore = previous.0 < own.0
    let isBefore = isFirstBefore != (previous.0 == own.0 && low.overflow)
    falls |= isBefore ? 0 : 1
    previous = own
  }
  return falls == 0
}
