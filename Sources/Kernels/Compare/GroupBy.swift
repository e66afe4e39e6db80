import CPlatform

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
    guard let id = ids.baseAddress, let value = values.baseAddress, let mask = mask.baseAddress
    else { return 0 }
    let wordCount = (ids.count + 63) / 64
    return withUnsafeTemporaryAllocation(of: SIMD2<Int64>.self, capacity: groupCount * copyCount) {
      cells in
      cells.initialize(repeating: .zero)
      let cell = cells.baseAddress!
      let magnitude = withUnsafeTemporaryAllocation(of: UInt32.self, capacity: listCount + 64) {
        accumulate(id, value, mask, wordCount, cell, $0.baseAddress!)
      }
      for g in 0..<groupCount {
        let c = cell + g &* copyCount
        let total = c[0] &+ c[1] &+ c[2] &+ c[3]
        sums[g] &+= total[0]
        counts[g] &+= total[1]
      }
      return magnitude
    }
  }

  /// The loop of `countAndSum`, all state in registers. Whole words of ones are read straight through. Rows of
  /// other words are listed first and read afterwards: the loads then run far ahead of one another, where
  /// between the branches of a bit loop each waits for memory in turn.
  private static func accumulate(
    _ id: UnsafePointer<UInt8>, _ value: UnsafePointer<Int64>, _ mask: UnsafePointer<UInt64>,
    _ wordCount: Int, _ cell: UnsafeMutablePointer<SIMD2<Int64>>,
    _ rows: UnsafeMutablePointer<UInt32>
  ) -> UInt64 {
    var magnitude: Int64 = 0
    var w = 0
    while w < wordCount {
      if mask[w] == .max {
        var i = w &* 64
        let end = i &+ 64
        while i < end {
          let v0 = value[i]
          let v1 = value[i &+ 1]
          let v2 = value[i &+ 2]
          let v3 = value[i &+ 3]
          cell[Int(id[i]) &* 4] &+= SIMD2(v0, 1)
          cell[Int(id[i &+ 1]) &* 4 &+ 1] &+= SIMD2(v1, 1)
          cell[Int(id[i &+ 2]) &* 4 &+ 2] &+= SIMD2(v2, 1)
          cell[Int(id[i &+ 3]) &* 4 &+ 3] &+= SIMD2(v3, 1)
          magnitude |= (v0 ^ (v0 &>> 63)) | (v1 ^ (v1 &>> 63))
          magnitude |= (v2 ^ (v2 &>> 63)) | (v3 ^ (v3 &>> 63))
          i &+= 4
        }
        w &+= 1
        continue
      }
      var count = 0
      while w < wordCount, mask[w] != .max, count <= listCount &- 64 {
        count = append(mask[w], w &* 64, rows, count, value)
        w &+= 1
      }
      for k in 0..<count {
        let i = Int(rows[k])
        let v = value[i]
        magnitude |= v ^ (v &>> 63)
        cell[Int(id[i]) &* 4 &+ (k & 3)] &+= SIMD2(v, 1)
      }
    }
    return UInt64(bitPattern: magnitude)
  }

  /// Rows listed at a time.
  private static let listCount = 512

  /// Appends the rows of a word's ones, four at a time: up to three entries past the end are scratch.
  @inline(__always)
  private static func append(
    _ word: UInt64, _ base: Int, _ rows: UnsafeMutablePointer<UInt32>, _ count: Int,
    _ value: UnsafePointer<Int64>
  ) -> Int {
    var rest = word
    let total = word.nonzeroBitCount
    var at = rows + count
    let start = UInt32(truncatingIfNeeded: base)
    var done = 0
    while done < total {
      for k in 0..<4 {
        let row = rest.trailingZeroBitCount
        at[k] = start &+ UInt32(truncatingIfNeeded: row)
        strata_prefetch(value + base + row)
        rest &= rest &- 1
      }
      at += 4
      done &+= 4
    }
    return count &+ total
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

  /// Sum and number of the values whose bit is set in `mask`, and the OR of their magnitudes as in
  /// `countAndSum`; the sum wraps.
  package static func sum(
    _ values: UnsafeBufferPointer<Int64>, _ mask: UnsafeBufferPointer<UInt64>
  ) -> (sum: Int64, count: Int64, magnitude: UInt64) {
    precondition(mask.count == (values.count + 63) / 64, "one word for 64 rows")
    guard let value = values.baseAddress else { return (0, 0, 0) }
    var total: Int64 = 0
    var count: Int64 = 0
    var magnitude: Int64 = 0
    for w in mask.indices {
      var word = mask[w]
      let base = w &* 64
      count &+= Int64(word.nonzeroBitCount)
      if word == .max {
        for i in base..<base &+ 64 {
          let v = value[i]
          magnitude |= v ^ (v &>> 63)
          total &+= v
        }
      } else {
        while word != 0 {
          let v = value[base &+ word.trailingZeroBitCount]
          word &= word &- 1
          magnitude |= v ^ (v &>> 63)
          total &+= v
        }
      }
    }
    return (total, count, UInt64(bitPattern: magnitude))
  }

  /// ids[i] = ids[i] · size + (codes[i] − least), wrapping: one more key in composite group numbers.
  package static func addDigit(
    _ codes: UnsafeBufferPointer<UInt8>, least: UInt8, size: UInt8,
    to ids: UnsafeMutableBufferPointer<UInt8>
  ) {
    precondition(codes.count == ids.count, "a code and a group number for each row")
    for i in 0..<ids.count { ids[i] = ids[i] &* size &+ (codes[i] &- least) }
  }
}
