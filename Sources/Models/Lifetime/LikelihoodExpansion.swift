import Kernels

/// A function of up to four parameters at a point: value, gradient and Hessian.
///
/// Objectives are of log-parameters: built in the models' own parameters and then moved, or built in their
/// logarithms at once, where a model's limits (a shape without bound) would cancel all digits otherwise.
struct LikelihoodExpansion: Sendable {
  let dimension: Int
  var value = 0.0
  var gradient: [Double]
  /// Row by row, symmetric.
  var hessian: [Double]
  /// What rounding leaves of the value, relative to max(1, |value|): differences below it mean nothing.
  var rounding = 1e-15

  init(dimension: Int) {
    self.dimension = dimension
    gradient = [Double](repeating: 0, count: dimension)
    hessian = [Double](repeating: 0, count: dimension * dimension)
  }

  var isFinite: Bool {
    value.isFinite && gradient.allSatisfy(\.isFinite) && hessian.allSatisfy(\.isFinite)
  }

  /// Adds to an entry of the Hessian and to its mirror image.
  mutating func addCurvature(_ i: Int, _ j: Int, _ amount: Double) {
    hessian[i * dimension + j] += amount
    if i != j { hessian[j * dimension + i] += amount }
  }

  /// The objective of a fit: minus the log-likelihood over the weight, in log-parameters, plus
  /// `penalty` × Σ parameter².
  ///
  /// With θ = e^φ: df/dφ_i = θ_i f_i, and d²f/dφ_i dφ_j = θ_i θ_j f_ij + [i = j] θ_i f_i.
  func objective(parameters: [Double], weight: Double, penalty: Double) -> LikelihoodExpansion {
    var result = LikelihoodExpansion(dimension: dimension)
    result.value = -value / weight
    for i in 0..<dimension {
      result.gradient[i] = -gradient[i] * parameters[i] / weight
      for j in 0..<dimension {
        result.hessian[i * dimension + j] =
          -hessian[i * dimension + j] * parameters[i] * parameters[j] / weight
      }
      let square = parameters[i] * parameters[i]
      result.value += penalty * square
      result.hessian[i * dimension + i] += result.gradient[i] + 4 * penalty * square
      result.gradient[i] += 2 * penalty * square
    }
    return result
  }

  /// The same objective, of an expansion whose derivatives are in log-parameters already.
  func logObjective(parameters: [Double], weight: Double, penalty: Double) -> LikelihoodExpansion {
    var result = LikelihoodExpansion(dimension: dimension)
    result.rounding = rounding
    result.value = -value / weight
    result.gradient = gradient.map { -$0 / weight }
    result.hessian = hessian.map { -$0 / weight }
    for i in 0..<dimension where penalty > 0 {
      let square = parameters[i] * parameters[i]
      result.value += penalty * square
      result.gradient[i] += 2 * penalty * square
      result.hessian[i * dimension + i] += 4 * penalty * square
    }
    return result
  }
}
