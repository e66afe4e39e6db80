/// Sums over the rows that have purchase days: of days from the first to the last, and of purchase days after
/// the first. Their quotient is the mean gap between purchases of the whole base.
package func sumGaps(
  _ purchaseDays: UnsafeBufferPointer<Int32>, firstDays: UnsafeBufferPointer<Int32>,
  lastDays: UnsafeBufferPointer<Int32>
) -> (days: Int64, gaps: Int64) {
  let count = purchaseDays.count
  precondition(firstDays.count == count && lastDays.count == count)
  var days: Int64 = 0
  var gaps: Int64 = 0
  for i in 0..<count where purchaseDays[i] != 0 {
    days &+= Int64(lastDays[i]) &- Int64(firstDays[i])
    gaps &+= Int64(purchaseDays[i]) &- 1
  }
  return (days, gaps)
}

/// How long customers that bought on one day only may be silent in each stage, in days.
package struct SilenceLimits: Equatable {
  package let inRhythm: Int64
  package let slipping: Int64
  package let dormant: Int64

  package init(inRhythm: Int64, slipping: Int64, dormant: Int64) {
    self.inRhythm = inRhythm
    self.slipping = slipping
    self.dormant = dormant
  }
}

/// Writes the stage of every row: 0 new, 1 active, 2 loyal, 3 slipping, 4 dormant, 5 lost, 6 without purchase
/// days. Silence in gaps is compared without division: recency · gaps ≤ factor · span.
package func classifyRhythm(
  _ purchaseDays: UnsafeBufferPointer<Int32>, firstDays: UnsafeBufferPointer<Int32>,
  lastDays: UnsafeBufferPointer<Int32>, asOf: Int32, single: SilenceLimits, factors: SilenceLimits,
  loyalDays: Int32, into codes: UnsafeMutableBufferPointer<UInt8>
) {
  let count = codes.count
  precondition(purchaseDays.count == count && firstDays.count == count && lastDays.count == count)
  for i in 0..<count {
    let bought = purchaseDays[i]
    let recency = Int64(asOf) &- Int64(lastDays[i])
    if bought == 0 {
      codes[i] = 6
    } else if bought == 1 {
      codes[i] =
        recency <= single.inRhythm
        ? 0 : recency <= single.slipping ? 3 : recency <= single.dormant ? 4 : 5
    } else {
      let silence = recency &* Int64(bought &- 1)
      let span = Int64(lastDays[i]) &- Int64(firstDays[i])
      codes[i] =
        silence <= factors.inRhythm &* span
        ? (bought >= loyalDays ? 2 : 1)
        : silence <= factors.slipping &* span ? 3 : silence <= factors.dormant &* span ? 4 : 5
    }
  }
}
