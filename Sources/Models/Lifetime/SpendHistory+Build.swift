package import Columns
import Kernels

extension SpendHistory {
  /// The repeat spend of a summary's customers.
  package convenience init(_ summary: CustomerSummary) {
    let days = summary.purchaseDays.pointer
    let (totals, first) = (summary.monetaryTotals.pointer, summary.firstDayTotals.pointer)
    var usableCount = 0
    var spend = AlignedBuffer<Double>([])
    var sortedKeys = AlignedBuffer<UInt64>([])
    var repeaters = 0
    var mean = (days: 0.0, total: 0.0)
    var frequencyMax: Int32 = 0
    for row in days.indices where days[row] > 0 {
      repeaters += days[row] > 1 ? 1 : 0
      frequencyMax = max(frequencyMax, days[row] - 1)
      mean.days += Double(days[row])
      mean.total += Money.double(totals[row])
    }
    let bitCount = SpendKeys.rowBitCount + Int32.bitWidth - frequencyMax.leadingZeroBitCount
    _ = AlignedBuffer<UInt64>(count: days.count) { keys in
      usableCount = SpendKeys.fill(
        keys, purchaseDays: days, totals: totals, firstDayTotals: first)
      let used = UnsafeMutableBufferPointer(rebasing: keys[..<usableCount])
      _ = AlignedBuffer<UInt64>(count: usableCount) { scratch in
        let sorted = KeySort.sort(
          used, scratch: scratch, startBit: SpendKeys.rowBitCount, bitCount: bitCount)
        spend = AlignedBuffer(count: usableCount) { result in
          SpendKeys.gather(
            result, keys: UnsafeBufferPointer(sorted), totals: totals, firstDayTotals: first,
            unitsPerOne: Double(Money.unitsPerOne))
        }
        sortedKeys = AlignedBuffer(count: usableCount) { _ = $0.update(fromContentsOf: sorted) }
      }
    }
    let classes = SpendHistory.classes(sortedKeys.pointer)
    self.init(
      frequencies: classes.frequencies, classStarts: classes.starts, totals: spend, weights: nil,
      excludedCount: repeaters - usableCount,
      meanWithoutRepeaters: mean.days > 0 ? mean.total / mean.days : 0)
  }

  /// Customers given as x, m̄ (in currency) and, if wanted, weights.
  ///
  /// Throws where x < 0, or a number is not finite, or a weight is negative.
  package convenience init(
    frequencies: [Int], meanSpends: [Double], weights: [Double]? = nil
  ) throws(LifetimeError) {
    guard meanSpends.count == frequencies.count,
      weights == nil || weights!.count == frequencies.count
    else { throw LifetimeError("x, m̄ and the weights have different counts") }
    for row in frequencies.indices {
      if frequencies[row] < 0 || frequencies[row] > PurchaseKeys.dayLimit {
        throw LifetimeError(
          row: row, "x is \(frequencies[row]); expected 0 to \(PurchaseKeys.dayLimit)")
      }
      if !meanSpends[row].isFinite {
        throw LifetimeError(row: row, "m̄ is \(meanSpends[row]); expected a number")
      }
      if let weight = weights?[row], !(weight >= 0 && weight.isFinite) {
        throw LifetimeError(row: row, "the weight is \(weight); expected a number ≥ 0")
      }
    }
    let repeaters = frequencies.indices.filter { frequencies[$0] > 0 && weights?[$0] != 0 }
    let usable = repeaters.filter { meanSpends[$0] > 0 }.sorted {
      (frequencies[$0], $0) < (frequencies[$1], $1)
    }
    var classes: (frequencies: [Int], starts: [Int]) = ([], [])
    for (at, row) in usable.enumerated() where classes.frequencies.last != frequencies[row] {
      classes.frequencies.append(frequencies[row])
      classes.starts.append(at)
    }
    self.init(
      frequencies: classes.frequencies, classStarts: classes.starts + [usable.count],
      totals: AlignedBuffer(usable.map { Double(frequencies[$0]) * meanSpends[$0] }),
      weights: weights.map { weights in AlignedBuffer(usable.map { weights[$0] }) },
      excludedCount: repeaters.count - usable.count, meanWithoutRepeaters: 0)
  }

  /// Every `stride`th customer of each class: what a fit takes its starting point from.
  func sample(stride: Int) -> SpendHistory {
    var starts = [0]
    var sampledTotals: [Double] = []
    var sampledWeights: [Double] = []
    var kept: [Int] = []
    for k in frequencies.indices {
      for row in Swift.stride(from: classStarts[k], to: classStarts[k + 1], by: stride) {
        sampledTotals.append(totals[row])
        if let weights { sampledWeights.append(weights[row]) }
      }
      kept.append(frequencies[k])
      starts.append(sampledTotals.count)
    }
    return SpendHistory(
      frequencies: kept, classStarts: starts, totals: AlignedBuffer(sampledTotals),
      weights: weights == nil ? nil : AlignedBuffer(sampledWeights), excludedCount: 0,
      meanWithoutRepeaters: meanSpend)
  }

  /// Classes in keys that rise, x above the row's bits; found by binary search.
  private static func classes(
    _ keys: UnsafeBufferPointer<UInt64>
  ) -> (frequencies: [Int], starts: [Int]) {
    var frequencies: [Int] = []
    var starts: [Int] = []
    var at = 0
    while at < keys.count {
      let frequency = keys[at] >> UInt64(SpendKeys.rowBitCount)
      let end = (frequency + 1) << UInt64(SpendKeys.rowBitCount)
      frequencies.append(Int(frequency))
      starts.append(at)
      var high = keys.count
      while at < high {
        let middle = (at + high) / 2
        if keys[middle] < end { at = middle + 1 } else { high = middle }
      }
    }
    return (frequencies, starts + [keys.count])
  }
}
