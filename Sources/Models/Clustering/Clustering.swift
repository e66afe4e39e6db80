package import Columns
package import JSONText
import Kernels

/// The outcome of a fit.
package struct ClusteringResult: Sendable {
  package let labels: ClusterLabels
  package let model: ClusteringModel
}

/// k-means on customers: the stage that makes the `cluster` column.
package enum Clustering {
  /// Clusters the rows of a frame by some of its columns.
  ///
  /// `spend` (in units of 10⁻⁴, a value a row) orders and describes the clusters; it does not form them.
  /// `weights` count rows several times, or parts of a time. `previous` is the last snapshot's model as JSON:
  /// clusters that continue one of its clusters keep the number.
  ///
  /// The same input gives the same result on any number of threads. Costs a few nanoseconds a row, iteration
  /// and core; see Documentation/Clustering.md.
  ///
  ///     let options = ClusteringOptions(k: .fixed(8), features: ["recency_days", "orders"])
  ///     let result = try Clustering.fit(frame, spend: totals, options: options)
  ///     result.labels.column                        // cluster, null where a feature is
  ///     try result.model.assign(tomorrow)           // new customers, the same clusters
  package static func fit(
    _ frame: Frame, spend: AlignedBuffer<Int64>? = nil, options: ClusteringOptions,
    weights: AlignedBuffer<Double>? = nil, previous: JSON? = nil
  ) throws(ClusteringError) -> ClusteringResult {
    try options.validate()
    if let spend, spend.count != frame.rowCount {
      throw .rowCounts(what: "the spend", found: spend.count, expected: frame.rowCount)
    }
    var before: ClusteringModel?
    if let previous { before = try ClusteringModel(previous) }
    let features = try FeatureMatrix(
      frame, features: options.features, scale: options.scale, weights: weights)
    let choice = try choose(frame, features, options, weights)
    let profiles = ClusterProfiler(features, choice.run, spend: spend)
    let profiled = profiles.profiles(matchedTo: before)
    let model = ClusteringModel(
      scale: options.scale, transforms: features.transforms, unit: features.unit,
      clusters: profiled.clusters.sorted { $0.number < $1.number },
      customerCount: features.points.rowCount, leftOutCount: features.leftOutCount,
      measures: choice.measures, method: options.batchRowCount == nil ? "lloyd" : "mini-batch",
      iterationCount: choice.run.iterationCount, stop: choice.run.stop.rawValue,
      reseedCount: choice.run.reseedCount, seed: options.seed,
      restartCount: options.restartCount, candidates: choice.candidates,
      triedCount: choice.triedCount,
      matching: profiled.matching)
    let labels = ClusteringModel.labels(
      of: choice.run.state, numbers: profiled.clusters.map(\.number), rows: features.rows,
      frameRowCount: frame.rowCount)
    return ClusteringResult(labels: labels, model: model)
  }

  private struct Choice {
    let clusterCount: Int
    let run: KMeans.Run
    let measures: ClusterMeasures
    var candidates: [ClusteringModel.Candidate] = []
    /// Customers that the candidates were tried on.
    var triedCount: Int?
  }

  /// The run for the count asked for, or for the best of the counts that are tried.
  private static func choose(
    _ frame: Frame, _ features: FeatureMatrix, _ options: ClusteringOptions,
    _ weights: AlignedBuffer<Double>?
  ) throws(ClusteringError) -> Choice {
    if case .fixed(let count) = options.clusterCount {
      return try best(features, options, clusterCount: count)
    }
    guard features.points.rowCount > options.autoRowCount else {
      return try bestCount(features, options)
    }
    let rows = sampledRows(features, options)
    let sample = try FeatureMatrix(
      Frame(
        rowCount: rows.count,
        columns: options.features.compactMap { frame[$0]?.gathered(rows) }),
      features: options.features, scale: options.scale, weights: weights?.gathered(rows))
    let tried = try bestCount(sample, options)
    var choice = try best(features, options, clusterCount: tried.clusterCount)
    choice.candidates = tried.candidates
    choice.triedCount = rows.count
    return choice
  }

  /// One customer, at random, of every so many in a row: `autoRowCount` or a few less.
  private static func sampledRows(
    _ features: FeatureMatrix, _ options: ClusteringOptions
  ) -> AlignedBuffer<UInt32> {
    let count = features.points.rowCount
    let stretch = (count + options.autoRowCount - 1) / options.autoRowCount
    var random = RandomStream(seed: options.seed, stream: 0)
    return AlignedBuffer<UInt32>(count: count / stretch) { rows in
      for i in rows.indices {
        rows[i] = UInt32(features.frameRow(i * stretch + random.nextIndex(below: stretch)))
      }
    }
  }

  /// The best over the counts that are tried.
  private static func bestCount(
    _ features: FeatureMatrix, _ options: ClusteringOptions
  ) throws(ClusteringError) -> Choice {
    var chosen: Choice?
    var candidates: [ClusteringModel.Candidate] = []
    for count in ClusteringOptions.autoRange {
      let choice: Choice
      do throws(ClusteringError) {
        choice = try best(features, options, clusterCount: count)
      } catch {
        // Fewer distinct customers than clusters: larger counts are out too.
        if case .tooFewDistinctRows = error, chosen != nil { break }
        throw error
      }
      candidates.append(.init(clusterCount: count, measures: choice.measures))
      let isBetter =
        chosen.map { (choice.measures.silhouette ?? -1) > ($0.measures.silhouette ?? -1) } ?? true
      if isBetter { chosen = choice }
    }
    chosen!.candidates = candidates
    return chosen!
  }

  /// The run of least inertia over the restarts; of equal ones the first.
  private static func best(
    _ features: FeatureMatrix, _ options: ClusteringOptions, clusterCount: Int
  ) throws(ClusteringError) -> Choice {
    let points = features.points
    let tolerance = options.tolerance / (features.unit * features.unit)
    let limits = KMeans.Limits(iterationCount: options.iterationLimit, squaredShift: tolerance)
    var best: (run: KMeans.Run, inertia: Double)?
    for restart in 0..<options.restartCount {
      var random = RandomStream(
        seed: options.seed, stream: UInt64(clusterCount) << 32 | UInt64(restart))
      let initial = try KMeans.seed(points, clusterCount: clusterCount, seed: random.next())
      let run =
        if let batch = options.batchRowCount {
          KMeans.runMiniBatch(points, from: initial, batchRowCount: batch, seed: random.next())
        } else {
          KMeans.run(points, from: initial, limits: limits, isPruning: options.isPruning)
        }
      let inertia = run.state.clusterSums(centroids: run.centroids)
        .reduce(0) { $0 + $1.squaredDistance }
      if best == nil || inertia < best!.inertia { best = (run, inertia) }
    }
    let measures = ClusterMeasures(best!.run, unit: features.unit, seed: options.seed)
    return Choice(clusterCount: clusterCount, run: best!.run, measures: measures)
  }
}
