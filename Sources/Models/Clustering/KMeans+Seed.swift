import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension KMeans {
  /// Rows past which seeding is by k-means||, which reads the points 6 times instead of k times.
  static let greedySeedingRowLimit = 1_000_000

  /// Initial centroids (k × d coordinates): greedy k-means++, or k-means|| past a million rows.
  static func seed(
    _ points: PointMatrix, clusterCount: Int, seed: UInt64
  ) throws(ClusteringError) -> [Double] {
    if points.rowCount > greedySeedingRowLimit {
      if let centroids = try seedInRounds(points, clusterCount: clusterCount, seed: seed) {
        return centroids
      }
    }
    return try seedGreedily(points, clusterCount: clusterCount, seed: seed)
  }

  /// k-means++ (Arthur and Vassilvitskii, SODA 2007), greedy as in scikit-learn: of 2 + ⌊ln k⌋ points drawn in
  /// proportion to w·D², the one that leaves the least potential becomes the next centroid.
  ///
  /// Throws when the points run out of distinct ones. Costs about k·(3 + ln k) distances a point.
  static func seedGreedily(
    _ points: PointMatrix, clusterCount: Int, seed: UInt64
  ) throws(ClusteringError) -> [Double] {
    var random = RandomStream(seed: seed)
    let trialCount = 2 + Int(log(Double(clusterCount)))
    let state = SeedingState(points: points)
    var centroids: [Double] = []
    var next = firstRow(points, &random)
    while true {
      let point = points.point(next)
      centroids.append(contentsOf: point)
      if centroids.count == clusterCount * points.dimensionCount { return centroids }
      state.add(seeds: point.map(Float.init))
      let potential = state.potential
      guard potential > 0 else {
        let distinct = centroids.count / points.dimensionCount
        throw .tooFewDistinctRows(clusters: clusterCount, distinct: distinct)
      }
      let rows = (0..<trialCount).map { _ in state.row(at: random.nextUnit() * potential) }
      let potentials = state.potentials(
        adding: rows.flatMap { points.point($0).map(Float.init) })
      var best = 0
      for trial in 1..<trialCount where potentials[trial] < potentials[best] { best = trial }
      next = rows[best]
    }
  }

  /// A row drawn in proportion to its weight.
  private static func firstRow(_ points: PointMatrix, _ random: inout RandomStream) -> Int {
    guard points.isWeighted else { return random.nextIndex(below: points.rowCount) }
    let total = (0..<points.rowCount).reduce(0.0) { $0 + points.weight($1) }
    var rest = random.nextUnit() * total
    var last = 0
    for row in 0..<points.rowCount where points.weight(row) > 0 {
      last = row
      rest -= points.weight(row)
      if rest < 0 { break }
    }
    return last
  }

  /// k-means|| (Bahmani and others, VLDB 2012): five rounds, each of which takes every point with probability
  /// min(1, 2k·w·D² / potential); then greedy k-means++ and Lloyd's iteration on the points taken, weighted by
  /// the points that are nearest to each. Nil when they hold fewer than k distinct ones.
  static func seedInRounds(
    _ points: PointMatrix, clusterCount: Int, seed: UInt64
  ) throws(ClusteringError) -> [Double]? {
    let roundCount = 5
    let limit = KMeansState.centroidLimit
    // Five rounds' worth stays below the limit, and above k, whatever k is.
    let perRound = Double(min(2 * clusterCount, limit * 3 / 4 / roundCount))
    var random = RandomStream(seed: seed)
    let state = SeedingState(points: points)
    var rows = [firstRow(points, &random)]
    state.add(seeds: points.point(rows[0]).map(Float.init))
    for _ in 0..<roundCount {
      let roundSeed = random.next()
      let potential = state.potential
      if !(potential > 0) { break }
      let drawn = draw(state, rate: perRound / potential, seed: roundSeed)
        .prefix(limit - rows.count)
      rows.append(contentsOf: drawn)
      state.add(seeds: drawn.flatMap { points.point($0).map(Float.init) })
    }
    if rows.count < clusterCount { return nil }
    let nearest = KMeansState(points: points, centroidCount: rows.count, isPruning: false)
    nearest.assign(to: rows.flatMap(points.point))
    let candidates = PointMatrix(
      rowCount: rows.count, dimensionCount: points.dimensionCount, isWeighted: true,
      fillWeights: { weights in for i in rows.indices { weights[i] = nearest.weight(of: i) } },
      fill: { f, column in for i in rows.indices { column[i] = points[rows[i], f] } })
    do throws(ClusteringError) {
      let seeds = try seedGreedily(candidates, clusterCount: clusterCount, seed: random.next())
      return run(candidates, from: seeds, limits: Limits(iterationCount: 20)).centroids
    } catch {
      return nil
    }
  }

  /// Each point with probability rate·w·D², from one random stream a chunk: the same on any thread count.
  private static func draw(_ state: SeedingState, rate: Double, seed: UInt64) -> [Int] {
    let points = state.points
    var drawn = [[Int]](repeating: [], count: Parallel.chunkCount(of: points.rowCount))
    drawn.withUnsafeMutableBufferPointer { drawn in
      // SAFETY: each task writes its own element.
      nonisolated(unsafe) let drawn = drawn
      nonisolated(unsafe) let state = state
      Parallel.forEachChunk(of: points.rowCount) { chunk, rows in
        var random = RandomStream(seed: seed, stream: UInt64(chunk))
        var taken: [Int] = []
        for row in rows {
          let share = Double(state.squaredDistance(row)) * points.weight(row)
          if random.nextUnit() < rate * share { taken.append(row) }
        }
        drawn[chunk] = taken
      }
    }
    return drawn.flatMap { $0 }
  }
}
