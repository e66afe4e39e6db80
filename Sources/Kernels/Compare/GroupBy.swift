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
    guard let id = ids.baseAddress, let value = values.baseAddress else { return 0 }
    var magnitude: Int64 = 0
    withUnsafeTemporaryAllocation(of: SIMD2<Int64>.self, capacity: groupCount * copyCount) {
      cells in
      cells.initialize(repeating: .zero)
      let cell = cells.baseAddress!
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: listCount + 64) { list in
        let rows = list.baseAddress!
        var w = 0
        while w < mask.count {
          if mask[w] == .max {
            let base = w &* 64
            var i = base
            while i < base &+ 64 {
              for copy in 0..<copyCount {
                let v = value[i &+ copy]
                magnitude |= v ^ (v &>> 63)
                cell[Int(id[i &+ copy]) &* copyCount &+ copy] &+= SIMD2(v, 1)
              }
              i &+= copyCount
            }
            w &+= 1
            continue
          }
          // Rows are listed first and read afterwards: the loads then run far ahead of one another, where
          // between the branches of a bit loop each waits for memory in turn.
          var count = 0
          while w < mask.count, mask[w] != .max, count <= listCount - 64 {
            count = append(mask[w], w &* 64, rows, count)
            w &+= 1
          }
          for k in 0..<count {
            let i = Int(rows[k])
            let v = value[i]
            magnitude |= v ^ (v &>> 63)
            cell[Int(id[i]) &* copyCount &+ (k & (copyCount &- 1))] &+= SIMD2(v, 1)
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

  /// Rows listed at a time.
  private static let listCount = 1_024

  /// Appends the rows of a word's ones, four at a time: up to three entries past the end are scratch.
  @inline(__always)
  private static func append(
    _ word: UInt64, _ base: Int, _ rows: UnsafeMutablePointer<UInt32>, _ count: Int
  ) -> Int {
    var rest = word
    let total = word.nonzeroBitCount
    var at = rows + count
    let start = UInt32(truncatingIfNeeded: base)
    var done = 0
    while done < total {
      for k in 0..<4 {
        at[k] = start &+ UInt32(truncatingIfNeeded: rest.trailingZeroBitCount)
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
