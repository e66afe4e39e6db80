/// Disjoint closed intervals of whole numbers, rising and not touching.
struct IntervalSet: Equatable, Sendable {
  private(set) var intervals: [ClosedRange<Int64>]

  static let all = IntervalSet([Int64.min...Int64.max])

  /// Intervals in any order; what overlaps or touches becomes one.
  init(_ intervals: [ClosedRange<Int64>]) {
    var merged: [ClosedRange<Int64>] = []
    for interval in intervals.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last,
        last.upperBound == .max || interval.lowerBound <= last.upperBound + 1
      {
        merged[merged.count - 1] =
          last.lowerBound...max(last.upperBound, interval.upperBound)
      } else {
        merged.append(interval)
      }
    }
    self.intervals = merged
  }

  /// low…high; empty when low is above high.
  init(low: Int64, high: Int64) { self.init(low <= high ? [low...high] : []) }

  var isEmpty: Bool { intervals.isEmpty }

  var complement: IntervalSet {
    var gaps: [ClosedRange<Int64>] = []
    var next: Int64? = .min
    for interval in intervals {
      if let start = next, start < interval.lowerBound {
        gaps.append(start...interval.lowerBound - 1)
      }
      next = interval.upperBound == .max ? nil : interval.upperBound + 1
    }
    if let next { gaps.append(next...Int64.max) }
    return IntervalSet(gaps)
  }

  func union(_ other: IntervalSet) -> IntervalSet {
    IntervalSet(intervals + other.intervals)
  }

  func intersection(_ other: IntervalSet) -> IntervalSet {
    complement.union(other.complement).complement
  }

  func isSubset(of other: IntervalSet) -> Bool { intersection(other) == self }
}
