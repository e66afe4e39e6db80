import Columns
import Kernels

/// Scores one measure after the other, in every group.
struct MeasureScorer {
  let summary: CustomerSummary
  let options: RFMOptions
  let groups: RowGroups
  let idRanks: AlignedBuffer<UInt32>?

  /// The scores of all customers, 0 for those in no group, and what each group's model is.
  func score(
    _ measure: RFMMeasure
  ) -> (scores: AlignedBuffer<UInt8>, models: [RFMModel.Measure]) {
    let values = MeasureValues(measure, summary, options, groups)
    let bins = options.bins[measure]
    var models = [RFMModel.Measure](
      repeating: RFMModel.Measure(
        bins: bins, cuts: [], counts: [Int](repeating: 0, count: bins)),
      count: groups.groupCount)
    let scores = AlignedBuffer<UInt8>(count: summary.count) { scores in
      guard let rows = groups.rows else {
        models[0] = score(group: 0, values, bins, into: scores)
        return
      }
      scores.initialize(repeating: 0)
      let dense = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rows.count)
      defer { dense.deallocate() }
      models.withUnsafeMutableBufferPointer { models in
        // SAFETY: every task writes its own group's model and scores.
        nonisolated(unsafe) let models = models
        nonisolated(unsafe) let dense = dense
        Parallel.perform(groups.groupCount) { group in
          let range = groups.range(of: group)
          if range.isEmpty { return }
          models[group] = score(
            group: group, values, bins,
            into: UnsafeMutableBufferPointer(rebasing: dense[range]))
        }
      }
      Parallel.forEachChunk(of: rows.count) { _, range in
        scatterBytes(
          UnsafeBufferPointer(rebasing: dense[range]),
          rows: UnsafeBufferPointer(rebasing: rows.pointer[range]), into: scores)
      }
    }
    return (scores, models)
  }

  /// Fits and scores one group; `scores` has one place for each of its rows.
  private func score(
    group: Int, _ values: MeasureValues, _ bins: Int,
    into scores: UnsafeMutableBufferPointer<UInt8>
  ) -> RFMModel.Measure {
    let range = groups.range(of: group)
    var cuts: [RFMCut] = []
    var counts = [Int](repeating: 0, count: bins)
    if !range.isEmpty {
      switch options.method {
      case .quantile:
        cuts = values.quantileCuts(range, bins: bins)
        counts = values.score(range, cuts: cuts, bins: bins, into: scores)
      case .cuts(let recency, let frequency, let monetary):
        let given =
          switch values.measure {
          case .recency: recency
          case .frequency: frequency
          case .monetary: monetary
          }
        cuts = given.map { RFMCut(given: $0, measure: values.measure) }
        counts = values.score(range, cuts: cuts, bins: bins, into: scores)
      case .ntile:
        let rows = groups.rows?.pointer
        cuts = values.scoreByPosition(range, bins: bins, into: scores) { place in
          let row = rows.map { Int($0[place]) } ?? place
          return idRanks.map { Int($0[row]) } ?? row
        }
        counts = scoreCounts(of: scores.count, bins: bins) { rows, counts in
          countBytes(UnsafeBufferPointer(rebasing: scores[rows]), into: counts)
        }
      }
    }
    return RFMModel.Measure(bins: bins, cuts: cuts, counts: counts)
  }
}

/// Customers with score 1, 2, …, `bins`: `count` adds those of some rows to a table that starts with score 0.
func scoreCounts(
  of rowCount: Int, bins: Int,
  _ count: (_ rows: Range<Int>, _ counts: UnsafeMutableBufferPointer<Int>) -> Void
) -> [Int] {
  let chunkCount = Parallel.chunkCount(of: rowCount)
  var counts = [Int](repeating: 0, count: chunkCount * (bins + 1))
  counts.withUnsafeMutableBufferPointer { counts in
    // SAFETY: every chunk counts in its own table.
    nonisolated(unsafe) let counts = counts
    Parallel.forEachChunk(of: rowCount) { chunk, rows in
      count(
        rows,
        UnsafeMutableBufferPointer(
          rebasing: counts[chunk * (bins + 1)..<(chunk + 1) * (bins + 1)]))
    }
  }
  return (1...bins).map { score in
    (0..<chunkCount).reduce(0) { $0 + counts[$1 * (bins + 1) + score] }
  }
}
