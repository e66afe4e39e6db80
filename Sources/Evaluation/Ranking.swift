import Kernels

/// Customers from the best score to the worst, in groups of equal score.
package struct Ranking: Sendable {
  /// Row numbers, best first.
  package let order: [UInt32]
  /// First place of each tie in `order`, and the number of rows at the end.
  package let tieStarts: [Int]

  package init(_ scores: [Float]) {
    let order = [UInt32](unsafeUninitializedCapacity: scores.count) { order, count in
      scores.withUnsafeBufferPointer {
        rankOrder($0, into: UnsafeMutableBufferPointer(rebasing: order[..<scores.count]))
      }
      count = scores.count
    }
    var starts = [0]
    for place in 1..<max(1, order.count)
    where scores[Int(order[place])] != scores[Int(order[place - 1])] {
      starts.append(place)
    }
    if !order.isEmpty { starts.append(order.count) }
    self.order = order
    tieStarts = starts
  }

  package var tieCount: Int { tieStarts.count - 1 }

  /// Ranks 1…n from the lowest score up, the mean rank for each of a tie.
  package var midranks: [Double] {
    var ranks = [Double](repeating: 0, count: order.count)
    for tie in 0..<tieCount {
      let (start, end) = (tieStarts[tie], tieStarts[tie + 1])
      let rank = Double(order.count) - Double(start + end - 1) / 2
      for place in start..<end { ranks[Int(order[place])] = rank }
    }
    return ranks
  }
}
