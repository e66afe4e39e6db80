package import Kernels

/// k-means by Lloyd's iteration on prepared points.
package enum KMeans {
  /// Why an iteration stopped.
  package enum Stop: String, Sendable {
    /// No point changed its cluster.
    case converged
    /// The centroids moved by no more than the tolerance.
    case tolerance
    /// The limit of iterations was reached.
    case iterationLimit = "iteration-limit"
    /// All batches of a mini-batch fit were taken.
    case batchLimit = "batch-limit"
  }

  package struct Limits: Sendable {
    package var iterationCount: Int
    /// Stop when the sum of the centroids' squared shifts is at most this; 0 goes on until no point changes.
    package var squaredShift: Double

    package init(iterationCount: Int = 500, squaredShift: Double = 0) {
      self.iterationCount = iterationCount
      self.squaredShift = squaredShift
    }
  }

  /// Centroids and the assignment of all points to them.
  package struct Run {
    package let state: KMeansState
    /// k × d coordinates; points are assigned to the nearest of exactly these.
    package let centroids: [Double]
    package let iterationCount: Int
    package let stop: Stop
    /// Points whose distances were computed in all steps, of rows × steps.
    package let evaluatedCount: Int
    /// Clusters that had become empty and were started again.
    package let reseedCount: Int
  }

  /// Lloyd's iteration from the given centroids (k × d coordinates).
  ///
  /// With pruning, the result is the same to the last bit. A cluster that loses all its points is started again
  /// at the point that lies farthest from its centroid (the lower row when equally far), of those that do not
  /// leave their own cluster empty; several empty clusters take several points, lower cluster numbers first.
  package static func run(
    _ points: PointMatrix, from initial: [Double], limits: Limits = Limits(),
    isPruning: Bool = true
  ) -> Run {
    let k = initial.count / points.dimensionCount
    let state = KMeansState(points: points, centroidCount: k, isPruning: isPruning && k > 1)
    var centroids = initial
    var evaluated = 0
    var reseeded = 0
    var stop = Stop.iterationLimit
    var iterations = 0
    while iterations < limits.iterationCount {
      iterations += 1
      let step = state.assign(to: centroids)
      evaluated += step.evaluated
      if step.changed == 0 {
        stop = .converged
        break
      }
      reseeded += reseedEmpty(state, centroids)
      let shift = moveToMeans(state, &centroids)
      if shift <= limits.squaredShift && limits.squaredShift > 0 {
        stop = .tolerance
        break
      }
    }
    // The centroids moved after the last assignment, unless nothing changed.
    if stop != .converged { evaluated += state.assign(to: centroids).evaluated }
    return Run(
      state: state, centroids: centroids, iterationCount: iterations, stop: stop,
      evaluatedCount: evaluated, reseedCount: reseeded)
  }

  /// Makes each centroid the mean of its cluster's points; returns the sum of the squared shifts.
  private static func moveToMeans(_ state: KMeansState, _ centroids: inout [Double]) -> Double {
    let d = state.points.dimensionCount
    var shift = 0.0
    for cluster in 0..<state.centroidCount {
      guard let mean = state.mean(of: cluster) else { continue }
      for f in 0..<d {
        let step = mean[f] - centroids[cluster * d + f]
        shift += step * step
        centroids[cluster * d + f] = mean[f]
      }
    }
    return shift
  }

  /// Gives each empty cluster a point, as far as there are points away from their centroids.
  private static func reseedEmpty(_ state: KMeansState, _ centroids: [Double]) -> Int {
    let empty = (0..<state.centroidCount).filter { !(state.weight(of: $0) > 0) }
    if empty.isEmpty { return 0 }
    var rows = state.farthestRows(empty.count + state.centroidCount, from: centroids)[...]
    var count = 0
    for cluster in empty {
      while let row = rows.popFirst() {
        let isAlone = state.weight(of: state.label(row)) <= state.points.weight(row)
        if isAlone { continue }
        state.move(row: row, to: cluster)
        count += 1
        break
      }
    }
    return count
  }
}
