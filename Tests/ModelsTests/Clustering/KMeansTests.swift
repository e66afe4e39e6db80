import Kernels
import Testing

@testable import Models

/// One feature's points.
private func line(_ values: [Float]) -> PointMatrix {
  PointMatrix(rowCount: values.count, dimensionCount: 1) { _, column in
    _ = column.update(fromContentsOf: values)
  }
}

@Suite struct KMeansTests {
  @Test func anEmptyClusterIsStartedAgainAtTheFarthestPoint() {
    let points = line([0, 0.01, 0.02, 0.5, 0.51, -0.9])
    // The second centroid is nobody's nearest; −0.9 lies farthest from its own.
    let run = KMeans.run(points, from: [0.1, 100], limits: KMeans.Limits(iterationCount: 1))
    #expect(run.reseedCount == 1)
    let labels = run.state.withLabels { $0.map(Int.init) }
    #expect(labels == [0, 0, 0, 0, 0, 1])
  }

  @Test func equalPointsLeaveAnEmptyClusterEmptyInsteadOfLooping() {
    let run = KMeans.run(line([0.25, 0.25, 0.25]), from: [0.25, 0.75])
    #expect(run.stop == .converged)
    #expect(run.state.weight(of: 1) == 0)
  }

  @Test func aToleranceStopsEarlyAndSaysSo() {
    var random = RandomStream(seed: 2)
    let points = line((0..<5_000).map { _ in Float(random.nextUnit()) })
    let full = KMeans.run(points, from: [0.1, 0.11, 0.12])
    let early = KMeans.run(
      points, from: [0.1, 0.11, 0.12], limits: KMeans.Limits(squaredShift: 1e-3))
    #expect(full.stop == .converged && early.stop == .tolerance)
    #expect(early.iterationCount < full.iterationCount)
  }

  @Test func greedySeedsAreDistinctPointsAndNearTheBest() throws {
    let points = line((0..<900).map { Float($0 % 9) / 9 + Float($0 / 9) * 1e-5 })
    let seeds = try KMeans.seedGreedily(points, clusterCount: 9, seed: 1)
    #expect(Set(seeds.map { Int($0 * 9 + 0.05) }).count == 9)
    #expect(throws: ClusteringError.tooFewDistinctRows(clusters: 3, distinct: 2)) {
      try KMeans.seedGreedily(line([0, 0.5, 0, 0.5]), clusterCount: 3, seed: 1)
    }
  }

  @Test func seedingInRoundsFindsSeparateClusters() throws {
    var random = RandomStream(seed: 6)
    let points = line(
      (0..<100_000).map { Float($0 % 10) / 10 + Float(random.nextUnit()) * 0.01 })
    let seeds = try #require(try KMeans.seedInRounds(points, clusterCount: 10, seed: 3))
    #expect(Set(seeds.map { Int($0 * 10 + 0.02) }).count == 10)
    #expect(try KMeans.seedInRounds(line([0, 0, 0.5]), clusterCount: 3, seed: 3) == nil)
  }

  @Test func optimalAssignmentMatchesTryingAllPermutations() {
    var random = RandomStream(seed: 31)
    for size in 1...6 {
      for columns in size...6 {
        let costs = (0..<size).map { _ in (0..<columns).map { _ in random.nextUnit() } }
        let found = OptimalAssignment.columns(forRowsOf: costs)
        let total = found.enumerated().reduce(0) { $0 + costs[$1.offset][$1.element!] }
        #expect(Set(found.map { $0! }).count == size)
        #expect(abs(total - leastCost(costs, 0, [])) < 1e-12)
        let turned = (0..<columns).map { j in costs.map { $0[j] } }
        let other = OptimalAssignment.columns(forRowsOf: turned)
        #expect(other.count { $0 != nil } == size)
      }
    }
  }

  private func leastCost(_ costs: [[Double]], _ row: Int, _ taken: Set<Int>) -> Double {
    if row == costs.count { return 0 }
    return costs[row].indices.filter { !taken.contains($0) }
      .map { costs[row][$0] + leastCost(costs, row + 1, taken.union([$0])) }.min()!
  }

  @Test func gridSumsAreExactInAnyOrder() {
    var random = RandomStream(seed: 17)
    let grid = SummationGrid(largestMagnitude: 1, rowCount: 100_000)
    let values = (0..<100_000).map { _ in Double(grid.round(2 * random.nextUnit() - 1)) }
    let forward = values.reduce(0, +)
    #expect(forward == values.reversed().reduce(0, +))
    #expect(forward == values.sorted().reduce(0, +))
  }

  @Test func measuresFollowTheirDefinitions() {
    // Two pairs on a line: all measures by hand.
    let run = KMeans.run(line([0, 0.2, 0.6, 0.8]), from: [0, 0.8])
    let measures = ClusterMeasures(run, unit: 1, seed: 1)
    #expect(abs(measures.inertia - 0.04) < 1e-7)
    #expect(abs(measures.daviesBouldin! - 0.2 / 0.6) < 1e-6)
    #expect(abs(measures.calinskiHarabasz! - 0.36 / (0.04 / 2)) < 1e-4)
    let silhouette = ((0.7 - 0.2) / 0.7 + (0.5 - 0.2) / 0.5) / 2
    #expect(abs(measures.silhouette! - silhouette) < 1e-6)
    let simplified = ((0.7 - 0.1) / 0.7 + (0.5 - 0.1) / 0.5) / 2
    #expect(abs(measures.simplifiedSilhouette! - simplified) < 1e-6)
  }
}
