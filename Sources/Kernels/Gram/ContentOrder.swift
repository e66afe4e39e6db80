/// The order of rows by what is in them, wherever they stood before.
///
/// Sums of floats depend on the order of what is added. Rows that were brought into this order first give the same
/// bytes for the same rows, however they came.
package enum ContentOrder {
  /// The rows' numbers, by rising 64-bit hash of their content: `floats` from column `firstColumn` on, whose element
  /// (row, column) stands at `column * columnStride + row`, then `doubles`.
  ///
  /// Rows of equal content stay together in the order in which they stood: one cannot tell. Two rows of different
  /// content share a hash with a probability of 2⁻⁶⁴, 3e-8 that any two of a million do. Cost: one pass over the
  /// columns and four over the hashes; 24 bytes a row.
  package static func rows(
    _ floats: UnsafeBufferPointer<Float>, columnStride: Int, columns: Range<Int>,
    doubles: [UnsafeBufferPointer<Double>], rowCount: Int
  ) -> [Int] {
    precondition(columnStride >= rowCount && doubles.allSatisfy { $0.count == rowCount })
    precondition(
      columns.isEmpty || floats.count >= (columns.upperBound - 1) * columnStride + rowCount)
    if rowCount == 0 { return [] }
    var hashes = [UInt64](repeating: 0x9e37_79b9_7f4a_7c15, count: rowCount)
    hashes.withUnsafeMutableBufferPointer {
      hash(floats, columnStride, columns, doubles, into: $0)
    }
    // The upper bits of a hash and the row in one key; rows whose upper bits agree are told apart below.
    let rowBitCount = max(1, Int.bitWidth - (rowCount - 1).leadingZeroBitCount)
    let mask = (UInt64(1) << UInt64(rowBitCount)) - 1
    var keys = hashes.enumerated().map { $0.element & ~mask | UInt64($0.offset) }
    var scratch = [UInt64](repeating: 0, count: rowCount)
    var order = keys.withUnsafeMutableBufferPointer { keys in
      scratch.withUnsafeMutableBufferPointer { scratch in
        KeySort.sort(keys, scratch: scratch, startBit: rowBitCount, bitCount: 64)
          .map { Int($0 & mask) }
      }
    }
    var start = 0
    while start < rowCount {
      var end = start + 1
      let upper = hashes[order[start]] & ~mask
      var isEqual = true
      while end < rowCount, hashes[order[end]] & ~mask == upper {
        isEqual = isEqual && hashes[order[end]] == hashes[order[start]]
        end += 1
      }
      if !isEqual { order[start..<end].sort { (hashes[$0], $0) < (hashes[$1], $1) } }
      start = end
    }
    return order
  }

  private static func hash(
    _ floats: UnsafeBufferPointer<Float>, _ columnStride: Int, _ columns: Range<Int>,
    _ doubles: [UnsafeBufferPointer<Double>], into hashes: UnsafeMutableBufferPointer<UInt64>
  ) {
    // SAFETY: each chunk writes its own rows' hashes.
    nonisolated(unsafe) let (floats, doubles, hashes) = (floats, doubles, hashes)
    Parallel.forEachChunk(of: hashes.count) { _, rows in
      for column in columns {
        let start = column * columnStride
        for row in rows { hashes[row] = mixed(hashes[row], UInt64(floats[start + row].bitPattern)) }
      }
      for column in doubles {
        for row in rows { hashes[row] = mixed(hashes[row], column[row].bitPattern) }
      }
    }
  }

  /// A hash and a value made one: the finaliser of MurmurHash3.
  @inline(__always)
  private static func mixed(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    var h = hash &+ value &* 0x9e37_79b9_7f4a_7c15
    h = (h ^ (h >> 33)) &* 0xff51_afd7_ed55_8ccd
    h = (h ^ (h >> 33)) &* 0xc4ce_b9fe_1a85_ec53
    return h ^ (h >> 33)
  }
}

/// The sum of finite numbers, the same bytes in whatever order they stand: each is rounded to a 2⁻⁶² part of the
/// largest, and the parts are added as whole numbers. Absolute error below count × largest × 2⁻⁶².
package func sumInAnyOrder(_ values: [Double]) -> Double {
  var largest = 0.0
  for value in values { largest = max(largest, abs(value)) }
  guard largest > 0, largest.isFinite else { return largest }
  // A power of two, so that only the rounding to whole numbers loses anything.
  let exponent = max(-1_000, largest.exponent)
  let (down, up) = (Double(sign: .plus, exponent: -exponent, significand: 1), 0x1p61)
  var sum: Int128 = 0
  for value in values { sum += Int128(Int64((value * down * up).rounded())) }
  return Double(sum) / up / down
}
