/// Customers with a repeat purchase and positive repeat spend, by x and then by row.
package enum SpendKeys {
  /// Bits of a key that hold the row; x stands above them.
  package static let rowBitCount = 32

  /// Writes x << 32 | row of each usable customer, in the rows' order; returns how many there are.
  ///
  /// `keys` has a place for every row. The repeat spend of a row is its total less that of its first day.
  package static func fill(
    _ keys: UnsafeMutableBufferPointer<UInt64>, purchaseDays: UnsafeBufferPointer<Int32>,
    totals: UnsafeBufferPointer<Int64>, firstDayTotals: UnsafeBufferPointer<Int64>
  ) -> Int {
    let count = purchaseDays.count
    precondition(totals.count == count && firstDayTotals.count == count && keys.count == count)
    precondition(count <= Int(UInt32.max), "rows fit 32 bits")
    // SAFETY: each chunk writes the keys from its own start, known from the chunks before it.
    nonisolated(unsafe) let (days, totals, first) = (purchaseDays, totals, firstDayTotals)
    nonisolated(unsafe) let keys = keys
    let chunkCount = Parallel.chunkCount(of: count)
    let startBuffer = UnsafeMutableBufferPointer<Int>.allocate(capacity: chunkCount + 1)
    defer { startBuffer.deallocate() }
    nonisolated(unsafe) let starts = startBuffer
    starts.initialize(repeating: 0)
    Parallel.forEachChunk(of: count) { chunk, rows in
      var usable = 0
      for row in rows where days[row] > 1 && totals[row] &- first[row] > 0 { usable += 1 }
      starts[chunk + 1] = usable
    }
    for chunk in 0..<chunkCount { starts[chunk + 1] += starts[chunk] }
    Parallel.forEachChunk(of: count) { chunk, rows in
      var at = starts[chunk]
      for row in rows where days[row] > 1 && totals[row] &- first[row] > 0 {
        keys[at] = UInt64(UInt32(days[row] - 1)) << UInt64(rowBitCount) | UInt64(row)
        at += 1
      }
    }
    return starts[chunkCount]
  }

  /// The repeat spend of each key's row, in currency.
  package static func gather(
    _ result: UnsafeMutableBufferPointer<Double>, keys: UnsafeBufferPointer<UInt64>,
    totals: UnsafeBufferPointer<Int64>, firstDayTotals: UnsafeBufferPointer<Int64>,
    unitsPerOne: Double
  ) {
    precondition(result.count == keys.count, "one spend a key")
    // SAFETY: each chunk writes its own rows of the result.
    nonisolated(unsafe) let (totals, first, keys) = (totals, firstDayTotals, keys)
    nonisolated(unsafe) let result = result
    Parallel.forEachChunk(of: keys.count) { _, rows in
      for at in rows {
        let row = Int(UInt32(truncatingIfNeeded: keys[at]))
        result[at] = Double(totals[row] &- first[row]) / unitsPerOne
      }
    }
  }
}

/// Sums over customers of one x: w, w z, w z², w ln z.
package struct SpendMoments: Sendable {
  package var weight = 0.0
  package var total = 0.0
  package var square = 0.0
  package var logarithm = 0.0

  package init() {}
}

extension SpendKernel {
  /// The moments of each segment, in their order.
  package static func moments(
    totals: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>?,
    segments: [Range<Int>]
  ) -> [SpendMoments] {
    // SAFETY: the tasks read shared memory and each writes its own element.
    nonisolated(unsafe) let (totals, weights) = (totals, weights)
    return [SpendMoments](unsafeUninitializedCapacity: segments.count) { buffer, count in
      nonisolated(unsafe) let buffer = buffer
      Parallel.perform(segments.count) { task in
        var moments = SpendMoments()
        var (total, square, logarithm) = (Vector.zero, Vector.zero, Vector.zero)
        var row = segments[task].lowerBound
        while row < segments[task].upperBound {
          let count = min(laneCount, segments[task].upperBound - row)
          var (z, w) = (Vector(repeating: 1), Vector.zero)
          for j in 0..<count {
            z[j] = totals[row + j]
            w[j] = weights?[row + j] ?? 1
            moments.weight += w[j]
          }
          total = total.addingProduct(w, z)
          square = square.addingProduct(w * z, z)
          logarithm = logarithm.addingProduct(w, vectorLog(z))
          row += count
        }
        moments.total = laneSum(total)
        moments.square = laneSum(square)
        moments.logarithm = laneSum(logarithm)
        buffer.initializeElement(at: task, to: moments)
      }
      count = segments.count
    }
  }
}
