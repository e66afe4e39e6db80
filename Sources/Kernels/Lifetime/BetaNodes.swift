#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Nodes and weights for means over a customer's dropout p ~ Beta(a, b).
///
/// The trapezoidal rule in u = logit p over the whole line, which converges like e^(−π² / step) for the functions
/// of `BetaMixture`, whose singularities are at distance π and which grow from π / 2 on. Both ends are closed exactly: where the integrand has
/// become the pure exponential e^(a u) or e^(−b u), the nodes beyond the last are a geometric series. So a or b of
/// 1e-6, whose density reaches to u = ±10⁷, takes no more nodes than others: 60 to 700.
package struct BetaNodes: Sendable {
  /// p of each node.
  private let positions: [Double]
  /// Weight of each node over p; the weights sum to 1.
  private let weightsOverPosition: [Double]
  private let rho: Double

  /// Makes the nodes for expected purchases up to σ.
  package init(_ mixture: BetaMixture, sigmaMax: Double) {
    let density = LogitDensity(a: mixture.a, b: mixture.b)
    let rho = mixture.rho
    let line = LogitLine(
      density, rho: rho, sigma: sigmaMax, step: LogitLine.step(width: density.width))
    // (1 − (1 + p σ)^−ρ) / p is at most ρ σ, and its mean at least its value at the mean p.
    let p = density.mean
    let atMean = -expm1(-rho * log1p(p * sigmaMax))
    let reach = log(max(1, rho * sigmaMax * p / atMean))
    var (positions, weights) = ([Double](), [Double]())
    line.forEachNode(from: 0, least: { -LogitLine.reach - ($0 ? 0 : reach) }, density.logarithm) {
      distance, weight in
      positions.append(density.position(distance))
      weights.append(weight)
    }
    let total = weights.reduce(0, +)
    self.positions = positions
    self.rho = rho
    weightsOverPosition = zip(weights, positions).map { $0 / total / $1 }
  }

  /// E[(1 − (1 + p σ)^−ρ) / p].
  func purchases(sigma: Double) -> Double {
    var sum = 0.0
    for (p, weight) in zip(positions, weightsOverPosition) {
      sum -= weight * expm1(-rho * log1p(p * sigma))
    }
    return sum
  }

  /// The same for a vector of σ.
  @inline(__always)
  func purchases(sigma: Vector) -> Vector {
    var sum = Vector.zero
    let exponent = Vector(repeating: -rho)
    for k in positions.indices {
      let logarithm = vectorLogOnePlus(Vector(repeating: positions[k]) * sigma)
      let left = vectorExpMinusOne(exponent * logarithm)
      sum = sum.addingProduct(Vector(repeating: -weightsOverPosition[k]), left)
    }
    return sum
  }

  /// E[(1 + p σ)^−ρ], by nodes about the mode of the density times it, which may lie far from the density's.
  static func survival(_ mixture: BetaMixture, sigma: Double) -> Double {
    let (a, b, rho) = (mixture.a, mixture.b, mixture.rho)
    let density = LogitDensity(a: a, b: b)
    // At the mode b (1 + σ) ε² − (a − b + (a − ρ) σ) ε − a = 0, ε = e^u.
    let half = 0.5 * ((a - b) + (a - rho) * sigma)
    let root = (half * half + a * b * (1 + sigma)).squareRoot()
    let odds = half > 0 ? (half + root) / (b * (1 + sigma)) : a / (root - half)
    func spread(_ odds: Double) -> Double { odds / ((1 + odds) * (1 + odds)) }
    let curvature = (a + b - rho) * spread(odds) + rho * spread(odds * (1 + sigma))
    let width = curvature > 0 ? 1 / curvature.squareRoot() : .infinity
    let mode = log(odds * b / a)
    func logarithm(_ distance: Double) -> Double {
      density.logarithm(distance) - rho * log1p(density.position(distance) * sigma)
    }
    let top = logarithm(mode)
    let line = LogitLine(density, rho: rho, sigma: sigma, step: LogitLine.step(width: width))
    var sum = 0.0
    line.forEachNode(
      from: mode, least: { _ in -LogitLine.reach }, { logarithm($0) - top }
    ) { _, weight in sum += weight }
    return min(1, exp(top + log(sum * line.step) - density.logIntegral))
  }
}

/// The density of p ~ Beta(a, b) along the distance of logit p from its mode, relative to the mode.
private struct LogitDensity {
  let a: Double
  let b: Double

  var c: Double { a + b }
  /// The mean, which is where the mode of the logit's density lies.
  var mean: Double { a / c }
  var width: Double { (1 / a + 1 / b).squareRoot() }

  /// ln of the density of the logit; 0 at the mode. The terms that are subtracted are of the size of the smaller of
  /// a and b, wherever the density counts.
  func logarithm(_ d: Double) -> Double {
    let (p, q) = (a / c, b / c)
    if a <= b {
      let change = p * expm1(d)
      return change <= 1 ? a * d - c * log1p(change) : -b * d - c * log(p + q * exp(-d))
    }
    let change = q * expm1(-d)
    return change <= 1 ? -b * d - c * log1p(change) : a * d - c * log(q + p * exp(d))
  }

  /// p at a distance.
  func position(_ d: Double) -> Double {
    d > 0 ? a / (a + b * exp(-d)) : a * exp(d) / (a * exp(d) + b)
  }

  /// ln ∫ e^logarithm: ln B(a, b) − a ln(a / c) − b ln(b / c), by what Stirling's formula leaves.
  var logIntegral: Double {
    0.5 * (log(c / a) - log(b)) + Special.halfLogTwoPi + Special.stirlingRemainder(a).logGamma
      + Special.stirlingRemainder(b).logGamma - Special.stirlingRemainder(c).logGamma
  }
}

/// Where on the line of distances nodes stand.
private struct LogitLine {
  /// e^−45 = 3e-20 of the top: what is left out beyond it does not count.
  static let reach = 45.0

  let step: Double
  /// Distances from which on the integrand is a pure exponential to e^−38 = 3e-17: a growing one to the left of
  /// `left`, a falling one to the right of `right`.
  let left: Double
  let right: Double
  private let a: Double
  private let b: Double

  init(_ density: LogitDensity, rho: Double, sigma: Double, step: Double) {
    let mode = log(density.a) - log(density.b)
    let c = density.c
    left = -log(c + 2 + sigma * (1 + rho)) - 38 - mode
    right = log(c + 2 + rho) + 38 - mode
    self.step = step
    a = density.a
    b = density.b
  }

  /// At most ¼, which leaves e^−39, and small enough for what is narrow: a Gaussian of the width would have e^−97,
  /// the skew shape of a = 3 and a large b has e^−31.
  static func step(width: Double) -> Double { min(0.25, 0.45 * width) }

  /// Calls `body` with the distance and the weight of each node, in both directions from `start` until the
  /// logarithm falls below what `least` says for that direction (true is right), or to the pure exponential.
  func forEachNode(
    from start: Double, least: (Bool) -> Double, _ logarithm: (Double) -> Double,
    _ body: (Double, Double) -> Void
  ) {
    let first = min(max(start, left), right)
    for isRight in [true, false] {
      let limit = least(isRight)
      var k = isRight ? 0.0 : 1.0
      while true {
        let distance = isRight ? first + k * step : first - k * step
        let value = logarithm(distance)
        let isLast = isRight ? distance >= right : distance <= left
        let beyond = isLast ? -1 / expm1(-(isRight ? b : a) * step) : 1
        if value > -700 { body(distance, exp(value) * beyond) }
        if isLast || value < limit { break }
        k += 1
      }
    }
  }
}
