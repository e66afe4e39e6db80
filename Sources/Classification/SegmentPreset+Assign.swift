package import Columns
import Kernels
package import Models

extension SegmentPreset {
  /// The segment of every customer of `summary`, from the scores it was given.
  ///
  /// `rfm-8-zh` compares with the means over all customers that have transactions, of the measures that were
  /// scored: orders or purchase days, net total or mean. Cost: one or two passes, in parallel.
  package func assign(scores: RFMScores, summary: CustomerSummary) -> SegmentAssignment {
    precondition(scores.count == summary.count, "scores of this summary")
    let codes =
      switch rule {
      case .fifths: codesByScores(scores)
      case .means(let table): codesByMeans(table, scores: scores, summary: summary)
      case .spend: codesBySpend(summary)
      case .rhythm: codesByRhythm(summary)
      }
    let all = segments + [SegmentPreset.prospect]
    return SegmentAssignment(
      taxonomy: name, names: all.map(\.name), labels: all.map(\.label), codes: codes)
  }

  /// The code of a customer's scores; nil for a preset that looks at the measures instead.
  package func code(r: Int, f: Int, m: Int, bins: RFMBins) -> Int? {
    guard case .fifths(let segment) = rule else { return nil }
    return segment(
      SegmentPreset.fifth(of: r, bins: bins.recency),
      SegmentPreset.fifth(of: f, bins: bins.frequency),
      SegmentPreset.fifth(of: m, bins: bins.monetary))
  }

  private func codesByScores(_ scores: RFMScores) -> AlignedBuffer<UInt8> {
    let bins = scores.bins
    let fStride = bins.frequency + 1
    let mStride = bins.monetary + 1
    var table = [UInt8](
      repeating: UInt8(segments.count), count: (bins.recency + 1) * fStride * mStride)
    for r in 1...bins.recency {
      for f in 1...bins.frequency {
        for m in 1...bins.monetary {
          table[(r * fStride + f) * mStride + m] = UInt8(code(r: r, f: f, m: m, bins: bins)!)
        }
      }
    }
    return AlignedBuffer<UInt8>(count: scores.count) { codes in
      table.withUnsafeBufferPointer { table in
        Parallel.forEachChunk(of: scores.count) { _, rows in
          classifyScores(
            UnsafeBufferPointer(rebasing: scores.recency.pointer[rows]),
            UnsafeBufferPointer(rebasing: scores.frequency.pointer[rows]),
            UnsafeBufferPointer(rebasing: scores.monetary.pointer[rows]), table: table,
            fStride: fStride, mStride: mStride,
            into: UnsafeMutableBufferPointer(rebasing: codes[rows]))
        }
      }
    }
  }

  private func codesByMeans(
    _ table: [Int], scores: RFMScores, summary: CustomerSummary
  ) -> AlignedBuffer<UInt8> {
    let counts = scores.model.frequency == .orders ? summary.orders : summary.purchaseDays
    let amounts =
      scores.model.monetary == .total
      ? summary.monetaryTotals
      : meanAmountsInParallel(summary.monetaryTotals, orders: summary.orders)
    let thresholds = MeanThresholds(
      purchaseDays: summary.purchaseDays, lastDays: summary.lastDays, counts: counts,
      amounts: amounts)
    return AlignedBuffer<UInt8>(count: summary.count) { codes in
      Parallel.forEachChunk(of: summary.count) { _, rows in
        classifyByMeans(
          part(summary.purchaseDays, rows), lastDays: part(summary.lastDays, rows),
          counts: part(counts, rows), amounts: part(amounts, rows), thresholds: thresholds,
          table: table.map(UInt8.init), prospect: UInt8(segments.count),
          into: UnsafeMutableBufferPointer(rebasing: codes[rows]))
      }
    }
  }
}

/// The values of some rows.
private func part<Element>(
  _ buffer: AlignedBuffer<Element>, _ rows: Range<Int>
) -> UnsafeBufferPointer<Element> {
  UnsafeBufferPointer(rebasing: buffer.pointer[rows])
}

extension MeanThresholds {
  /// The means over all customers that have purchase days; one pass, in parallel.
  init(
    purchaseDays: AlignedBuffer<Int32>, lastDays: AlignedBuffer<Int32>,
    counts: AlignedBuffer<Int32>, amounts: AlignedBuffer<Int64>
  ) {
    let count = purchaseDays.count
    var sums = [MeasureSums](repeating: MeasureSums(), count: Parallel.chunkCount(of: count))
    sums.withUnsafeMutableBufferPointer { sums in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let sums = sums
      Parallel.forEachChunk(of: count) { chunk, rows in
        sums[chunk] = sumMeasures(
          part(purchaseDays, rows), lastDays: part(lastDays, rows), counts: part(counts, rows),
          amounts: part(amounts, rows))
      }
    }
    self.init(sums)
  }

  /// For integers v > Σ/N ⇔ v > ⌊Σ/N⌋, so the comparison with the mean is exact. Days since the last purchase
  /// are below their mean exactly when the last day is above its own.
  init(_ chunks: [MeasureSums]) {
    let customers = Int128(chunks.reduce(0) { $0 + $1.customers })
    func floorMean(_ sum: Int128) -> Int64 {
      if customers == 0 { return 0 }
      let (quotient, remainder) = sum.quotientAndRemainder(dividingBy: customers)
      return Int64(quotient - (remainder < 0 ? 1 : 0))
    }
    self.init(
      lastDay: floorMean(chunks.reduce(0) { $0 + Int128($1.lastDays) }),
      count: floorMean(chunks.reduce(0) { $0 + Int128($1.counts) }),
      amount: floorMean(chunks.reduce(0) { $0 + $1.amounts }))
  }
}
