extension KMeansState {
  /// Makes the kernels' table of the centroids, and adds how far they moved to the drifts.
  func setTable(_ centroids: [Double]) {
    let d = points.dimensionCount
    var shifts = [Double](repeating: 0, count: centroidCount)
    var longest = 0.0
    for j in 0..<centroidCount {
      let row = table + j * (d + 2)
      var shift = 0.0
      var half = 0.0
      for f in 0..<d {
        let value = Float(centroids[j * d + f])
        let step = Double(value) + Double(row[f])
        shift += step * step
        half += Double(value) * Double(value)
        row[f] = -value
      }
      row[d] = Float(half / 2)
      row[d + 1] = Float(bitPattern: UInt32(j))
      shifts[j] = shift.squareRoot()
      longest = max(longest, half.squareRoot())
    }
    guard prunesFromNowOn else { return }
    if longest > lengthBound {
      lengthBound = longest * 1.5
      mustEvaluateAll = true
    }
    if mustEvaluateAll {
      for j in 0..<centroidCount { drifts[j] = 0 }
    } else {
      addDrifts(shifts)
    }
    // Rounded down where an expiry starts and up where it ends, past what its own rounding can add.
    for j in 0..<centroidCount {
      driftStarts[j] = Float(drifts[j] * (1 - 0x1p-21)).nextDown
      driftLimits[j] = Float(drifts[j] * (1 + 0x1p-21)).nextUp
    }
  }

  /// For each point that changes, ten to thirty are evaluated in a pruned step, each at the price of some 40
  /// multiply-adds more than in a plain one.
  func isWorthPruning(after step: Step) -> Bool {
    let isCheap = centroidCount * (points.dimensionCount + 4) < 200
    return step.changed <= points.rowCount / (isCheap ? 100 : 30)
  }

  /// A point of centroid a loses to another at the earliest when a has come away by its own shift and the
  /// fastest other centroid has come nearer by its.
  private func addDrifts(_ shifts: [Double]) {
    var fastest = 0
    for j in 0..<centroidCount where shifts[j] > shifts[fastest] { fastest = j }
    var next = 0.0
    for j in 0..<centroidCount where j != fastest { next = max(next, shifts[j]) }
    for j in 0..<centroidCount {
      drifts[j] += (shifts[j] + (j == fastest ? next : shifts[fastest])) * (1 + 0x1p-40)
    }
  }

  /// As the plain step for `count` rows from `start`, evaluating only the points whose expiry has passed.
  func assignPruned(
    _ start: Int, _ count: Int, _ deltas: UnsafeMutablePointer<Double>, _ scratch: BlockScratch
  ) -> Step {
    let expiries = expiries! + start
    let found = mustEvaluateAll ? count : listExpired(start, count, scratch)
    if found == 0 { return Step(changed: 0, evaluated: 0) }
    if found &* 2 > count {
      evaluate(points.base + start, points.stride, count, scratch)
      for i in 0..<count { expiries[i] = expiry(i, scratch) }
      return Step(changed: takeLabels(start, count, deltas, scratch), evaluated: count)
    }
    gather(start, found, scratch)
    evaluate(scratch.gathered, KMeansState.blockRowCount, found, scratch)
    let list = scratch.list
    for i in 0..<found { expiries[Int(list[i])] = expiry(i, scratch) }
    let changes = BlockChanges(
      old: scratch.oldLabels, new: scratch.output.labels, pointCount: found, words: scratch.words)
    if changes.count > 0 {
      moveChanged(
        scratch.gathered, stride: KMeansState.blockRowCount, dimensionCount: points.dimensionCount,
        changes, isFirst: false, weights: points.weightBase.map { _ in scratch.gatheredWeights },
        deltas: deltas)
      let labels = labels + start
      changes.forEach { labels[Int(list[$0])] = changes.new[$0] }
    }
    return Step(changed: changes.count, evaluated: found)
  }

