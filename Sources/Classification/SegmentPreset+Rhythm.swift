import Columns
import Kernels

extension SegmentPreset {
  /// Stages of a customer's life by silence: days since the last purchase, in mean gaps between purchases.
  ///
  /// Of a customer who buys at random at a steady rate, gaps exceed twice their mean in 13.5% of cases, three
  /// times in 5% and six times in 0.25%.
  static let lifecycle = SegmentPreset(
    name: "lifecycle",
    segments: [
      Segment(
        name: "New", label: "bought once, lately",
        rule: "one purchase day, silent for at most 2 of the base's mean gaps"),
      Segment(
        name: "Active", label: "in rhythm",
        rule: "2 to 4 purchase days, silent for at most 2 of its own mean gaps"),
      Segment(
        name: "Loyal", label: "in rhythm, often",
        rule: "5 or more purchase days, silent for at most 2 of its own mean gaps"),
      Segment(
        name: "Slipping", label: "later than usual",
        rule: "silent for more than 2 and at most 3 mean gaps"),
      Segment(
        name: "Dormant", label: "silent", rule: "silent for more than 3 and at most 6 mean gaps"),
      Segment(name: "Lost", label: "gone", rule: "silent for more than 6 mean gaps"),
    ], rule: .rhythm)

  static let factors = SilenceLimits(inRhythm: 2, slipping: 3, dormant: 6)
  static let loyalDays: Int32 = 5

  /// Two passes, in parallel; compared in whole numbers, so nothing is rounded.
  func codesByRhythm(_ summary: CustomerSummary) -> AlignedBuffer<UInt8> {
    let single = SegmentPreset.singleLimits(summary)
    return AlignedBuffer<UInt8>(count: summary.count) { codes in
      // SAFETY: every chunk writes its own rows.
      nonisolated(unsafe) let codes = codes
      Parallel.forEachChunk(of: summary.count) { _, rows in
        classifyRhythm(
          UnsafeBufferPointer(rebasing: summary.purchaseDays.pointer[rows]),
          firstDays: UnsafeBufferPointer(rebasing: summary.firstDays.pointer[rows]),
          lastDays: UnsafeBufferPointer(rebasing: summary.lastDays.pointer[rows]),
          asOf: summary.asOf, single: single, factors: SegmentPreset.factors,
          loyalDays: SegmentPreset.loyalDays,
          into: UnsafeMutableBufferPointer(rebasing: codes[rows]))
      }
    }
  }

  /// Days of silence for who bought on one day: so many mean gaps of the whole base, rounded down. Where nobody
  /// came again there is no gap, and one purchase is always new.
  static func singleLimits(_ summary: CustomerSummary) -> SilenceLimits {
    var sums = [(days: Int64, gaps: Int64)](
      repeating: (0, 0), count: Parallel.chunkCount(of: summary.count))
    sums.withUnsafeMutableBufferPointer { sums in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let sums = sums
      Parallel.forEachChunk(of: summary.count) { chunk, rows in
        sums[chunk] = sumGaps(
          UnsafeBufferPointer(rebasing: summary.purchaseDays.pointer[rows]),
          firstDays: UnsafeBufferPointer(rebasing: summary.firstDays.pointer[rows]),
          lastDays: UnsafeBufferPointer(rebasing: summary.lastDays.pointer[rows]))
      }
    }
    let days = sums.reduce(Int128(0)) { $0 + Int128($1.days) }
    let gaps = sums.reduce(Int128(0)) { $0 + Int128($1.gaps) }
    func limit(_ factor: Int64) -> Int64 {
      gaps == 0 ? .max : Int64(clamping: Int128(factor) * days / gaps)
    }
    return SilenceLimits(
      inRhythm: limit(factors.inRhythm), slipping: limit(factors.slipping),
      dormant: limit(factors.dormant))
  }
}
