/// Measures of agreement between what a strategy said and what happened.
package enum Measures {
  /// Spearman's rank correlation, ties averaged; nil when either side is constant.
  package static func spearman(_ a: Ranking, _ b: Ranking) -> Double? {
    spearman(a, midranks: b.midranks)
  }

  /// The same against ranks that are known already.
  static func spearman(_ a: Ranking, midranks y: [Double]) -> Double? {
    let x = a.midranks
    let mean = Double(x.count + 1) / 2
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for i in x.indices {
      let (dx, dy) = (x[i] - mean, y[i] - mean)
      xy += dx * dy
      xx += dx * dx
      yy += dy * dy
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
  }

  /// Area under the ROC curve: P(an active customer is ranked above one that is not), half for a tie.
  package static func areaUnderCurve(_ ranking: Ranking, isActive: [Bool]) -> Double? {
    var (above, activeAbove) = (0.0, 0.0)
    var wins = 0.0
    for tie in 0..<ranking.tieCount {
      var (active, idle) = (0.0, 0.0)
      for place in ranking.tieStarts[tie]..<ranking.tieStarts[tie + 1] {
        if isActive[Int(ranking.order[place])] { active += 1 } else { idle += 1 }
      }
      wins += idle * (activeAbove + active / 2)
      activeAbove += active
      above += idle
    }
    return above > 0 && activeAbove > 0 ? wins / (above * activeAbove) : nil
  }

  /// Mean squared distance of probabilities from what happened.
  package static func brier(_ probabilities: [Float], isActive: [Bool]) -> Double? {
    if probabilities.isEmpty { return nil }
    var sum = 0.0
    for i in probabilities.indices {
      let distance = Double(probabilities[i]) - (isActive[i] ? 1 : 0)
      sum += distance * distance
    }
    return sum / Double(probabilities.count)
  }

  /// Number of groups that somebody is in.
  package static func groupCount(_ groups: [UInt32]) -> Int {
    var isUsed = [Bool](repeating: false, count: Int(groups.max() ?? 0) + 1)
    for group in groups { isUsed[Int(group)] = true }
    return groups.isEmpty ? 0 : isUsed.count { $0 }
  }

  /// Share of the variance of `values` that lies between groups (η²); nil when there is no variance.
  package static func betweenShare(_ groups: [UInt32], _ values: [Double]) -> Double? {
    let count = Double(values.count)
    guard count > 0 else { return nil }
    let mean = values.reduce(0, +) / count
    let groupCount = Int(groups.max() ?? 0) + 1
    var sums = [Double](repeating: 0, count: groupCount)
    var counts = sums
    var total = 0.0
    for i in values.indices {
      let distance = values[i] - mean
      sums[Int(groups[i])] += distance
      counts[Int(groups[i])] += 1
      total += distance * distance
    }
    var between = 0.0
    for g in sums.indices where counts[g] > 0 { between += sums[g] * sums[g] / counts[g] }
    return total > 0 ? between / total : nil
  }

  /// The adjusted Rand index of two groupings of the same customers (Hubert and Arabie 1985); 1 when both
  /// are the same, also when both are trivial.
  package static func adjustedRand(_ a: [UInt32], _ b: [UInt32]) -> Double? {
    guard a.count == b.count, !a.isEmpty else { return nil }
    let (rows, columns) = (Int(a.max()!) + 1, Int(b.max()!) + 1)
    // Pairs of groups are few, as a rule: a table of them where it is small, else a dictionary.
    let isDense = rows * columns <= 1 << 16
    var table = [Double](repeating: 0, count: isDense ? rows * columns : 0)
    var cells: [Int: Double] = [:]
    var aCounts = [Double](repeating: 0, count: rows)
    var bCounts = [Double](repeating: 0, count: columns)
    for i in a.indices {
      let cell = Int(a[i]) * columns + Int(b[i])
      if isDense { table[cell] += 1 } else { cells[cell, default: 0] += 1 }
      aCounts[Int(a[i])] += 1
      bCounts[Int(b[i])] += 1
    }
    func pairs(_ count: Double) -> Double { count * (count - 1) / 2 }
    // Sums of whole numbers, exact below 2^53, so that the order of the dictionary does not show.
    let both = cells.values.reduce(table.reduce(0) { $0 + pairs($1) }) { $0 + pairs($1) }
    let inA = aCounts.reduce(0) { $0 + pairs($1) }
    let inB = bCounts.reduce(0) { $0 + pairs($1) }
    let expected = a.count > 1 ? inA * inB / pairs(Double(a.count)) : 0
    let most = (inA + inB) / 2
    return most == expected ? 1 : (both - expected) / (most - expected)
  }
}

/// How far predicted amounts lie from what happened.
package struct PredictionErrors: Sendable, Equatable {
  /// A tenth of the customers, by predicted value.
  package struct Decile: Sendable, Equatable {
    package let customerCount: Int
    package let meanPredicted: Double
    package let meanActual: Double
  }

  package let meanAbsolute: Double
  package let rootMeanSquare: Double
  /// Mean of predicted less actual.
  package let bias: Double
  /// Highest predictions first; a tie across a border is averaged.
  package let calibration: [Decile]

  /// `curve` is that of the actual amounts by the same ranking, where it is known already.
  package init(
    _ predicted: [Float], _ actual: [Double], ranking: Ranking, curve: GainCurve? = nil
  ) {
    var (absolute, squares, signed) = (0.0, 0.0, 0.0)
    for i in actual.indices {
      let error = Double(predicted[i]) - actual[i]
      absolute += abs(error)
      squares += error * error
      signed += error
    }
    let count = actual.count
    meanAbsolute = count > 0 ? absolute / Double(count) : 0
    rootMeanSquare = count > 0 ? (squares / Double(count)).squareRoot() : 0
    bias = count > 0 ? signed / Double(count) : 0
    let actualCurve = curve ?? GainCurve(ranking, spend: actual)
    let predictedCurve = GainCurve(ranking, spend: predicted.map(Double.init))
    let ends = (0...10).map { Double(count * $0 / 10) }
    let actualSums = ends.map { actualCurve.spend(ofTop: $0) }
    let predictedSums = ends.map { predictedCurve.spend(ofTop: $0) }
    calibration = (0..<10).compactMap { k in
      let size = ends[k + 1] - ends[k]
      guard size > 0 else { return nil }
      return Decile(
        customerCount: Int(size), meanPredicted: (predictedSums[k + 1] - predictedSums[k]) / size,
        meanActual: (actualSums[k + 1] - actualSums[k]) / size)
    }
  }
}
