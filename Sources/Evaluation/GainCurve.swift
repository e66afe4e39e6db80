/// Spend of the best so many customers, as a line through the ends of bins of customers in rank order.
///
/// Between two ends the line is straight: that is the mean over all orders of the customers between, so that a
/// tie is averaged and never broken by luck.
package struct GainCurve: Sendable {
  /// Customers (or their weights) and spend of each bin, best first.
  let counts: [Double]
  let spend: [Double]

  init(counts: [Double], spend: [Double]) {
    self.counts = counts
    self.spend = spend
  }

  /// One bin a tie: exact.
  package init(_ ranking: Ranking, spend: [Double]) {
    var counts: [Double] = []
    let sums = [Double](unsafeUninitializedCapacity: ranking.tieCount) { sums, initialized in
      let (order, spend) = (ranking.order.span, spend.span)
      var start = 0
      for tie in 0..<ranking.tieCount {
        let end = ranking.tieStarts[tie + 1]
        var sum = 0.0
        for place in start..<end { sum += spend[Int(order[place])] }
        sums[tie] = sum
        start = end
      }
      initialized = ranking.tieCount
    }
    counts.reserveCapacity(ranking.tieCount)
    for tie in 0..<ranking.tieCount {
      counts.append(Double(ranking.tieStarts[tie + 1] - ranking.tieStarts[tie]))
    }
    self.init(counts: counts, spend: sums)
  }

  /// Spend of the best `count` customers, expected over orders within ties.
  package func spend(ofTop count: Double) -> Double {
    var left = count
    var sum = 0.0
    for bin in counts.indices where counts[bin] > 0 {
      if left <= counts[bin] { return sum + spend[bin] * max(0, left) / counts[bin] }
      left -= counts[bin]
      sum += spend[bin]
    }
    return sum
  }

  /// Share of all spend in the best `share` of customers; nil when the spend is not positive.
  package func topShare(_ share: Double) -> Double? {
    let (count, total) = (counts.reduce(0, +), spend.reduce(0, +))
    return total > 0 && count > 0 ? spend(ofTop: share * count) / total : nil
  }

  /// Area between the curve and the diagonal, in shares of customers and spend; nil when the spend is not
  /// positive. Divided by that of the perfect ranking it is the relative Gini coefficient.
  package var area: Double? {
    let (count, total) = (counts.reduce(0, +), spend.reduce(0, +))
    guard count > 0, total > 0 else { return nil }
    var (sum, twice) = (0.0, 0.0)
    for bin in counts.indices {
      twice += counts[bin] * (2 * sum + spend[bin])
      sum += spend[bin]
    }
    return twice / (2 * count * total) - 0.5
  }
}
