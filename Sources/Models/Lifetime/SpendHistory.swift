package import Columns
import Kernels

/// What the Gamma-Gamma model is fitted from: repeat spend z = x m̄ of customers, grouped by x.
///
/// m̄ is the mean of a customer's purchase days after the first: the first is left out, as it is from x.
/// Customers without a repeat purchase, or whose repeat spend is not positive, say nothing here and are left out.
package final class SpendHistory: Sendable {
  /// The distinct x ≥ 1, rising; one class each.
  package let frequencies: [Int]
  /// First customer of each class, then the count.
  package let classStarts: [Int]
  /// z in currency.
  package let totals: AlignedBuffer<Double>
  /// nil where every weight is 1.
  package let weights: AlignedBuffer<Double>?
  /// Σ w, Σ w z, Σ w z² and Σ w ln z of each class.
  let moments: [SpendMoments]
  /// Customers with a repeat purchase whose spend is not positive.
  package let excludedCount: Int
  /// Mean spend of a purchase day, with whatever is known; ≥ 0.
  package let meanSpend: Double

  init(
    frequencies: [Int], classStarts: [Int], totals: AlignedBuffer<Double>,
    weights: AlignedBuffer<Double>?, excludedCount: Int, meanWithoutRepeaters: Double
  ) {
    self.frequencies = frequencies
    self.classStarts = classStarts
    self.totals = totals
    self.weights = weights
    self.excludedCount = excludedCount
    var moments = frequencies.map { _ in SpendMoments() }
    let segments = SpendHistory.segments(classStarts)
    let parts = SpendKernel.moments(
      totals: totals.pointer, weights: weights?.pointer, segments: segments.map(\.rows))
    for (segment, part) in zip(segments, parts) {
      moments[segment.classIndex].weight += part.weight
      moments[segment.classIndex].total += part.total
      moments[segment.classIndex].square += part.square
      moments[segment.classIndex].logarithm += part.logarithm
    }
    self.moments = moments
    let weight = moments.reduce(0) { $0 + $1.weight }
    let sum = zip(frequencies, moments).reduce(0) { $0 + $1.1.total / Double($1.0) }
    meanSpend = weight > 0 ? sum / weight : max(0, meanWithoutRepeaters)
  }

  /// Customers, as weights.
  package var customerWeight: Double { moments.reduce(0) { $0 + $1.weight } }

  /// Pearson's correlation of x and m̄.
  package var frequencySpendCorrelation: Double? {
    var sums = CorrelationSums()
    for (frequency, moment) in zip(frequencies, moments) {
      let x = Double(frequency)
      sums.weight += moment.weight
      sums.x += x * moment.weight
      sums.xx += x * x * moment.weight
      sums.y += moment.total / x
      sums.yy += moment.square / (x * x)
      sums.xy += moment.total
    }
    return sums.correlation
  }

  /// The geometric mean of the customers' m̄, in currency; 1 without customers.
  var geometricMeanSpend: Double {
    let weight = customerWeight
    guard weight > 0 else { return 1 }
    let sum = zip(frequencies, moments).reduce(0) {
      $0 + $1.1.logarithm - $1.1.weight * Special.naturalLog(Double($1.0))
    }
    return Special.exponential(sum / weight)
  }

  /// The median of the customers' m̄, in currency: half of their weight lies below. 0 without customers.
  package var medianSpend: Double {
    var means: [(spend: Double, weight: Double)] = []
    for (k, frequency) in frequencies.enumerated() {
      for row in classStarts[k]..<classStarts[k + 1] {
        means.append((totals[row] / Double(frequency), weights?[row] ?? 1))
      }
    }
    means.sort { $0.spend < $1.spend }
    let half = means.reduce(0) { $0 + $1.weight } / 2
    var below = 0.0
    for (place, mean) in means.enumerated() {
      below += mean.weight
      if below > half || place + 1 == means.count { return mean.spend }
      if below == half { return 0.5 * (mean.spend + means[place + 1].spend) }
    }
    return 0
  }

  /// Customers of one class that a task works on.
  struct Segment: Sendable {
    let classIndex: Int
    let rows: Range<Int>
  }

  static func segments(_ classStarts: [Int]) -> [Segment] {
    var result: [Segment] = []
    for k in 0..<max(0, classStarts.count - 1) {
      var start = classStarts[k]
      while start < classStarts[k + 1] {
        let stop = min(start + SpendKernel.segmentCount, classStarts[k + 1])
        result.append(Segment(classIndex: k, rows: start..<stop))
        start = stop
      }
    }
    return result
  }
}
