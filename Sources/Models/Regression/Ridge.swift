/// Ridge regression in closed form from sums of products (Hoerl and Kennard 1970), every λ from one
/// decomposition.
///
/// With G = XᵀX about the means = V D Vᵀ and u = Vᵀ Xᵀy:
/// β(λ) = V (D + λ)⁻¹ u, RSS(λ) = yᵀy - Σ uᵢ² (dᵢ + 2λ) / (dᵢ + λ)², df(λ) = 1 + Σ dᵢ / (dᵢ + λ),
/// Cov β = σ² V D (D + λ)⁻² Vᵀ with σ² = RSS / (n - df). The intercept is not penalised.
struct Ridge {
  /// Weighted number of rows.
  let rowCount: Double
  private let eigen: EigenDecomposition
  /// Eigenvalues, those below zero by rounding set to 0.
  private let spectrum: [Double]
  private let rotatedProducts: [Double]
  private let squares: Double
  let featureMeans: [Double]
  private let targetMean: Double

  /// Ridge of column `target` on columns `features` of a state whose column 0 is ones.
  init(_ state: GramState, features: [Int], target: Int) {
    let rowCount = state[0, 0]
    self.rowCount = rowCount
    let count = features.count
    var gram = [Double](repeating: 0, count: count * count)
    for (a, i) in features.enumerated() {
      for (b, j) in features.enumerated() { gram[a * count + b] = state.centred(i, j) }
    }
    eigen = EigenDecomposition(gram, count: count)
    spectrum = eigen.values.map { max(0, $0) }
    rotatedProducts = eigen.rotated(features.map { state.centred($0, target) })
    squares = max(0, state.centred(target, target))
    featureMeans = features.map { rowCount > 0 ? state[0, $0] / rowCount : 0 }
    targetMean = rowCount > 0 ? state[0, target] / rowCount : 0
  }

  /// One fit, in the units of the state's columns.
  struct Fit {
    let lambda: Double
    let intercept: Double
    let coefficients: [Double]
    let standardErrors: [Double]
    let degreesOfFreedom: Double
    let residualSquares: Double
    /// σ²; 0 where there are no more rows than parameters.
    let residualVariance: Double
    let rSquared: Double
  }

  /// λ = n · 10^(k/8), k = -64…16: 81 values.
  var lambdaGrid: [Double] {
    (-64...16).map { max(1, rowCount) * exponential(Double($0) / 8 * naturalLogarithm(10)) }
  }

  func residualSquares(_ lambda: Double) -> Double {
    var explained = 0.0
    for i in spectrum.indices {
      let sum = spectrum[i] + lambda
      if sum > 0 {
        explained +=
          rotatedProducts[i] * rotatedProducts[i] * (spectrum[i] + 2 * lambda) / (sum * sum)
      }
    }
    return min(squares, max(0, squares - explained))
  }

  func degreesOfFreedom(_ lambda: Double) -> Double {
    1 + spectrum.reduce(0) { $0 + ($1 + lambda > 0 ? $1 / ($1 + lambda) : 0) }
  }

  /// Generalised cross-validation (Golub, Heath and Wahba 1979): n · RSS / (n - df)²; nil where n ≤ df.
  func crossValidation(_ lambda: Double) -> Double? {
    let rest = rowCount - degreesOfFreedom(lambda)
    return rest > 1e-6 * rowCount ? rowCount * residualSquares(lambda) / (rest * rest) : nil
  }

  /// The grid's λ of least generalised cross-validation; the larger of equals.
  var lambdaByCrossValidation: Double {
    var best: (score: Double, lambda: Double)?
    for lambda in lambdaGrid {
      guard let score = crossValidation(lambda) else { continue }
      if best == nil || score <= best!.score { best = (score, lambda) }
    }
    return best?.lambda ?? lambdaGrid.last!
  }

  /// (G + λ)⁻¹ b.
  func solve(_ b: [Double], lambda: Double) -> [Double] { solveRotated(eigen.rotated(b), lambda) }

  private func solveRotated(_ rotated: [Double], _ lambda: Double) -> [Double] {
    eigen.back(
      spectrum.indices.map { i in
        spectrum[i] + lambda > 0 ? rotated[i] / (spectrum[i] + lambda) : 0
      })
  }

  func fit(_ lambda: Double) -> Fit {
    let residual = residualSquares(lambda)
    let freedom = degreesOfFreedom(lambda)
    let variance = rowCount > freedom ? residual / (rowCount - freedom) : 0
    let coefficients = solveRotated(rotatedProducts, lambda)
    let count = spectrum.count
    let errors = (0..<count).map { j in
      var sum = 0.0
      for i in 0..<count where spectrum[i] + lambda > 0 {
        let part = eigen.vectors[j * count + i] / (spectrum[i] + lambda)
        sum += part * part * spectrum[i]
      }
      return (variance * sum).squareRoot()
    }
    var intercept = targetMean
    for j in 0..<count { intercept -= coefficients[j] * featureMeans[j] }
    return Fit(
      lambda: lambda, intercept: intercept, coefficients: coefficients, standardErrors: errors,
      degreesOfFreedom: freedom, residualSquares: residual, residualVariance: variance,
      rSquared: squares > 0 ? 1 - residual / squares : 0)
  }
}
