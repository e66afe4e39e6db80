/// Looks up the class of every triple of scores: `codes[i] = table[(r·fStride + f)·mStride + m]`, where 0 is the
/// score of a customer without any. The strides are one more than the bins of f and m; the table covers all
/// scores that occur.
package func classifyScores(
  _ recency: UnsafeBufferPointer<UInt8>, _ frequency: UnsafeBufferPointer<UInt8>,
  _ monetary: UnsafeBufferPointer<UInt8>, table: UnsafeBufferPointer<UInt8>, fStride: Int,
  mStride: Int, into codes: UnsafeMutableBufferPointer<UInt8>
) {
  let count = codes.count
  precondition(recency.count == count && frequency.count == count && monetary.count == count)
  for i in 0..<count {
    let index = (Int(recency[i]) &* fStride &+ Int(frequency[i])) &* mStride &+ Int(monetary[i])
    precondition(index < table.count, "a score above its bins")
    codes[i] = table[index]
  }
}

/// Sums of the measures of customers that have transactions.
package struct MeasureSums: Equatable {
  package var customers = 0
  package var lastDays: Int64 = 0
  package var counts: Int64 = 0
  /// Σ of the high 32 bits of the amounts, and of the low ones: exact up to 2³¹ rows.
  package var amountsHigh: Int64 = 0
  package var amountsLow: Int64 = 0

  package init() {}

  /// Σ of the amounts.
  package var amounts: Int128 { Int128(amountsHigh) << 32 + Int128(amountsLow) }
}

/// Adds up the measures of the rows with purchase days; the amounts are totals or means, whichever is scored.
package func sumMeasures(
  _ purchaseDays: UnsafeBufferPointer<Int32>, lastDays: UnsafeBufferPointer<Int32>,
  counts: UnsafeBufferPointer<Int32>, amounts: UnsafeBufferPointer<Int64>
) -> MeasureSums {
  let count = purchaseDays.count
  precondition(lastDays.count == count && counts.count == count && amounts.count == count)
  var sums = MeasureSums()
  for i in 0..<count where purchaseDays[i] != 0 {
    sums.customers += 1
    sums.lastDays &+= Int64(lastDays[i])
    sums.counts &+= Int64(counts[i])
    sums.amountsHigh &+= amounts[i] >> 32
    sums.amountsLow &+= amounts[i] & 0xFFFF_FFFF
  }
  return sums
}

/// What a customer must exceed to be above the mean on each measure.
package struct MeanThresholds {
  package let lastDay: Int64
  package let count: Int64
  /// Of totals or means, in units of 10⁻⁴.
  package let amount: Int64

  package init(lastDay: Int64, count: Int64, amount: Int64) {
    self.lastDay = lastDay
    self.count = count
    self.amount = amount
  }
}

/// Writes `table[4·r + 2·f + m]`, each 1 when above its threshold, and `prospect` for rows without purchase days.
package func classifyByMeans(
  _ purchaseDays: UnsafeBufferPointer<Int32>, lastDays: UnsafeBufferPointer<Int32>,
  counts: UnsafeBufferPointer<Int32>, amounts: UnsafeBufferPointer<Int64>,
  thresholds: MeanThresholds, table: [UInt8], prospect: UInt8,
  into codes: UnsafeMutableBufferPointer<UInt8>
) {
  let rowCount = codes.count
  precondition(purchaseDays.count == rowCount && lastDays.count == rowCount)
  precondition(counts.count == rowCount && amounts.count == rowCount)
  precondition(table.count == 8)
  for i in 0..<rowCount {
    if purchaseDays[i] == 0 {
      codes[i] = prospect
      continue
    }
    var index = Int64(lastDays[i]) > thresholds.lastDay ? 4 : 0
    if Int64(counts[i]) > thresholds.count { index += 2 }
    if amounts[i] > thresholds.amount { index += 1 }
    codes[i] = table[index]
  }
}
