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
/// is not positive definite needs no repair (Conn, Gould and Toint, Trust-Region Methods, chapter 7). What a step
/// would carry out of the box is held at the box's side, and the others' step is taken again.
struct NewtonMinimizer: Sendable {
  var iterationLimit = 100
  /// Bounds of every log-parameter.
  var bounds: ClosedRange<Double> = log(1e-6)...log(1e6)
  /// A predicted decrease of the objective below this ends the search.
  var tolerance = 1e-14
  /// Bounds of each coordinate, where they differ.
  var box: [ClosedRange<Double>]?

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
    /// Evaluations of the objective but for the first.
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
    var point = start.indices.map { i in
      min(max(start[i], bounds(i).lowerBound), bounds(i).upperBound)
    }
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
      if !isFixed.contains(false) { return result(.converged) }
      let size = max(1, abs(current.value))
      let step = step(from: point, current, isFixed: isFixed, radius: radius)
      // A wide region that promises nothing has nothing: along a flat direction there is no Newton step.
      if step.isNewton || radius >= 0.5,
        step.decrease <= max(tolerance, current.rounding) * size
      {
        return result(.converged)
      }
      if radius < 1e-10 { return result(.noFurtherDecrease) }
      if iteration == iterationLimit { return result(.iterationLimit) }
      iteration += 1
      let trial = point.indices.map { i in
        min(max(point[i] + step.vector[i], bounds(i).lowerBound), bounds(i).upperBound)
      }
      let next = objective(trial)
      let isPromising = next.isFinite && step.decrease > 0
      let ratio = isPromising ? (current.value - next.value) / step.decrease : -1
      // Rounding makes the ratio meaningless near the minimum: there a step that loses nothing is taken.
      let noise = current.rounding * size
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

  private func bounds(_ i: Int) -> ClosedRange<Double> { box?[i] ?? bounds }

  /// Parameters at a bound that the descent would push out of the box.
  private func fixed(_ point: [Double], gradient: [Double]) -> [Bool] {
    point.indices.map { i in
      point[i] <= bounds(i).lowerBound && gradient[i] >= 0
        || point[i] >= bounds(i).upperBound && gradient[i] <= 0
    }
  }

  /// The step of the free coordinates within the region and the box.
  private func step(
    from point: [Double], _ current: LikelihoodExpansion, isFixed: [Bool], radius: Double
  ) -> Step {
    let n = point.count
    var vector = [Double](repeating: 0, count: n)
    var isHeld = isFixed
    var isNewton = true
    while true {
      let free = point.indices.filter { !isHeld[$0] }
      if free.isEmpty { break }
      let gradient = free.map { i in
        point.indices.reduce(current.gradient[i]) {
          isHeld[$1] ? $0 + current.hessian[i * n + $1] * vector[$1] : $0
        }
      }
      let eigen = EigenDecomposition(
        free.flatMap { i in free.map { current.hessian[i * n + $0] } }, count: free.count)
      let step = self.step(gradient: gradient, eigen: eigen, radius: radius)
      for (k, i) in free.enumerated() { vector[i] = step.vector[k] }
      isNewton = step.isNewton
      let leaving = free.filter { !bounds($0).contains(point[$0] + vector[$0]) }
      if leaving.isEmpty { break }
      for i in leaving {
        let bound = vector[i] < 0 ? bounds(i).lowerBound : bounds(i).upperBound
        vector[i] = bound - point[i]
        isHeld[i] = true
      }
    }
    return Step(
      vector: vector, length: length(vector), decrease: decrease(vector, current),
      isNewton: isNewton)
  }

  private func length(_ s: [Double]) -> Double { s.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// −(g·s + ½ sᵀHs).
  private func decrease(_ s: [Double], _ current: LikelihoodExpansion) -> Double {
    let n = s.count
    return -s.indices.reduce(0) { sum, i in
      let curvature = s.indices.reduce(0) { $0 + current.hessian[i * n + $1] * s[$1] }
      return sum + s[i] * (current.gradient[i] + 0.5 * curvature)
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
  private func step(
    gradient: [Double], eigen: EigenDecomposition, radius: Double
  ) -> (vector: [Double], isNewton: Bool) {
    let g = eigen.rotated(gradient)
    func components(_ shift: Double) -> [Double] {
      zip(g, eigen.values).map { $0 == 0 ? 0 : -$0 / ($1 + shift) }
    }
    let least = eigen.values.min()!
    let most = eigen.values.map(abs).max()!
    let s = components(0)
    if least > 1e-13 * most, least > 0, length(s) <= radius {
      return (eigen.back(s), true)
    }
    var low = max(0, -least)
    var high = low + length(g) / radius + 1e-300
    for _ in 0..<100 {
      let middle = 0.5 * (low + high)
      if length(components(middle)) > radius { low = middle } else { high = middle }
    }
    return (eigen.back(components(high)), false)
  }
}
