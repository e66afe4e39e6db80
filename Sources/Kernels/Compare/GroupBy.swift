/// Counts and sums by group, for group numbers of one byte.
///
/// Four copies of each accumulator take turns, so that two neighbouring rows of one group do not wait for
/// each other's store. Integers only: the copies do not show in the result.
package enum GroupBy {
  private static let copyCount = 4
  private static let groupCount = 256

  /// Adds 1 to `counts[g]` and `values[i]` to `sums[g]` for every row i whose bit is set in `mask`, g = ids[i].
  ///
  /// `mask` has ⌈ids.count / 64⌉ words, bits past the end 0; `counts` and `sums` have 256 entries. Sums wrap;
  /// the return value is the OR of the values' magnitudes (as v ^ v >> 63): rows · (result + 1) below 2^63
  /// means that no sum wrapped.
  package static func countAndSum(
    _ ids: UnsafeBufferPointer<UInt8>, _ values: UnsafeBufferPointer<Int64>,
    _ mask: UnsafeBufferPointer<UInt64>, counts: UnsafeMutableBufferPointer<Int64>,
    sums: UnsafeMutableBufferPointer<Int64>
  ) -> UInt64 {
    precondition(ids.count == values.count && mask.count == (ids.count + 63) / 64)
    precondition(counts.count == groupCount && sums.count == groupCount)
    var magnitude: Int64 = 0
    withUnsafeTemporaryAllocation(of: SIMD2<Int64>.self, capacity: groupCount * copyCount) {
      cells in
      cells.initialize(repeating: .zero)
      let cell = cells.baseAddress!
      guard let id = ids.baseAddress, let value = values.baseAddress else { return }
      for w in mask.indices {
        var word = mask[w]
        let base = w &* 64
        if word == .max {
          var i = base
          while i < base &+ 64 {
            for copy in 0..<copyCount {
              let v = value[i &+ copy]
              magnitude |= v ^ (v &>> 63)
              cell[Int(id[i &+ copy]) &* copyCount &+ copy] &+= SIMD2(v, 1)
            }
            i &+= copyCount
          }
        } else {
          var copy = 0
          while word != 0 {
            let i = base &+ word.trailingZeroBitCount
            word &= word &- 1
            let v = value[i]
            magnitude |= v ^ (v &>> 63)
            cell[Int(id[i]) &* copyCount &+ copy] &+= SIMD2(v, 1)
            copy = (copy &+ 1) & (copyCount &- 1)
          }
        }
      }
      for g in 0..<groupCount {
        var total = SIMD2<Int64>.zero
        for copy in 0..<copyCount { total &+= cell[g &* copyCount &+ copy] }
        sums[g] &+= total[0]
        counts[g] &+= total[1]
      }
    }
    return UInt64(bitPattern: magnitude)
  }

  /// Adds 1 to `counts[g]` for every row whose bit is set in `mask`; `counts` has 256 entries.
  package static func count(
    _ ids: UnsafeBufferPointer<UInt8>, _ mask: UnsafeBufferPointer<UInt64>,
    counts: UnsafeMutableBufferPointer<Int64>
  ) {
    precondition(mask.count == (ids.count + 63) / 64 && counts.count == groupCount)
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: groupCount * copyCount) { cells in
      cells.initialize(repeating: 0)
      let cell = cells.baseAddress!
      guard let id = ids.baseAddress else { return }
      precondition(ids.count <= Int(UInt32.max), "counts of a call fit 32 bits")
      for w in mask.indices {
        var word = mask[w]
        let base = w &* 64
        if word == .max {
          var i = base
          while i < base &+ 64 {
            for copy in 0..<copyCount {
              cell[copy &* groupCount &+ Int(id[i &+ copy])] &+= 1
            }
            i &+= copyCount
          }
        } else {
          while word != 0 {
            let i = base &+ word.trailingZeroBitCount
            word &= word &- 1
            cell[(i & (copyCount &- 1)) &* groupCount &+ Int(id[i])] &+= 1
          }
        }
      }
      for g in 0..<groupCount {
        for copy in 0..<copyCount { counts[g] &+= Int64(cell[copy &* groupCount &+ g]) }
      }
    }
  }
}
