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
          changed += moveChanged(start, count, deltas, scratch)
          evaluated += count
        }
        start += block
      }
    }
    chunkCounts[chunk] = (changed, evaluated)
  }

  /// Gives the points of a block their new labels and moves those that changed between the sums.
  func moveChanged(
    _ start: Int, _ count: Int, _ deltas: UnsafeMutablePointer<Double>, _ scratch: BlockScratch
  ) -> Int {
    let new = scratch.output.labels
    let old = labels + start
    let list = scratch.list
    var found = 0
    var i = 0
    // Most blocks change little: 32 labels are compared at once, one by one only where they differ.
    while i + 32 <= count {
      if isDifferent32(old + i, new + i) {
        for p in i..<i + 32 {
          list[found] = UInt16(truncatingIfNeeded: p)
          found &+= oneIfDifferent(old[p], new[p])
        }
      }
      i += 32
    }
    while i < count {
      list[found] = UInt16(truncatingIfNeeded: i)
      found &+= oneIfDifferent(old[i], new[i])
      i += 1
    }
    for p in 0..<found { scratch.changed[p] = new[Int(list[p])] }
    moveListed(start, found, deltas, scratch)
    return found
  }

  /// Moves the listed points of a block to the clusters in `scratch.changed`: feature by feature, because a
  /// row of the sums is too short a loop.
  func moveListed(
    _ start: Int, _ count: Int, _ deltas: UnsafeMutablePointer<Double>, _ scratch: BlockScratch
  ) {
    let d = points.dimensionCount
    let width = d + 1
    let list = scratch.list
    let new = scratch.changed
    let old = labels + start
    let weights = points.weightBase.map { $0 + start }
    for f in 0..<d {
      let column = points.base + (f * points.stride + start)
      let sums = deltas + f
      if !hasLabels {
        // Every point comes from the cluster that is thrown away: taking it from there as well would make
        // each addition wait for the last.
        for p in 0..<count {
          let at = Int(list[p])
          let value = Double(column[at]) * (weights.map { $0[at] } ?? 1)
          sums[Int(new[p]) &* width] += value
        }
      } else if let weights {
        for p in 0..<count {
          let at = Int(list[p])
          let value = weights[at] * Double(column[at])
          sums[Int(new[p]) &* width] += value
          sums[Int(old[at]) &* width] -= value
        }
      } else {
        for p in 0..<count {
          let at = Int(list[p])
          let value = Double(column[at])
          sums[Int(new[p]) &* width] += value
          sums[Int(old[at]) &* width] -= value
        }
      }
    }
    for p in 0..<count {
      let at = Int(list[p])
      let weight = weights.map { $0[at] } ?? 1
      deltas[Int(new[p]) &* width &+ d] += weight
      deltas[Int(old[at]) &* width &+ d] -= weight
      old[at] = new[p]
    }
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

/// 1 or 0 without a branch, which would be mispredicted: 38% of a step at k = 8.
@inline(__always)
func oneIfDifferent(_ a: UInt16, _ b: UInt16) -> Int {
  Int((UInt32(a ^ b) &+ 0xFFFF) >> 16)
}

/// Whether any of 32 labels differs.
@inline(__always)
private func isDifferent32(_ a: UnsafePointer<UInt16>, _ b: UnsafePointer<UInt16>) -> Bool {
  let a = UnsafeRawPointer(a)
  let b = UnsafeRawPointer(b)
  let first =
    a.loadUnaligned(as: SIMD4<UInt64>.self) ^ b.loadUnaligned(as: SIMD4<UInt64>.self)
  let second =
    a.loadUnaligned(fromByteOffset: 32, as: SIMD4<UInt64>.self)
    ^ b.loadUnaligned(fromByteOffset: 32, as: SIMD4<UInt64>.self)
  let all = first | second
  let half = all.lowHalf | all.highHalf
  return half.x | half.y != 0
}

/// Memory for one block of rows, allocated once a chunk.
struct BlockScratch {
  let output: NearestTwoOutput
  /// Positions in the block: the points that changed, or that must be evaluated.
  let list: UnsafeMutablePointer<UInt16>
  /// New labels of the listed points.
  let changed: UnsafeMutablePointer<UInt16>
  /// Points picked out of the block, column by column, `blockRowCount` apart.
  let gathered: UnsafeMutablePointer<Float>
}

/// Runs `body` with scratch for blocks of points with so many features.
func withBlockScratch(dimensionCount: Int, _ body: (BlockScratch) -> Void) {
  let rows = KMeansState.blockRowCount
  withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * (3 + dimensionCount)) { floats in
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: rows * 3) { labels in
      let floats = floats.baseAddress!
      let labels = labels.baseAddress!
      let output = NearestTwoOutput(
        labels: labels, nearest: floats, second: floats + rows, norms: floats + rows * 2)
      body(
        BlockScratch(
          output: output, list: labels + rows, changed: labels + rows * 2,
          gathered: floats + rows * 3))
    }
  }
}
