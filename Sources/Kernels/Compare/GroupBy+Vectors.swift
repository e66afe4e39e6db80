/// Accumulates vectors into groups: group numbers of 32 bits, a bit a row that counts, arrays by group.
///
/// Every group number of a row that counts is below the arrays' count; callers promise it.
extension GroupBy {
  /// ids[i] = ids[i] · size + (codes[i] − least), codes beyond the size brought to its last: one more key in
  /// composite group numbers, which stay below the product of the sizes.
  package static func addDigit(
    _ codes: UnsafeBufferPointer<Int64>, least: Int64, size: Int,
    to ids: UnsafeMutableBufferPointer<UInt32>
  ) {
    precondition(codes.count == ids.count, "a code and a group number for each row")
    guard let code = codes.baseAddress, let id = ids.baseAddress else { return }
    precondition(size > 0, "a key has a code")
    let factor = UInt32(truncatingIfNeeded: size)
    let base = UInt32(truncatingIfNeeded: least)
    for i in 0..<codes.count {
      let digit = UInt32(truncatingIfNeeded: code[i]) &- base
      id[i] = id[i] &* factor &+ (digit < factor ? digit : factor &- 1)
    }
  }

  /// Adds 1 for every row.
  package static func count(
    _ ids: UnsafeBufferPointer<UInt32>, _ mask: UnsafeBufferPointer<UInt64>,
    counts: UnsafeMutablePointer<Int64>
  ) {
    guard let id = ids.baseAddress else { return }
    forEachRow(mask, ids.count) { i in counts[Int(id[i])] &+= 1 }
  }

  /// Adds floats, in the order of rows.
  package static func sum(
    _ ids: UnsafeBufferPointer<UInt32>, _ values: UnsafeBufferPointer<Double>,
    _ mask: UnsafeBufferPointer<UInt64>, counts: UnsafeMutablePointer<Int64>,
    sums: UnsafeMutablePointer<Double>
  ) {
    precondition(ids.count == values.count, "a value and a group number for each row")
    guard let id = ids.baseAddress, let value = values.baseAddress else { return }
    forEachRow(mask, ids.count) { i in
      let g = Int(id[i])
      sums[g] += value[i]
      counts[g] &+= 1
    }
  }

  /// Adds whole numbers exactly.
  package static func sum(
    _ ids: UnsafeBufferPointer<UInt32>, _ values: UnsafeBufferPointer<Int64>,
    _ mask: UnsafeBufferPointer<UInt64>, counts: UnsafeMutablePointer<Int64>,
    sums: UnsafeMutablePointer<Int128>
  ) {
    precondition(ids.count == values.count, "a value and a group number for each row")
    guard let id = ids.baseAddress, let value = values.baseAddress else { return }
    forEachRow(mask, ids.count) { i in
      let g = Int(id[i])
      sums[g] &+= Int128(value[i])
      counts[g] &+= 1
    }
  }

  /// Keeps the smallest or the largest word of each group.
  package static func best(
    _ ids: UnsafeBufferPointer<UInt32>, _ values: UnsafeBufferPointer<Int64>,
    _ mask: UnsafeBufferPointer<UInt64>, isLargest: Bool, counts: UnsafeMutablePointer<Int64>,
    words: UnsafeMutablePointer<Int64>
  ) {
    precondition(ids.count == values.count, "a value and a group number for each row")
    guard let id = ids.baseAddress, let value = values.baseAddress else { return }
    // The smallest complement is the largest value.
    let flip: Int64 = isLargest ? -1 : 0
    forEachRow(mask, ids.count) { i in
      let g = Int(id[i])
      let word = value[i] ^ flip
      let least = counts[g] == 0 ? Int64.max : words[g] ^ flip
      words[g] = (word < least ? word : least) ^ flip
      counts[g] &+= 1
    }
  }

  /// Means and sums of squared differences from them, by Welford's update.
  package static func moments(
    _ ids: UnsafeBufferPointer<UInt32>, _ values: UnsafeBufferPointer<Double>,
    _ mask: UnsafeBufferPointer<UInt64>, counts: UnsafeMutablePointer<Int64>,
    means: UnsafeMutablePointer<Double>, squares: UnsafeMutablePointer<Double>
  ) {
    precondition(ids.count == values.count, "a value and a group number for each row")
    guard let id = ids.baseAddress, let value = values.baseAddress else { return }
    forEachRow(mask, ids.count) { i in
      let g = Int(id[i])
      counts[g] &+= 1
      let difference = value[i] - means[g]
      means[g] += difference / Double(counts[g])
      squares[g] += difference * (value[i] - means[g])
    }
  }

  /// Copies the group numbers and words of the rows that count, in order; returns how many. The outputs have
  /// room for all rows.
  package static func collect(
    _ ids: UnsafeBufferPointer<UInt32>, _ values: UnsafeBufferPointer<Int64>,
    _ mask: UnsafeBufferPointer<UInt64>, counts: UnsafeMutablePointer<Int64>,
    groups: UnsafeMutablePointer<UInt32>, words: UnsafeMutablePointer<Int64>
  ) -> Int {
    precondition(ids.count == values.count, "a value and a group number for each row")
    guard let id = ids.baseAddress, let value = values.baseAddress else { return 0 }
    var at = 0
    forEachRow(mask, ids.count) { i in
      groups[at] = id[i]
      words[at] = value[i]
      counts[Int(id[i])] &+= 1
      at &+= 1
    }
    return at
  }

  @inline(__always)
  private static func forEachRow(
    _ mask: UnsafeBufferPointer<UInt64>, _ count: Int, _ body: (Int) -> Void
  ) {
    precondition(mask.count == (count + 63) / 64, "one word for 64 rows")
    for w in mask.indices {
      var word = mask[w]
      let base = w &* 64
      if word == .max {
        for i in base..<base &+ 64 { body(i) }
      } else {
        while word != 0 {
          body(base &+ word.trailingZeroBitCount)
          word &= word &- 1
        }
      }
    }
  }
}
