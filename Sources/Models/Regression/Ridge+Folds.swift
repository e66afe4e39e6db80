extension Ridge {
  /// The grid's λ of least squared error on rows left out, from one state a fold; the larger of equals.
  ///
  /// A fold's training state is the sum of all less its own: k decompositions, no second look at the rows.
  static func lambdaByFolds(_ folds: [GramState], features: [Int], target: Int) -> Double {
    let total = folds.dropFirst().reduce(folds[0], +)
    let grid = Ridge(total, features: features, target: target).lambdaGrid
    var errors = [Double](repeating: 0, count: grid.count)
    for fold in folds where fold[0, 0] > 0 {
      let training = Ridge(total - fold, features: features, target: target)
      for (k, lambda) in grid.enumerated() {
        errors[k] += squaredError(training.fit(lambda), fold, features: features, target: target)
      }
    }
    var best = 0
    for k in grid.indices where errors[k] <= errors[best] { best = k }
    return grid[best]
  }

  /// Σ (y - b - xβ)² over a state's rows, from its sums alone.
  static func squaredError(
    _ fit: Fit, _ state: GramState, features: [Int], target: Int
  ) -> Double {
    var error = state[target, target] - 2 * fit.intercept * state[0, target]
    error += fit.intercept * fit.intercept * state[0, 0]
    for (a, i) in features.enumerated() {
      var row = 0.0
      for (b, j) in features.enumerated() { row += state[i, j] * fit.coefficients[b] }
      let product = row - 2 * state[i, target] + 2 * fit.intercept * state[0, i]
      error += fit.coefficients[a] * product
    }
    return max(0, error)
  }
}
