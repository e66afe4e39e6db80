import Columns
import Kernels
import Models

/// A customer base of random summaries, with prospects and ties.
func randomSummary(count: Int, prospectShare: Double, random: inout RandomStream) -> CustomerSummary
{
  let asOf: Int32 = 20_000
  var first: [Int32] = []
  var last: [Int32] = []
  var orders: [Int32] = []
  var days: [Int32] = []
  var totals: [Int64] = []
  for _ in 0..<count {
    if random.nextUnit() < prospectShare {
      first.append(CustomerSummary.noDay)
      last.append(CustomerSummary.noDay)
      orders.append(0)
      days.append(0)
      totals.append(0)
      continue
    }
    let lastDay = asOf - Int32(random.nextIndex(below: 60))
    let purchaseDays = 1 + Int32(random.nextIndex(below: 6))
    last.append(lastDay)
    first.append(lastDay - (purchaseDays - 1) * 3)
    days.append(purchaseDays)
    orders.append(purchaseDays + Int32(random.nextIndex(below: 4)))
    totals.append(Int64(random.nextIndex(below: 400)) * 2_500 - 100_000)
  }
  return CustomerSummary(
    asOf: asOf, firstDays: AlignedBuffer(first), lastDays: AlignedBuffer(last),
    orders: AlignedBuffer(orders), purchaseDays: AlignedBuffer(days),
    monetaryTotals: AlignedBuffer(totals), firstDayTotals: AlignedBuffer(totals))
}

/// Scores by the definitions, on sorted arrays.
enum NaiveRFM {
  /// 1 + the number of type-7 cuts below each value, with the cut as a fraction.
  static func quantileScores(_ values: [Int], bins: Int) -> [Int] {
    let sorted = values.sorted()
    return values.map { v in
      1
        + (1..<bins).count { j in
          let position = (sorted.count - 1) * j
          let low = sorted[position / bins]
          let high = sorted[min(position / bins + 1, sorted.count - 1)]
          return (v - low) * bins > (position % bins) * (high - low)
        }
    }
  }

  /// `ntile(bins) over (order by value, tie)`.
  static func ntile(_ values: [Double], ties: [Int], bins: Int) -> [Int] {
    let order = values.indices.sorted { (values[$0], ties[$0]) < (values[$1], ties[$1]) }
    var scores = [Int](repeating: 0, count: values.count)
    var bin = 1
    var room = values.count / bins + (values.count % bins > 0 ? 1 : 0)
    for row in order {
      while room == 0 {
        bin += 1
        room = values.count / bins + (bin <= values.count % bins ? 1 : 0)
      }
      scores[row] = bin
      room -= 1
    }
    return scores
  }
}
