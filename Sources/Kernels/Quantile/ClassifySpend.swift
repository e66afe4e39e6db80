/// Sums of positive values by 11 bits of them: one step of finding the value at which a running sum from the
/// largest down reaches a target, without sorting.
///
/// Of the values whose bits above `shift + 11` are `prefix`, each is added to the sum of its digit, the bits
/// `shift ..< shift + 11`; high and low halves are kept apart, so that no sum of up to 2³¹ values wraps.
/// `highs` and `lows` have 2,048 entries.
package func sumByDigit(
  _ values: UnsafeBufferPointer<Int64>, shift: Int64, prefix: Int64,
  highs: UnsafeMutableBufferPointer<Int64>, lows: UnsafeMutableBufferPointer<Int64>
) {
  precondition(highs.count == 2_048 && lows.count == 2_048, "a sum for each digit")
  for value in values where value > 0 {
    let upper = value &>> shift
    if upper &>> 11 != prefix { continue }
    let digit = Int(upper & 2_047)
    highs[digit] &+= value &>> 32
    lows[digit] &+= value & 0xFFFF_FFFF
  }
}

/// Writes 0 for values from `a` on, 1 for those from `b` on, 2 for the others, and `prospect` for rows without
/// purchase days.
package func classifySpend(
  _ purchaseDays: UnsafeBufferPointer<Int32>, totals: UnsafeBufferPointer<Int64>, a: Int64,
  b: Int64, prospect: UInt8, into codes: UnsafeMutableBufferPointer<UInt8>
) {
  let count = codes.count
  precondition(purchaseDays.count == count && totals.count == count)
  for i in 0..<count {
    let total = totals[i]
    let code: UInt8 = total >= a ? 0 : total >= b ? 1 : 2
    codes[i] = purchaseDays[i] == 0 ? prospect : code
  }
}
