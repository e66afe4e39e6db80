package import Columns
import Kernels

/// The values of one measure, in the order of the groups' rows; more is better.
///
/// Recency is held as the last day, not as days since: the more recent, the larger, so that all three measures
/// are scored alike. Its cuts are turned into days and back.
struct MeasureValues {
  enum Values {
    case days(AlignedBuffer<Int32>)
    case counts(AlignedBuffer<Int32>)
    /// Totals or means, in units of 10⁻⁴.
    case money(AlignedBuffer<Int64>)
  }

  let measure: RFMMeasure
  let values: Values
  let asOf: Int64

  init(
    _ measure: RFMMeasure, _ summary: CustomerSummary, _ options: RFMOptions, _ groups: RowGroups
  ) {
    self.measure = measure
    asOf = Int64(summary.asOf)
    switch measure {
    case .recency: values = .days(groups.gather(summary.lastDays))
    case .frequency:
      let counts = options.frequency == .orders ? summary.orders : summary.purchaseDays
      values = .counts(groups.gather(counts))
    case .monetary:
      let totals = groups.gather(summary.monetaryTotals)
      guard options.monetary == .mean else {
        values = .money(totals)
        return
      }
      let orders = groups.gather(summary.orders)
      values = .money(meanAmountsInParallel(totals, orders: orders))
    }
  }

  /// Cuts at the j/bins quantiles (type 7), rising; for recency in days since the last purchase.
  func quantileCuts(_ range: Range<Int>, bins: Int) -> [RFMCut] {
    let last = range.count - 1
    // Position (N − 1)·j/bins = position + numerator/bins; the value there lies between two neighbours.
    let places = (1..<bins).map { j in (position: last * j / bins, numerator: last * j % bins) }
    let neighbours = places.map { ($0.position, min($0.position + 1, last)) }
    func integerCuts(_ found: [(Int64, Int64)]) -> [RFMCut] {
      zip(places, found).map { place, pair in
        .integer(
          lower: pair.0, upper: pair.1, numerator: place.numerator, denominator: bins)
      }
    }
    switch values {
    case .days(let days):
      // Rank k of days since the last purchase is rank N − 1 − k of the last days.
      let mirrored = neighbours.reversed().map { (last - $0.1, last - $0.0) }
      let found = valuesOfPairs(mirrored) {
        OrderStatistics.values(of: slice(days, range), ranks: $0)
      }
      return integerCuts(
        found.reversed().map { (asOf - Int64($0.1), asOf - Int64($0.0)) })
    case .counts(let counts):
      let found = valuesOfPairs(neighbours) {
        OrderStatistics.values(of: slice(counts, range), ranks: $0)
      }
      return integerCuts(found.map { (Int64($0.0), Int64($0.1)) })
    case .money(let money):
      return integerCuts(
        valuesOfPairs(neighbours) { OrderStatistics.values(of: slice(money, range), ranks: $0) })
    }
  }

  /// 1 + the number of cuts below the value; for recency the number of bins minus that number. Returns how many
  /// have each score from 1 to `bins`.
  func score(
    _ range: Range<Int>, cuts: [RFMCut], bins: Int,
    into scores: UnsafeMutableBufferPointer<UInt8>
  ) -> [Int] {
    let thresholds = cuts.map { cut in
      // days > cut ⇔ last day < asOf − floor, so a last day gains a point when it is above asOf − floor − 1.
      measure == .recency ? asOf - cut.floor - 1 : cut.floor
    }
    return scoreCounts(of: range.count, bins: bins) { rows, counts in
      let part = range.lowerBound + rows.lowerBound..<range.lowerBound + rows.upperBound
      let output = UnsafeMutableBufferPointer(rebasing: scores[rows])
      switch values {
      case .days(let values), .counts(let values):
        scoreValues(
          slice(values, part), thresholds: thresholds.map { Int32(clamping: $0) }, into: output)
      case .money(let values):
        scoreValues(slice(values, part), thresholds: thresholds, into: output)
      }
      // While the scores are warm.
      countBytes(UnsafeBufferPointer(output), into: counts)
    }
  }

  /// The values at pairs of ranks, which may overlap and repeat: asked for once each, in rising order.
  func valuesOfPairs<Value>(
    _ pairs: [(Int, Int)], _ select: (_ ranks: [Int]) -> [Value]
  ) -> [(Value, Value)] {
    let ranks = Set(pairs.flatMap { [$0.0, $0.1] }).sorted()
    let found = Dictionary(uniqueKeysWithValues: zip(ranks, select(ranks)))
    return pairs.map { (found[$0.0]!, found[$0.1]!) }
  }

  func slice<Element>(
    _ buffer: AlignedBuffer<Element>, _ range: Range<Int>
  ) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(rebasing: buffer.pointer[range])
  }
}

/// The mean amount an order of each customer, as the column `monetary_mean` has it.
package func meanAmountsInParallel(
  _ totals: AlignedBuffer<Int64>, orders: AlignedBuffer<Int32>
) -> AlignedBuffer<Int64> {
  precondition(totals.count == orders.count, "a number of orders a total")
  return AlignedBuffer<Int64>(count: totals.count) { means in
    // SAFETY: every chunk writes its own rows.
    nonisolated(unsafe) let means = means
    Parallel.forEachChunk(of: totals.count) { _, rows in
      meanAmounts(
        UnsafeBufferPointer(rebasing: totals.pointer[rows]),
        UnsafeBufferPointer(rebasing: orders.pointer[rows]),
        into: UnsafeMutableBufferPointer(rebasing: means[rows]))
    }
  }
}
