/// Stands for the row of a customer that one side of a join does not have.
package let noRow = UInt32.max

/// Sets the bit of every code; false when a code lies past the bits or stands twice.
package func markCodes(
  _ codes: UnsafeBufferPointer<UInt32>, in words: UnsafeMutableBufferPointer<UInt64>
) -> Bool {
  let limit = words.count &* 64
  var isFine = true
  for code in codes {
    guard Int(code) < limit else { return false }
    let bit = 1 as UInt64 &<< UInt64(code & 63)
    let word = words[Int(code >> 6)]
    isFine = isFine && word & bit == 0
    words[Int(code >> 6)] = word | bit
  }
  return isFine
}

/// Merges two lists of distinct codes that stand in one order into pairs of their rows, `noRow` on the side
/// that has not the code.
///
/// The marks have a bit for every code of their list (`markCodes`); with them one pass is enough although the
/// order itself is not known. The outputs have room for as many pairs as there are codes in either list.
/// False when the lists do not stand in one order; nothing of the outputs counts then.
package func joinRows(
  _ before: UnsafeBufferPointer<UInt32>, _ after: UnsafeBufferPointer<UInt32>,
  beforeMarks: UnsafeBufferPointer<UInt64>, afterMarks: UnsafeBufferPointer<UInt64>,
  beforeRows: UnsafeMutableBufferPointer<UInt32>, afterRows: UnsafeMutableBufferPointer<UInt32>
) -> Bool {
  precondition(beforeMarks.count == afterMarks.count && beforeRows.count == afterRows.count)
  var (i, j, k) = (0, 0, 0)
  func has(_ marks: UnsafeBufferPointer<UInt64>, _ code: UInt32) -> Bool {
    marks[Int(code >> 6)] &>> UInt64(code & 63) & 1 != 0
  }
  while i < before.count || j < after.count {
    guard k < beforeRows.count else { return false }
    if i < before.count, j < after.count, before[i] == after[j] {
      beforeRows[k] = UInt32(truncatingIfNeeded: i)
      afterRows[k] = UInt32(truncatingIfNeeded: j)
      i &+= 1
      j &+= 1
    } else if i < before.count, !has(afterMarks, before[i]) {
      beforeRows[k] = UInt32(truncatingIfNeeded: i)
      afterRows[k] = noRow
      i &+= 1
    } else if j < after.count, !has(beforeMarks, after[j]) {
      beforeRows[k] = noRow
      afterRows[k] = UInt32(truncatingIfNeeded: j)
      j &+= 1
    } else {
      return false
    }
    k &+= 1
  }
  return k == beforeRows.count
}

/// The number of bits that are set in both.
package func countCommonBits(
  _ a: UnsafeBufferPointer<UInt64>, _ b: UnsafeBufferPointer<UInt64>
) -> Int {
  precondition(a.count == b.count)
  var count = 0
  for i in a.indices { count &+= (a[i] & b[i]).nonzeroBitCount }
  return count
}
