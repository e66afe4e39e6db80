/// Which number each cluster of a fit carries.
struct ClusterNumbering: Equatable {
  /// Per cluster of the fit.
  var numbers: [Int]
  var isNew: [Bool]
  /// "none", "matched" or "incomparable".
  var matching: String

  /// 1, 2, … by falling mean spend.
  ///
  /// Without spend by falling size; equals by falling size, then by the lower coordinates, so that the order
  /// in which a seeding found the clusters never shows.
  init(meanSpends: [Double]?, weights: [Double], coordinates: [[Double]]) {
    let order = weights.indices.sorted { a, b in
      if let meanSpends, meanSpends[a] != meanSpends[b] { return meanSpends[a] > meanSpends[b] }
      if weights[a] != weights[b] { return weights[a] > weights[b] }
      return coordinates[a].lexicographicallyPrecedes(coordinates[b])
    }
    numbers = Array(repeating: 0, count: order.count)
    for (place, cluster) in order.enumerated() { numbers[cluster] = place + 1 }
    isNew = Array(repeating: true, count: order.count)
    matching = "none"
  }

  /// Gives clusters the numbers of the previous model's clusters that they continue.
  ///
  /// Centroids are compared in this model's coordinates, and paired so that the total squared distance is
  /// least. A pair of which neither is the other's nearest is no continuation. Other clusters are new: they take
  /// the lowest numbers that no cluster had in the previous model, in the order of their spend.
  mutating func match(
    _ previous: ClusteringModel, transforms: [FeatureTransform], coordinates: [[Double]]
  ) {
    // Centroids are in the features' units: the scale may have changed.
    guard previous.transforms.map(\.name) == transforms.map(\.name) else {
      matching = "incomparable"
      return
    }
    let used = FeatureMatrix.coordinateFeatures(transforms)
    let before = previous.clusters.map { cluster in
      used.map { Double(transforms[$0].coordinate(cluster.centroid[$0])) }
    }
    let costs = coordinates.map { now in before.map { ClusterNumbering.squared(now, $0) } }
    let assigned = OptimalAssignment.columns(forRowsOf: costs)
    var continued = [Int?](repeating: nil, count: costs.count)
    for (row, column) in assigned.enumerated() {
      guard let column else { continue }
      let cost = costs[row][column]
      let isNearestBefore = costs[row].allSatisfy { $0 >= cost }
      let isNearestNow = costs.allSatisfy { $0[column] >= cost }
      if isNearestBefore || isNearestNow { continued[row] = previous.clusters[column].number }
    }
    var taken = Set(previous.clusters.map(\.number))
    var next = 1
    for row in numbers.indices.sorted(by: { numbers[$0] < numbers[$1] }) {
      isNew[row] = continued[row] == nil
      if let number = continued[row] {
        numbers[row] = number
        continue
      }
      while taken.contains(next) { next += 1 }
      taken.insert(next)
      numbers[row] = next
    }
    matching = "matched"
  }

  private static func squared(_ a: [Double], _ b: [Double]) -> Double {
    // Coordinates of an earlier night can be far out; a cost must stay finite.
    min(zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }, 1e100)
  }
}
