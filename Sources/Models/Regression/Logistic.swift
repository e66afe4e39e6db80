import Columns
import Kernels

/// Logistic regression with a quadratic penalty, by Newton's method (iteratively reweighted least squares).
///
/// Maximises Σ log p(yᵢ) - λ/2 |β|² over standardised columns; the intercept is not penalised. The penalty
/// keeps separable data finite. A step that does not raise the objective is halved; the objective is concave,
/// so that this ends at its one maximum.
struct Logistic {
  /// Why the iteration ended.
  enum Outcome: String {
    case converged
    case iterationLimit = "iteration limit"
    case noAscent = "no further ascent at the precision of float64"
  }

  struct Fit {
    let intercept: Double
    let coefficients: [Double]
    let standardErrors: [Double]
    let logLikelihood: Double
    let iterations: Int
    /// Largest element of the gradient, divided by the number of rows.
    let gradientNorm: Double
    let outcome: Outcome
  }

  static let iterationMax = 50
  /// Converged when no element of the mean gradient is larger.
  static let gradientMax = 1e-9

  private let matrix: DesignMatrix
  private let features: [Int]
  private let penalty: Double

  /// `features` are columns of the matrix, without the ones; outcomes are its `active`.
  init(_ matrix: DesignMatrix, features: [Int], penalty: Double) {
    self.matrix = matrix
    self.features = features
    self.penalty = penalty
  }

  /// Where an iteration stands: weights by matrix column (0 = intercept), and what they give.
  private struct State {
    var weights: [Double]
    var objective: Double
    var logLikelihood: Double
    /// Along the ones and `features`.
    var gradient: [Double]
    var weightRoots: [Float]
  }

  func fit() -> Fit {
    let rate = Double(matrix.active.reduce(0, +)) / Double(max(1, matrix.rowCount))
    var weights = [Double](repeating: 0, count: matrix.targetStart)
    weights[0] = naturalLogarithm(rate / (1 - rate))
    var state = evaluate(weights)
    var outcome = Outcome.iterationLimit
    var iteration = 0
    while iteration < Logistic.iterationMax {
      if norm(state) <= Logistic.gradientMax {
        outcome = .converged
        break
      }
      iteration += 1
      guard let step = newtonStep(state), let next = ascend(state, step) else {
        outcome = .noAscent
        break
      }
      state = next
    }
    let inverse = hessian(state).flatMap { Cholesky($0, count: features.count + 1) }
    let errors = inverse?.inverseDiagonal.map { $0.squareRoot() }
    return Fit(
      intercept: state.weights[0], coefficients: features.map { state.weights[$0] },
      standardErrors: errors.map { Array($0.dropFirst()) }
        ?? [Double](repeating: 0, count: features.count),
      logLikelihood: state.logLikelihood, iterations: iteration, gradientNorm: norm(state),
      outcome: outcome)
  }

  private func norm(_ state: State) -> Double {
    state.gradient.reduce(0) { max($0, abs($1)) } / Double(max(1, matrix.rowCount))
  }

  private func newtonStep(_ state: State) -> [Double]? {
    guard let hessian = hessian(state),
      let factor = Cholesky(hessian, count: features.count + 1)
    else { return nil }
    return factor.solve(state.gradient)
  }

  /// The first of the step and its halves that raises the objective.
  private func ascend(_ state: State, _ step: [Double]) -> State? {
    var length = 1.0
    for _ in 0..<30 {
      var weights = state.weights
      weights[0] += length * step[0]
      for (k, column) in features.enumerated() { weights[column] += length * step[k + 1] }
      let next = evaluate(weights)
      if next.objective > state.objective { return next }
      // Near the top the objective cannot tell any more; the gradient still can.
      if next.objective >= state.objective - 1e-12 * abs(state.objective), norm(next) < norm(state)
      {
        return next
      }
      length /= 2
    }
    return nil
  }

  /// Xᵀ W X + λ over the ones and `features`; nil when it is not finite.
  private func hessian(_ state: State) -> [Double]? {
    let gram = state.weightRoots.withUnsafeBufferPointer {
      GramState(matrix, columnCount: matrix.targetStart, rowScales: $0)
    }
    let columns = [0] + features
    let count = columns.count
    var result = [Double](repeating: 0, count: count * count)
    for (a, i) in columns.enumerated() {
      for (b, j) in columns.enumerated() { result[a * count + b] = gram[i, j] }
      if a > 0 { result[a * count + a] += penalty }
    }
    // Where every weight has vanished (all outcomes certain) a step would be infinite.
    return result.allSatisfy(\.isFinite) ? result : nil
  }

  private func evaluate(_ weights: [Double]) -> State {
    let rowCount = matrix.rowCount
    var residuals = [Double](repeating: 0, count: rowCount)
    var roots = [Float](repeating: 0, count: rowCount)
    var parts = [Double](repeating: 0, count: Parallel.chunkCount(of: rowCount))
    residuals.withUnsafeMutableBufferPointer { residuals in
      roots.withUnsafeMutableBufferPointer { roots in
        parts.withUnsafeMutableBufferPointer { parts in
          link(weights, residuals, roots, parts)
        }
      }
    }
    let logLikelihood = parts.reduce(0, +)
    var products = [Double](repeating: 0, count: matrix.targetStart)
    products.withUnsafeMutableBufferPointer { products in
      residuals.withUnsafeBufferPointer { residuals in
        transposedProduct(
          matrix.values.pointer, rowCount: rowCount, columnCount: matrix.targetStart,
          columnStride: matrix.columnStride, values: residuals, into: products)
      }
    }
    var squares = 0.0
    for column in features { squares += weights[column] * weights[column] }
    return State(
      weights: weights, objective: logLikelihood - penalty / 2 * squares,
      logLikelihood: logLikelihood,
      gradient: [products[0]] + features.map { products[$0] - penalty * weights[$0] },
      weightRoots: roots)
  }

  private func link(
    _ weights: [Double], _ residuals: UnsafeMutableBufferPointer<Double>,
    _ roots: UnsafeMutableBufferPointer<Float>, _ parts: UnsafeMutableBufferPointer<Double>
  ) {
    // SAFETY: a task writes its chunk's rows and its chunk's part only.
    nonisolated(unsafe) let (residuals, roots, parts) = (residuals, roots, parts)
    Parallel.forEachChunk(of: matrix.rowCount) { chunk, rows in
      var predictors = [Double](repeating: 0, count: rows.count)
      predictors.withUnsafeMutableBufferPointer { predictors in
        weights.withUnsafeBufferPointer {
          linearPredictor(
            matrix.values.pointer, rows: rows, columnStride: matrix.columnStride, weights: $0,
            intercept: 0, into: predictors)
        }
        parts[chunk] = matrix.active.withUnsafeBufferPointer { active in
          logisticResiduals(
            predictors: UnsafeBufferPointer(predictors),
            outcomes: UnsafeBufferPointer(rebasing: active[rows]),
            residuals: UnsafeMutableBufferPointer(rebasing: residuals[rows]),
            weightRoots: UnsafeMutableBufferPointer(rebasing: roots[rows]))
        }
      }
    }
  }
}
