import Kernels
import Testing

/// Points with seeded coordinates on a coarse grid, so that equal distances occur.
func gridPoints(_ rowCount: Int, _ dimensionCount: Int, seed: UInt64, levels: Int) -> PointMatrix {
  var random = RandomStream(seed: seed)
  return PointMatrix(rowCount: rowCount, dimensionCount: dimensionCount) { _, column in
    for i in column.indices {
      column[i] = Float(random.nextIndex(below: levels)) / Float(levels) - 0.5
    }
  }
}

/// The naive twin: all scores in order, strictly better wins.
func naiveLabels(_ points: PointMatrix, _ centroids: [Double]) -> [Int] {
  let d = points.dimensionCount
  return (0..<points.rowCount).map { row in
    var best = Float.infinity
    var label = 0
    for j in 0..<centroids.count / d {
      let c = (0..<d).map { Float(centroids[j * d + $0]) }
      var score = Float(c.reduce(0.0) { $0 + Double($1) * Double($1) } / 2)
      for f in 0..<d { score.addProduct(points[row, f], -c[f]) }
      if score < best {
        best = score
        label = j
      }
    }
    return label
  }
}

private func labels(_ state: KMeansState) -> [Int] { state.withLabels { $0.map(Int.init) } }

@Suite struct NearestCentroidTests {
  @Test(arguments: 1...16)
  func everyFeatureCountAgreesWithTheNaiveTwin(d: Int) {
    for rowCount in Array(0...65) + [1_000] {
      let points = gridPoints(rowCount, d, seed: UInt64(rowCount), levels: 64)
      let centroids = gridPoints(5, d, seed: 99, levels: 32)
      let coordinates = (0..<5).flatMap(centroids.point)
      let state = KMeansState(points: points, centroidCount: 5, isPruning: false)
      let step = state.assign(to: coordinates)
      #expect(step.changed == rowCount)
      #expect(labels(state) == naiveLabels(points, coordinates))
    }
  }

  @Test func equalDistancesGoToTheLowerIndex() {
    let points = PointMatrix(rowCount: 40, dimensionCount: 1) { _, column in
      for i in column.indices { column[i] = 0 }
    }
    let state = KMeansState(points: points, centroidCount: 4, isPruning: true)
    state.assign(to: [0.5, -0.25, 0.25, -0.25])
    #expect(labels(state) == Array(repeating: 1, count: 40))
  }

  @Test(arguments: [(3, 8), (8, 64), (2, 3), (16, 20)])
  func pruningChangesNoLabelAndNoSum(d: Int, k: Int) {
    let points = gridPoints(20_000, d, seed: 5, levels: 1_000)
    let pruned = KMeansState(points: points, centroidCount: k, isPruning: true)
    let plain = KMeansState(points: points, centroidCount: k, isPruning: false)
    var centroids = (0..<k).flatMap { points.point($0 * 17) }
    var evaluated = 0
    for _ in 0..<25 {
      let step = pruned.assign(to: centroids)
      let same = plain.assign(to: centroids)
      evaluated += step.evaluated
      #expect(step.changed == same.changed)
      #expect(labels(pruned) == labels(plain))
      for cluster in 0..<k {
        #expect(pruned.mean(of: cluster) == plain.mean(of: cluster))
        if let mean = plain.mean(of: cluster) {
          centroids.replaceSubrange(cluster * d..<(cluster + 1) * d, with: mean)
        }
      }
    }
    // Otherwise nothing was pruned, and nothing tested.
    #expect(evaluated < 20_000 * 24)
  }

  @Test func movedSumsAreThoseOfSummingAgain() {
    let points = gridPoints(10_000, 3, seed: 8, levels: 4_096)
    let state = KMeansState(points: points, centroidCount: 4, isPruning: false)
    for seed in 0..<6 {
      let centroids = gridPoints(4, 3, seed: UInt64(seed), levels: 100)
      state.assign(to: (0..<4).flatMap(centroids.point))
    }
    let found = labels(state)
    for cluster in 0..<4 {
      let rows = found.indices.filter { found[$0] == cluster }
      #expect(state.weight(of: cluster) == Double(rows.count))
      for f in 0..<3 where !rows.isEmpty {
        let sum = rows.reduce(0.0) { $0 + Double(points[$1, f]) }
        #expect(state.mean(of: cluster)?[f] == sum / Double(rows.count))
      }
    }
  }

  @Test func weightsCountInTheMeans() {
    let points = PointMatrix(
      rowCount: 3, dimensionCount: 1, isWeighted: true,
      fillWeights: { weights in for i in 0..<3 { weights[i] = [1, 3, 0][i] } },
      fill: { _, column in for i in 0..<3 { column[i] = [0, 0.5, 0.75][i] } })
    let state = KMeansState(points: points, centroidCount: 1, isPruning: false)
    state.assign(to: [0])
    #expect(state.weight(of: 0) == 4)
    #expect(state.mean(of: 0) == [0.375])
  }

  @Test func seedingDistancesAndDrawsFollowTheNaiveTwin() {
    let points = gridPoints(1_003, 3, seed: 12, levels: 50)
    let state = SeedingState(points: points)
    let seeds = [points.point(3), points.point(700)].flatMap { $0.map(Float.init) }
    state.add(seeds: Array(seeds[..<3]))
    let trial = state.potentials(adding: Array(seeds[3...]))[0]
    state.add(seeds: Array(seeds[3...]))
    #expect(trial == state.potential)
    func squared(_ a: Int, _ b: Int) -> Double {
      (0..<3).reduce(0) {
        $0 + Double((points[a, $1] - points[b, $1]) * (points[a, $1] - points[b, $1]))
      }
    }
    let expected = (0..<1_003).map { min(squared($0, 3), squared($0, 700)) }
    #expect(abs(state.potential - expected.reduce(0, +)) < 1e-4)
    #expect(state.squaredDistance(3) == 0 && state.squaredDistance(700) == 0)
    // A target lies in the share of the row that it draws.
    for target in [0.0, 0.3, 0.7, 0.999] {
      let row = state.row(at: target * state.potential)
      let before = expected[..<row].reduce(0, +)
      #expect(expected[row] > 0)
      #expect(before <= target * state.potential + 1e-3)
      #expect(before + expected[row] >= target * state.potential - 1e-3)
    }
  }
}
