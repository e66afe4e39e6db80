import Kernels

/// A paired bootstrap over customers: the same draws for every strategy, so that differences are compared on
/// the same customers.
///
/// Customers are dealt at random into at most `groupCountMax` groups, equal in size but for one customer, and
/// groups are drawn with replacement. Up to that many customers it is the ordinary bootstrap; above it the
/// spread of a mean has the same expectation, with a relative standard error of 1/√(2 · groups), 1.6%, beside
/// the 2.2% that 1,000 draws have anyway. What it gains is that all draws of a strategy are one matrix product.
package struct Bootstrap: Sendable {
  package static let groupCountMax = 2_048
  /// Bins of customers in rank order, at most; a curve is straight between their ends.
  static let binCountMax = 200

  package let drawCount: Int
  let groupCount: Int
  /// The group of each customer.
  let groups: [UInt16]
  /// `drawCount × groupCount`: how often each group was drawn.
  let weights: [Float]

  package init(customerCount: Int, drawCount: Int = 1_000, seed: UInt64) {
    self.drawCount = max(1, drawCount)
    let groupCount = max(1, min(Bootstrap.groupCountMax, customerCount))
    self.groupCount = groupCount
    var random = RandomStream(seed: seed, stream: 0)
    var places = Array(0..<UInt32(customerCount))
    for i in stride(from: customerCount - 1, to: 0, by: -1) {
      places.swapAt(i, random.nextIndex(below: i + 1))
    }
    groups = places.map { UInt16(Int($0) % groupCount) }
    var weights = [Float](repeating: 0, count: self.drawCount * groupCount)
    for draw in 0..<self.drawCount {
      var random = RandomStream(seed: seed, stream: UInt64(draw + 1))
      for _ in 0..<groupCount {
        weights[draw * groupCount + random.nextIndex(below: groupCount)] += 1
      }
    }
    self.weights = weights
  }

  /// The gain curve of every draw.
  package func curves(_ ranking: Ranking, spend: [Double]) -> [GainCurve] {
    let ends = Bootstrap.binEnds(ranking)
    let binCount = ends.count
    var values = [Float](repeating: 0, count: groupCount * 2 * binCount)
    var start = 0
    for (bin, end) in ends.enumerated() {
      for place in start..<end {
        let row = Int(ranking.order[place])
        let cell = Int(groups[row]) * 2 * binCount + bin
        values[cell] += 1
        values[cell + binCount] += Float(spend[row])
      }
      start = end
    }
    let sums = drawn(values, columnCount: 2 * binCount)
    return (0..<drawCount).map { draw in
      let row = sums[draw * 2 * binCount..<(draw + 1) * 2 * binCount].map(Double.init)
      return GainCurve(counts: Array(row[..<binCount]), spend: Array(row[binCount...]))
    }
  }

  /// The mean of a value a customer, under every draw.
  package func means(_ values: [Double]) -> [Double] {
    var sums = [Float](repeating: 0, count: groupCount * 2)
    for (row, group) in groups.enumerated() {
      sums[Int(group) * 2] += 1
      sums[Int(group) * 2 + 1] += Float(values[row])
    }
    let result = drawn(sums, columnCount: 2)
    return (0..<drawCount).map { Double(result[$0 * 2 + 1]) / Double(max(1, result[$0 * 2])) }
  }

  private func drawn(_ values: [Float], columnCount: Int) -> [Float] {
    var result = [Float](repeating: 0, count: drawCount * columnCount)
    result.withUnsafeMutableBufferPointer { result in
      weights.withUnsafeBufferPointer { weights in
        values.withUnsafeBufferPointer { values in
          weightedSums(
            weights, drawCount: drawCount, values, groupCount: groupCount, binCount: columnCount,
            into: result)
        }
      }
    }
    return result
  }

  /// Ends of bins of about a half of a percent, none of which cuts a tie.
  static func binEnds(_ ranking: Ranking) -> [Int] {
    let count = ranking.order.count
    let size = max(1, (count + binCountMax - 1) / binCountMax)
    var ends: [Int] = []
    for end in ranking.tieStarts.dropFirst()
    where end == count || end - (ends.last ?? 0) >= size {
      ends.append(end)
    }
    return ends
  }
}

/// A 95% interval, from the 2.5th to the 97.5th percentile of draws.
package struct Interval: Sendable, Equatable {
  package let lower: Double
  package let upper: Double

  package init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Nil when there are no draws. Linear interpolation between draws, as NumPy's default.
  package init?(_ draws: [Double]) {
    guard !draws.isEmpty else { return nil }
    let sorted = draws.sorted()
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let low = Int(place)
      let high = min(low + 1, sorted.count - 1)
      return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }
    self.init(lower: quantile(0.025), upper: quantile(0.975))
  }

  package func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}
