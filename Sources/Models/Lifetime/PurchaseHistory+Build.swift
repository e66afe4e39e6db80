package import Columns
import Kernels

extension PurchaseHistory {
  /// Counts the customers of a summary; customers without a purchase are left out.
  ///
  /// x = purchase days − 1, t_x = last − first day, T = as-of − first day. Times past 2^20 days count as
  /// that. Cost: three or four radix passes over the customers.
  package convenience init(_ summary: CustomerSummary) {
    let (first, last) = (summary.firstDays.pointer, summary.lastDays.pointer)
    let days = summary.purchaseDays.pointer
    let extent = PurchaseKeys.extent(
      firstDays: first, lastDays: last, purchaseDays: days, asOf: summary.asOf)
    let layout = PurchaseKeyLayout(
      frequencyMax: extent.frequencyMax, ageMax: extent.ageMax, recencyMax: extent.recencyMax)
    let count = extent.customerCount
    var runs: (keys: [UInt64], counts: [Double]) = ([], [])
    _ = AlignedBuffer<UInt64>(count: count) { keys in
      _ = AlignedBuffer<UInt64>(count: count) { scratch in
        PurchaseKeys.fill(
          keys, layout: layout, extent: extent, firstDays: first, lastDays: last,
          purchaseDays: days, asOf: summary.asOf)
        let sorted = KeySort.sort(keys, scratch: scratch, bitCount: layout.bitCount)
        runs = PurchaseKeys.runs(of: UnsafeBufferPointer(sorted))
      }
    }
    self.init(
      keys: runs.keys, weights: runs.counts, layout: layout,
      ages: (0...extent.ageMax).map(Double.init),
      recencies: (0...extent.recencyMax).map(Double.init))
  }

  /// Counts customers given as arrays of x, t_x, T (in `ruler` units) and, if wanted, weights.
  ///
  /// Throws where a row is impossible: x < 0, t_x outside 0…T, t_x > 0 without a repeat purchase, or a
  /// number that is not finite; weights are positive or 0.
  ///
  ///     let history = try PurchaseHistory(
  ///       frequencies: [2], recencies: [30.43], ages: [38.86], ruler: .week)
  ///     history.ages  // [272.02]: days, not weeks
  package convenience init(
    frequencies: [Int], recencies: [Double], ages: [Double], weights: [Double]? = nil,
    ruler: TimeRuler
  ) throws(LifetimeError) {
    try PurchaseHistory.check(
      frequencies: frequencies, recencies: recencies, ages: ages, weights: weights)
    let ageDays = ages.map { $0 * ruler.days }
    let recencyDays = recencies.map { $0 * ruler.days }
    let ageTable = PurchaseHistory.distinct(ageDays)
    let recencyTable = PurchaseHistory.distinct(recencyDays)
    guard ageTable.count < Self.distinctLimit, recencyTable.count < Self.distinctLimit else {
      throw LifetimeError(
        "T or t_x has \(max(ageTable.count, recencyTable.count)) distinct values; expected fewer than "
          + "\(Self.distinctLimit): round them to days or hours")
    }
    let layout = PurchaseKeyLayout(
      frequencyMax: frequencies.max() ?? 0, ageMax: ageTable.count,
      recencyMax: recencyTable.count)
    var entries: [(key: UInt64, row: Int)] = []
    entries.reserveCapacity(frequencies.count)
    for row in frequencies.indices where weights?[row] != 0 {
      let key = layout.key(
        frequency: frequencies[row], age: PurchaseHistory.place(of: ageDays[row], in: ageTable),
        recency: PurchaseHistory.place(of: recencyDays[row], in: recencyTable))
      entries.append((key, row))
    }
    entries.sort { $0 < $1 }
    var keys: [UInt64] = []
    var sums: [Double] = []
    for entry in entries {
      let weight = weights?[entry.row] ?? 1
      if keys.last == entry.key {
        sums[sums.count - 1] += weight
      } else {
        keys.append(entry.key)
        sums.append(weight)
      }
    }
    self.init(
      keys: keys, weights: sums, layout: layout, ages: ageTable, recencies: recencyTable)
  }

