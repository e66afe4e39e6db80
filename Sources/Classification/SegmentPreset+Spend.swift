import Columns
import Kernels

extension SegmentPreset {
  /// Pareto's classes by net total.
  static let abc = SegmentPreset(
    name: "abc",
    segments: [
      Segment(
        name: "A", label: "makes the first 80% of revenue",
        rule: "those who spend more make less than 80% of revenue"),
      Segment(
        name: "B", label: "makes the next 15%",
        rule: "those who spend more make 80% to less than 95% of revenue"),
      Segment(
        name: "C", label: "makes the last 5%",
        rule: "those who spend more make 95% of revenue or more, or nothing spent"),
    ], rule: .spend)

  /// Customers of equal totals stand together; negative totals count as nothing. Exact, without sorting: six
  /// passes over the totals, in parallel.
  func codesBySpend(_ summary: CustomerSummary) -> AlignedBuffer<UInt8> {
    let totals = summary.monetaryTotals
    let (a, b) = SegmentPreset.spendThresholds(totals)
    let prospect = UInt8(segments.count)
    return AlignedBuffer<UInt8>(count: summary.count) { codes in
      // SAFETY: every chunk writes its own rows.
      nonisolated(unsafe) let codes = codes
      Parallel.forEachChunk(of: summary.count) { _, rows in
        classifySpend(
          UnsafeBufferPointer(rebasing: summary.purchaseDays.pointer[rows]),
          totals: UnsafeBufferPointer(rebasing: totals.pointer[rows]), a: a, b: b,
          prospect: prospect, into: UnsafeMutableBufferPointer(rebasing: codes[rows]))
      }
    }
  }
}

extension SegmentPreset {
  /// The totals from which on customers are in A, and in B.
  static func spendThresholds(_ totals: AlignedBuffer<Int64>) -> (a: Int64, b: Int64) {
    (SpendThreshold.find(totals, percent: 80), SpendThreshold.find(totals, percent: 95))
  }
}

/// The value at which the running sum from the largest value down reaches a share of the sum of all.
private enum SpendThreshold {
  private static let digitBitCount = 11
  private static let digitCount = 2_048

  /// Above every value when no value is positive: then nobody is in a class that spends.
  static func find(_ values: AlignedBuffer<Int64>, percent: Int128) -> Int64 {
    var prefix: Int64 = 0
    /// Sum of the values above every value with the prefix.
    var above: Int128 = 0
    var total: Int128?
    var shift = Int64(55)
    while true {
      let sums = digitSums(values, shift: shift, prefix: prefix)
      let all = total ?? sums.reduce(0, +)
      total = all
      if all == 0 { return .max }
      var digit = digitCount - 1
      while digit > 0, (above + sums[digit]) * 100 < percent * all {
        above += sums[digit]
        digit -= 1
      }
      prefix = prefix << Int64(digitBitCount) | Int64(digit)
      if shift == 0 { return prefix }
      shift -= Int64(digitBitCount)
    }
  }

  /// Σ of the values with the prefix, by digit. Integers, so that it is the same in whatever order they are added.
  private static func digitSums(
    _ values: AlignedBuffer<Int64>, shift: Int64, prefix: Int64
  ) -> [Int128] {
    let workerCount = max(1, Parallel.threadCount)
    var halves = [Int64](repeating: 0, count: workerCount * 2 * digitCount)
    halves.withUnsafeMutableBufferPointer { halves in
      // SAFETY: every worker adds to its own part.
      nonisolated(unsafe) let halves = halves
      Parallel.perform(Parallel.chunkCount(of: values.count)) { worker, chunk in
        let own = worker * 2 * digitCount
        sumByDigit(
          UnsafeBufferPointer(
            rebasing: values.pointer[Parallel.rows(ofChunk: chunk, of: values.count)]),
          shift: shift, prefix: prefix,
          highs: UnsafeMutableBufferPointer(rebasing: halves[own..<own + digitCount]),
          lows: UnsafeMutableBufferPointer(
            rebasing: halves[own + digitCount..<own + 2 * digitCount]))
      }
    }
    return (0..<digitCount).map { digit in
      (0..<workerCount).reduce(Int128(0)) { sum, worker in
        let own = worker * 2 * digitCount + digit
        return sum + (Int128(halves[own]) << 32) + Int128(halves[own + digitCount])
      }
    }
  }
}
