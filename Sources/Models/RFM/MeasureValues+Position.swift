import Columns
import Kernels

extension MeasureValues {
  /// Scores as SQL's `ntile(bins) over (order by value, tie)`: the first N mod bins bins have one row more.
  ///
  /// `tie` gives the order of rows of equal value by their place. Only the rows whose value stands where two
  /// bins meet are sorted. Returns a cut a boundary, rising (for recency in days); a bin without rows repeats
  /// the cut before it.
  func scoreByPosition(
    _ range: Range<Int>, bins: Int, into scores: UnsafeMutableBufferPointer<UInt8>,
    tie: (_ place: Int) -> Int
  ) -> [RFMCut] {
    let keys = sortKeys(range)
    return withExtendedLifetime(keys) {
      score(keys.pointer, bins: bins, into: scores) { tie(range.lowerBound + $0) }
    }
  }

  private func score(
    _ keys: UnsafeBufferPointer<Int64>, bins: Int,
    into scores: UnsafeMutableBufferPointer<UInt8>, tie: (_ place: Int) -> Int
  ) -> [RFMCut] {
    let count = keys.count
    // Bin k (from 0) starts at sorted position k·⌊N/bins⌋ + min(k, N mod bins); past the end it has no rows.
    let starts = (1..<bins).map { min($0 * (count / bins) + min($0, count % bins), count) }
    let inside = starts.filter { $0 < count }
    let boundaries = OrderStatistics.values(of: keys, ranks: inside)
    // Strictly above a boundary's value is above the boundary.
    Parallel.forEachChunk(of: count) { _, rows in
      scoreValues(
        UnsafeBufferPointer(rebasing: keys[rows]), thresholds: boundaries,
        into: UnsafeMutableBufferPointer(rebasing: scores[rows]))
    }
    // Rows of a boundary's own value: by their position, which is that of the first of them plus their place
    // among them in tie order.
    let distinct = Set(boundaries).sorted()
    Parallel.perform(distinct.count) { i in
      let boundary = distinct[i]
      var below = 0
      var tied: [(tie: Int, place: Int)] = []
      for place in keys.indices {
        let key = keys[place]
        if key < boundary { below += 1 }
        if key == boundary { tied.append((tie(place), place)) }
      }
      if !zip(tied, tied.dropFirst()).allSatisfy({ $0.tie <= $1.tie }) {
        tied.sort { $0.tie < $1.tie }
      }
      for (k, row) in tied.enumerated() {
        let position = below + k
        scores[row.place] = 1 + UInt8(inside.count { position >= $0 })
      }
    }
    return boundaryCuts(keys, starts: starts)
  }

  /// The last value of one bin and the first of the next, for each boundary.
  private func boundaryCuts(
    _ keys: UnsafeBufferPointer<Int64>, starts: [Int]
  ) -> [RFMCut] {
    let ranks = starts.map { (max(0, $0 - 1), min($0, keys.count - 1)) }
    let pairs = valuesOfPairs(ranks) { OrderStatistics.values(of: keys, ranks: $0) }
    switch values {
    case .days:
      return pairs.reversed().map {
        .integer(lower: asOf - $0.1, upper: asOf - $0.0, numerator: 0, denominator: 1)
      }
    case .counts, .money:
      return pairs.map { .integer(lower: $0.0, upper: $0.1, numerator: 0, denominator: 1) }
    }
  }

  /// The values as integers that sort like them.
  private func sortKeys(_ range: Range<Int>) -> AlignedBuffer<Int64> {
    AlignedBuffer<Int64>(count: range.count) { keys in
      // SAFETY: every chunk writes its own rows.
      nonisolated(unsafe) let keys = keys
      Parallel.forEachChunk(of: range.count) { _, rows in
        switch values {
        case .days(let values), .counts(let values):
          let part = slice(values, range)
          for i in rows { keys[i] = Int64(part[i]) }
        case .money(let values):
          let part = slice(values, range)
          for i in rows { keys[i] = part[i] }
        }
      }
    }
  }
}
