extension KMeansState {
  /// What a step did.
  package struct Step: Equatable {
    /// Points whose cluster is another than before.
    package let changed: Int
    /// Points whose distances were computed; the others were pruned.
    package let evaluated: Int
  }

  /// Assigns every point to the nearest of the centroids (k × d values, centroid by centroid), ties to the
  /// lower index, and brings the sums up to date.
  ///
  /// Distances are in Float. Costs k·d multiply-adds for each point evaluated, a few for each one that changes.
  @discardableResult
  package func assign(to centroids: [Double]) -> Step {
    precondition(centroids.count == centroidCount * points.dimensionCount, "k × d coordinates")
    setTable(centroids)
    Parallel.forEachChunk(of: points.rowCount) { chunk, rows in
      self.assignChunk(chunk, rows)
    }
    hasLabels = true
    if prunesFromNowOn { mustEvaluateAll = false }
    let step = mergeDeltas()
    if isPruning && isWorthPruning(after: step) { prunesFromNowOn = true }
    return step
  }

  private func assignChunk(_ chunk: Int, _ rows: Range<Int>) {
    let block = KMeansState.blockRowCount
    let deltas = chunkDeltas + chunk * deltaCount
    var changed = 0
    var evaluated = 0
    withBlockScratch(dimensionCount: points.dimensionCount) { scratch in
      var start = rows.lowerBound
      while start < rows.upperBound {
        let count = min(block, rows.upperBound - start)
        if prunesFromNowOn {
          let step = assignPruned(start, count, deltas, scratch)
          changed += step.changed
          evaluated += step.evaluated
        } else {
          nearestCentroids(
            points.base + start, stride: points.stride, count: (count + 15) & ~15,
            dimensionCount: points.dimensionCount, table: table, centroidCount: centroidCount,
            labels: scratch.output.labels)
          changed += takeLabels(start, count, deltas, scratch)
          evaluated += count
        }
        start += block
      }
    }
    chunkCounts[chunk] = (changed, evaluated)
  }

  /// Gives the points of a block their new labels and moves those that changed between the sums.
  func takeLabels(
    _ start: Int, _ count: Int, _ deltas: UnsafeMutablePointer<Double>, _ scratch: BlockScratch
  ) -> Int {
    let changes = BlockChanges(
      old: labels + start, new: scratch.output.labels, pointCount: count, words: scratch.words)
    if changes.count == 0 { return 0 }
    moveChanged(
      points.base + start, stride: points.stride, dimensionCount: points.dimensionCount, changes,
      isFirst: !hasLabels, weights: points.weightBase.map { $0 + start }, deltas: deltas)
    (labels + start).update(from: scratch.output.labels, count: count)
    return changes.count
  }

  /// Adds the chunks' changes to the sums, in chunk order, and clears them.
  private func mergeDeltas() -> Step {
    var changed = 0
    var evaluated = 0
    for chunk in 0..<Parallel.chunkCount(of: points.rowCount) {
      evaluated += chunkCounts[chunk].evaluated
      guard chunkCounts[chunk].changed > 0 else { continue }
      changed += chunkCounts[chunk].changed
      let deltas = chunkDeltas + chunk * deltaCount
      for i in 0..<deltaCount {
        sums[i] += deltas[i]
        deltas[i] = 0
      }
    }
    return Step(changed: changed, evaluated: evaluated)
  }
}

/// Memory for one block of rows, allocated once a chunk.
struct BlockScratch {
  let output: NearestTwoOutput
  /// Positions in the block of the points that must be evaluated, and the clusters they come from.
  let list: UnsafeMutablePointer<UInt16>
  let oldLabels: UnsafeMutablePointer<UInt16>
  /// One bit a point.
  let words: UnsafeMutablePointer<UInt64>
  /// Points picked out of the block, column by column, `blockRowCount` apart, and their weights.
  let gathered: UnsafeMutablePointer<Float>
  let gatheredWeights: UnsafeMutablePointer<Double>
}

/// Runs `body` with scratch for blocks of points with so many features.
func withBlockScratch(dimensionCount: Int, _ body: (BlockScratch) -> Void) {
  let rows = KMeansState.blockRowCount
  let byteCount = rows * (4 * (3 + dimensionCount) + 2 * 3 + 8) + rows / 8
  withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 64) { memory in
    var next = memory.baseAddress!
    func take<Element: BitwiseCopyable>(
      _ type: Element.Type, _ count: Int
    ) -> UnsafeMutablePointer<Element> {
      defer { next += count * MemoryLayout<Element>.stride }
      return next.bindMemory(to: type, capacity: count)
    }
    let output = NearestTwoOutput(
      labels: take(UInt16.self, rows), nearest: take(Float.self, rows),
      second: take(Float.self, rows), norms: take(Float.self, rows))
    body(
      BlockScratch(
        output: output, list: take(UInt16.self, rows), oldLabels: take(UInt16.self, rows),
        words: take(UInt64.self, rows / 64), gathered: take(Float.self, rows * dimensionCount),
        gatheredWeights: take(Double.self, rows)))
  }
}
