extension DescendingOrder {
  /// How many different words there are.
  package var distinctCount: Int {
    var counts = [Int](repeating: 0, count: partCount)
    counts.withUnsafeMutableBufferPointer { counts in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let counts = counts
      Parallel.perform(partCount) { part in
        var count = 0
        self.forEachRun(of: part) { _, _ in count &+= 1 }
        counts[part] = count
      }
    }
    return counts.reduce(0, +)
  }

  /// Writes each row's rank: 1 for the largest; equal words have the same, and the next rank skips them. Rows
  /// that do not count keep what `ranks` holds.
  package func writeRanks(to ranks: UnsafeMutableBufferPointer<Int64>) {
    // SAFETY: every row is in one part only.
    nonisolated(unsafe) let ranks = ranks
    Parallel.perform(partCount) { part in
      var rank: Int64 = 0
      var last: UInt64 = 0
      for i in self.starts[part]..<self.starts[part + 1] {
        let entry = self.entries[i]
        if i == self.starts[part] || entry.key != last {
          rank = Int64(i + 1)
          last = entry.key
        }
        ranks[Int(entry.row)] = rank
      }
    }
  }

  /// Writes what each row and all larger ones, equal ones included, make of the total, 0…1. Whole words below
  /// zero count as zero; where the total is zero every share is 1. Sums are exact.
  package func writeShares(to shares: UnsafeMutableBufferPointer<Double>) {
    var sums = [Int128](repeating: 0, count: partCount)
    sums.withUnsafeMutableBufferPointer { sums in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let sums = sums
      Parallel.perform(partCount) { part in
        var sum: Int128 = 0
        for i in self.starts[part]..<self.starts[part + 1] {
          sum &+= Int128(max(0, DescendingOrder.word(self.entries[i].key)))
        }
        sums[part] = sum
      }
    }
    var before = [Int128](repeating: 0, count: partCount)
    var total: Int128 = 0
    for part in 0..<partCount {
      before[part] = total
      total += sums[part]
    }
    let whole = float(total)
    let firsts = before
    // SAFETY: every row is in one part only.
    nonisolated(unsafe) let shares = shares
    Parallel.perform(partCount) { part in
      var sum = firsts[part]
      self.forEachRun(of: part) { key, rows in
        sum &+= Int128(max(0, DescendingOrder.word(key))) &* Int128(rows.count)
        let share = whole > 0 ? float(sum) / whole : 1
        for i in rows { shares[Int(self.entries[i].row)] = share }
      }
    }
  }

  /// The same where words are the keys of floats (`Widen.floatKeys`); NaN counts as zero. Sums are taken part by
  /// part, each in the order of size, so that they do not depend on the number of threads.
  package func writeFloatShares(to shares: UnsafeMutableBufferPointer<Double>) {
    var sums = [Double](repeating: 0, count: partCount)
    sums.withUnsafeMutableBufferPointer { sums in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let sums = sums
      Parallel.perform(partCount) { part in
        var sum = 0.0
        self.forEachRun(of: part) { key, rows in
          sum += countedFloat(key) * Double(rows.count)
        }
        sums[part] = sum
      }
    }
    var before = [Double](repeating: 0, count: partCount)
    var total = 0.0
    for part in 0..<partCount {
      before[part] = total
      total += sums[part]
    }
    let whole = total
    let firsts = before
    // SAFETY: every row is in one part only.
    nonisolated(unsafe) let shares = shares
    Parallel.perform(partCount) { part in
      var sum = 0.0
      self.forEachRun(of: part) { key, rows in
        sum += countedFloat(key) * Double(rows.count)
        let share = whole > 0 ? min(1, (firsts[part] + sum) / whole) : 1
        for i in rows { shares[Int(self.entries[i].row)] = share }
      }
    }
  }

  /// Calls `body` for every run of equal keys of a part.
  @inline(__always)
  private func forEachRun(of part: Int, _ body: (UInt64, Range<Int>) -> Void) {
    let end = starts[part + 1]
    var start = starts[part]
    while start < end {
      let key = entries[start].key
      var next = start &+ 1
      while next < end, entries[next].key == key { next &+= 1 }
      body(key, start..<next)
      start = next
    }
  }
}

/// The float whose key this is; 0 for what is below zero or no number.
@inline(__always)
private func countedFloat(_ key: UInt64) -> Double {
  let word = DescendingOrder.word(key)
  return word > 0 && word != .max ? Double(bitPattern: UInt64(bitPattern: word)) : 0
}

/// The nearest float; the standard library's generic conversion takes about a microsecond.
private func float(_ value: Int128) -> Double {
  let low = Int64(truncatingIfNeeded: value)
  return Int128(low) == value ? Double(low) : Double(value)
}