  /// Distinct T, and distinct t_x, of arrays, at most: with 20 bits for x, a key has 63 bits.
  package static var distinctLimit: Int { 1 << 21 }

  /// The counts of several histories together, as if their customers had been counted at once.
  ///
  /// Throws where they have more than `distinctLimit` T or t_x together.
  package static func merged(
    _ histories: [PurchaseHistory]
  ) throws(LifetimeError) -> PurchaseHistory {
    var (frequencies, recencies, ages, weights) = ([Int](), [Double](), [Double](), [Double]())
    for history in histories {
      history.forEachTriple { frequency, recency, age, weight in
        frequencies.append(frequency)
        recencies.append(recency)
        ages.append(age)
        weights.append(weight)
      }
    }
    return try PurchaseHistory(
      frequencies: frequencies, recencies: recencies, ages: ages, weights: weights, ruler: .day)
  }

  /// Every `stride`th triple: what a fit takes its starting point from.
  func sample(stride: Int) -> PurchaseHistory {
    let layout = PurchaseKeyLayout(
      frequencyMax: frequencies.last ?? 0, ageMax: ages.count, recencyMax: recencies.count)
    var keys: [UInt64] = []
    var sums: [Double] = []
    // The next class goes on where the last one left off.
    var offset = 0
    for (k, frequency) in frequencies.enumerated() {
      let end = classStarts[k] + classTripleCounts[k]
      // A class of x = 0 has few triples of great weight: it stays whole, at its share of the weight.
      let step = frequency == 0 ? 1 : stride
      var slot = classStarts[k] + (frequency == 0 ? 0 : offset)
      while slot < end {
        keys.append(
          layout.key(
            frequency: frequency, age: Int(ageIndices[slot]), recency: Int(recencyIndices[slot])))
        sums.append(frequency == 0 ? weights[slot] / Double(stride) : weights[slot])
        slot += step
      }
      if frequency > 0 { offset = slot - end }
    }
    return PurchaseHistory(
      keys: keys, weights: sums, layout: layout, ages: ages, recencies: recencies)
  }

  private static func check(
    frequencies: [Int], recencies: [Double], ages: [Double], weights: [Double]?
  ) throws(LifetimeError) {
    guard recencies.count == frequencies.count, ages.count == frequencies.count,
      weights == nil || weights!.count == frequencies.count
    else { throw LifetimeError("x, t_x, T and the weights have different counts") }
    for row in frequencies.indices {
      let (x, recency, age) = (frequencies[row], recencies[row], ages[row])
      if x < 0 || x > PurchaseKeys.dayLimit {
        throw LifetimeError(row: row, "x is \(x); expected 0 to \(PurchaseKeys.dayLimit)")
      }
      guard age >= 0, recency >= 0, recency <= age, age <= 1e9 else {
        throw LifetimeError(row: row, "t_x is \(recency) and T \(age); expected 0 ≤ t_x ≤ T ≤ 1e9")
      }
      if x == 0 && recency != 0 {
        throw LifetimeError(row: row, "t_x is \(recency) without a repeat purchase; expected 0")
      }
      if let weight = weights?[row], !(weight >= 0 && weight.isFinite) {
        throw LifetimeError(row: row, "the weight is \(weight); expected a number ≥ 0")
      }
    }
  }

  private static func distinct(_ values: [Double]) -> [Double] {
    var result: [Double] = []
    for value in values.sorted() where result.last != value { result.append(value) }
    return result.isEmpty ? [0] : result
  }

  private static func place(of value: Double, in table: [Double]) -> Int {
    var low = 0
    var high = table.count
    while low < high {
      let middle = (low + high) / 2
      if table[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
