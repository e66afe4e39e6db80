import Columns
import Kernels

extension Ridge {
  /// A fit with one step of iterative refinement: the gradient at the fit, summed in float64 over the rows,
  /// takes away what float32 sums of products had lost (on CDNOW, 4e-4 of a coefficient becomes 1e-7).
  ///
  /// `weights` are 0 or 1 a row; nil counts every row.
  func refined(
    _ fit: Fit, _ matrix: DesignMatrix, features: [Int], target: Int, weights: [Float]?
  ) -> Fit {
    guard rowCount > 0 else { return fit }
    var columnWeights = [Double](repeating: 0, count: matrix.targetStart)
    for (value, column) in zip(fit.coefficients, features) { columnWeights[column] = value }
    var residuals = [Double](repeating: 0, count: matrix.rowCount)
    var products = [Double](repeating: 0, count: matrix.targetStart)
    residuals.withUnsafeMutableBufferPointer { residuals in
      Ridge.fillResiduals(fit, matrix, columnWeights, target, weights, residuals)
      products.withUnsafeMutableBufferPointer {
        transposedProduct(
          matrix.values.pointer, rowCount: matrix.rowCount, columnCount: matrix.targetStart,
          columnStride: matrix.columnStride, values: UnsafeBufferPointer(residuals), into: $0)
      }
    }
    let mean = products[0] / rowCount
    let gradient = features.enumerated().map { k, column in
      products[column] - mean * rowCount * featureMeans[k] - fit.lambda * fit.coefficients[k]
    }
    let step = solve(gradient, lambda: fit.lambda)
    var intercept = fit.intercept + mean
    for k in step.indices { intercept -= step[k] * featureMeans[k] }
    return Fit(
      lambda: fit.lambda, intercept: intercept, coefficients: zip(fit.coefficients, step).map(+),
      standardErrors: fit.standardErrors, degreesOfFreedom: fit.degreesOfFreedom,
      residualSquares: fit.residualSquares, residualVariance: fit.residualVariance,
      rSquared: fit.rSquared)
  }

  private static func fillResiduals(
    _ fit: Fit, _ matrix: DesignMatrix, _ columnWeights: [Double], _ target: Int,
    _ weights: [Float]?, _ residuals: UnsafeMutableBufferPointer<Double>
  ) {
    // SAFETY: a task writes its chunk's rows only.
    nonisolated(unsafe) let residuals = residuals
    Parallel.forEachChunk(of: matrix.rowCount) { _, rows in
      let part = UnsafeMutableBufferPointer(rebasing: residuals[rows])
      columnWeights.withUnsafeBufferPointer {
        linearPredictor(
          matrix.values.pointer, rows: rows, columnStride: matrix.columnStride, weights: $0,
          intercept: fit.intercept, into: part)
      }
      let outcomes = matrix.values.span
      let start = target * matrix.columnStride + rows.lowerBound
      for i in part.indices {
        let weight = weights.map { Double($0[rows.lowerBound + i]) } ?? 1
        part[i] = weight * (Double(outcomes[start + i]) - part[i])
      }
    }
  }
}
