#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Newton's method in a trust region and a box, for the few log-parameters of a model.
///
/// Every evaluation gives gradient and Hessian too, since they cost little more than the value. The step
/// minimises the quadratic model within the region exactly, by the Hessian's eigenvectors, so a Hessian that
/// is not positive definite needs no repair (Conn, Gould and Toint, Trust-Region Methods, chapter 7).
struct NewtonMinimizer: Sendable {
  var iterationLimit = 100
  /// Bounds of every log-parameter.
  var bounds: ClosedRange<Double> = log(1e-6)...log(1e6)
  /// A predicted decrease of the objective below this ends the search.
  var tolerance = 1e-14

  enum Ending: String, Sendable {
    case converged
    case noFurtherDecrease = "no further decrease"
    case iterationLimit = "iteration limit"
    case notFinite = "the objective is not finite at the start"
  }

  struct Result: Sendable {
    var logParameters: [Double]
    var expansion: LikelihoodExpansion
    var ending: Ending
    var iterationCount: Int
    var atBound: [Bool]

    /// The largest component of the gradient, parameters held at a bound left out.
    var gradientNorm: Double {
      zip(expansion.gradient, atBound).reduce(0) { $1.1 ? $0 : max($0, abs($1.0)) }
    }
  }

  func minimize(
    from start: [Double], _ objective: ([Double]) -> LikelihoodExpansion
  ) -> Result {
    var point = start.map { min(max($0, bounds.lowerBound), bounds.upperBound) }
    var current = objective(point)
    var radius = 1.0
    var iteration = 0
    guard current.isFinite else {
      return Result(
        logParameters: point, expansion: current, ending: .notFinite, iterationCount: 0,
        atBound: point.map { _ in false })
    }
    while true {
      let isFixed = fixed(point, gradient: current.gradient)
      func result(_ ending: Ending) -> Result {
        Result(
          logParameters: point, expansion: current, ending: ending, iterationCount: iteration,
          atBound: isFixed)
      }
      let free = point.indices.filter { !isFixed[$0] }
      if free.isEmpty { return result(.converged) }
      let n = point.count
      let gradient = free.map { current.gradient[$0] }
      let eigen = EigenDecomposition(
        free.flatMap { i in free.map { current.hessian[i * n + $0] } }, count: free.count)
      let step = step(gradient: gradient, eigen: eigen, radius: radius)
      if step.isNewton && step.decrease <= tolerance * max(1, abs(current.value)) {
        return result(.converged)
      }
      if radius < 1e-10 { return result(.noFurtherDecrease) }
      if iteration == iterationLimit { return result(.iterationLimit) }
      iteration += 1
      var trial = point
      for (k, i) in free.enumerated() {
        trial[i] = min(max(point[i] + step.vector[k], bounds.lowerBound), bounds.upperBound)
      }
      let next = objective(trial)
      let ratio = next.isFinite ? (current.value - next.value) / step.decrease : -1
      // Rounding makes the ratio meaningless near the minimum: there a step that loses nothing is taken.
      let noise = 1e-15 * max(1, abs(current.value))
      let isGood =
        ratio > 1e-4
        || (next.isFinite && next.value <= current.value + noise
          && step.isNewton && step.decrease < 100 * noise)
      if ratio < 0.25 && !isGood || ratio < 0.1 {
        radius = min(radius, step.length) * 0.25
      } else if ratio > 0.7 {
        radius = min(8, max(radius, 2 * step.length))
      }
      if isGood {
        point = trial
        current = next
      }
    }
  }

  /// Parameters at a bound that the descent would push out of the box.
  private func fixed(_ point: [Double], gradient: [Double]) -> [Bool] {
    point.indices.map { i in
      point[i] <= bounds.lowerBound && gradient[i] >= 0
        || point[i] >= bounds.upperBound && gradient[i] <= 0
    }
  }

  private struct Step {
    var vector: [Double]
    var length: Double
    /// What the quadratic model promises.
    var decrease: Double
    /// Whether the full Newton step fits the region.
    var isNewton: Bool
  }

  /// The minimiser of g·s + ½ sᵀHs in |s| ≤ radius.
  private func step(gradient: [Double], eigen: EigenDecomposition, radius: Double) -> Step {
    let g = eigen.rotated(gradient)
    func components(_ shift: Double) -> [Double] {
      zip(g, eigen.values).map { $0 == 0 ? 0 : -$0 / ($1 + shift) }
    }
    func length(_ s: [Double]) -> Double { s.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    func decrease(_ s: [Double]) -> Double {
      -s.indices.reduce(0) { $0 + g[$1] * s[$1] + 0.5 * eigen.values[$1] * s[$1] * s[$1] }
    }
    let least = eigen.values.min()!
    let most = eigen.values.map(abs).max()!
    var s = components(0)
    if least > 1e-13 * most, least > 0, length(s) <= radius {
      return Step(
        vector: eigen.back(s), length: length(s), decrease: decrease(s), isNewton: true)
    }
    var low = max(0, -least)
    var high = low + length(g) / radius + 1e-300
    for _ in 0..<100 {
      let middle = 0.5 * (low + high)
      if length(components(middle)) > radius { low = middle } else { high = middle }
    }
    s = components(high)
    return Step(
      vector: eigen.back(s), length: length(s), decrease: max(decrease(s), 1e-300),
      isNewton: false)
  }
}