  /// Lists the points of a block whose expiry has passed; returns how many.
  private func listExpired(_ start: Int, _ count: Int, _ scratch: BlockScratch) -> Int {
    let expiries = expiries! + start
    let labels = labels + start
    let wordCount = (count + 63) / 64
    for w in 0..<wordCount {
      let end = min(64, count - w * 64)
      var word: UInt64 = 0
      // Reads past the last point stay in the padding.
      for i in stride(from: 0, to: end, by: 8) {
        word |= expired8(labels + w * 64 + i, expiries + w * 64 + i, driftLimits) << UInt64(i)
      }
      scratch.words[w] = end < 64 ? word & (1 << UInt64(end) - 1) : word
    }
    let list = scratch.list
    var found = 0
    forEachBit(scratch.words, wordCount) { at in
      list[found] = UInt16(truncatingIfNeeded: at)
      found &+= 1
    }
    return found
  }

  /// Copies the listed points of a block next to each other, and fills up to 16 with the last.
  private func gather(_ start: Int, _ count: Int, _ scratch: BlockScratch) {
    let list = scratch.list
    let padded = (count + 15) & ~15
    for i in count..<padded { list[i] = list[count - 1] }
    for f in 0..<points.dimensionCount {
      let from = points.base + (f * points.stride + start)
      let to = scratch.gathered + f * KMeansState.blockRowCount
      for i in 0..<padded { to[i] = from[Int(list[i])] }
    }
    for i in 0..<padded { scratch.oldLabels[i] = labels[start + Int(list[i])] }
    guard let weights = points.weightBase else { return }
    for i in 0..<count { scratch.gatheredWeights[i] = weights[start + Int(list[i])] }
  }

  /// Nearest centroids of `count` points, and the margins by which they are the nearest.
  private func evaluate(
    _ from: UnsafePointer<Float>, _ stride: Int, _ count: Int, _ scratch: BlockScratch
  ) {
    let padded = (count + 15) & ~15
    nearestTwoCentroids(
      from, stride: stride, count: padded, dimensionCount: points.dimensionCount,
      table: table, centroidCount: centroidCount, output: scratch.output)
    certifyMargins(
      scratch.output, count: padded, dimensionCount: points.dimensionCount,
      lengthBound: Float(lengthBound).nextUp)
  }

  @inline(__always)
  private func expiry(_ i: Int, _ scratch: BlockScratch) -> Float {
    scratch.output.nearest[i] + driftStarts[Int(scratch.output.labels[i])]
  }
}

/// Replaces each nearest squared distance by a margin: if the centroids drift by less, the kernel will choose
/// the same one again, whatever it rounds.
///
/// Let R = |x| + C with C at least every centroid's length. A score is a sum of d + 1 terms whose magnitudes
/// add up to at most R², so its error is at most E = (d + 3)·2⁻²⁴·R². Squared distances are off by at most
/// δ = 4E, hence d₁ ≤ √(d̂₁² + δ) and d₂ ≥ √(d̂₂² − δ). After a drift below d₂ − d₁ − σ, the distances d₁', d₂'
/// still have d₂' − d₁' > σ and d₁' + d₂' ≥ max(2 d₁, σ). The kernel chooses the same centroid if the scores
/// differ by more than 2E, that is if (d₂' − d₁')(d₂' + d₁') > δ: any σ ≥ min(√δ, δ / 2d₁) does it. With
/// u = √(d̂₁² + δ), 2δ/u is enough: where d̂₁² ≥ 3δ, d₁ ≥ u/√2; where it is less, u < 2√δ.
func certifyMargins(
  _ output: NearestTwoOutput, count: Int, dimensionCount: Int, lengthBound: Float
) {
  let unit = Float(dimensionCount + 4) * 0x1p-21
  let boundSquared = SIMD8<Float>(repeating: lengthBound * lengthBound)
  var i = 0
  while i < count {
    // R² ≤ 2 (|x|² + C²)
    let delta = (load8(output.norms + i) + boundSquared) * unit
    let nearest = load8(output.nearest + i)
    let upper = (nearest + delta).squareRoot()
    let lower = greater(load8(output.second + i) - delta, .zero).squareRoot()
    let slack = (delta + delta) / upper
    // What these lines round is far below 2⁻²⁰ of the distances.
    let margin = lower * (1 - 0x1p-20) - upper * (1 + 0x1p-20) - slack
    // A margin that is not positive expires at once, whatever the drift: −∞ + drift = −∞.
    let expired = SIMD8<Float>(repeating: -.infinity)
    store8(output.nearest + i, expired.replacing(with: margin, where: margin .> .zero))
    i &+= 8
  }
}
