#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a living BG/NBD or MBG/NBD customer does next: rate λ ~ Gamma(ρ, A) and dropout p ~ Beta(a, b)
/// after what is known, ρ = r + x, A = α + T, b = b + x (BG/NBD) or b + x + 1 (MBG/NBD).
///
/// Both functions depend on time through σ = t / A alone. With z = σ / (1 + σ), c = a + b, e = c − 1 − ρ:
///
///     purchases N = E[(1 − (1 + p σ)^−ρ) / p] = −(c − 1) ℓ φ((a − 1) ℓ) − (1 − z)^(a − 1) W(z),
///     survival  S = E[(1 + p σ)^−ρ] = (1 − z)^a 2F1(a, c − ρ; c; z),
///
/// ℓ = ln(1 − z), φ(y) = (e^y − 1) / y and W = (c − 1)(2F1(a − 1, e; c − 1; z) − 1) / (a − 1). This is the papers'
/// 2F1(ρ, b; c − 1; z) after Euler's transformation, which makes its series fall fast for x in the
/// thousands, with the factor a − 1 divided out, so that nothing happens at a = 1.
package struct BetaMixture: Sendable {
  package let rho: Double
  package let a: Double
  package let b: Double

  package init(rho: Double, a: Double, b: Double) {
    self.rho = rho
    self.a = a
    self.b = b
  }

  private var c: Double { a + b }

  /// W for σ up to `sigmaMax`; nil where it converges too slowly.
  package func purchaseSeries(sigmaMax: Double) -> HypergeometricSeries? {
    HypergeometricSeries(
      first: c - 1 - rho, a: a, e: c - 1 - rho, c: c, zMax: sigmaMax / (1 + sigmaMax))
  }

  /// 2F1(a, c − ρ; c; z) − 1 for σ up to `sigmaMax`; nil where it converges too slowly.
  package func survivalSeries(sigmaMax: Double) -> HypergeometricSeries? {
    HypergeometricSeries(
      first: a * (c - rho) / c, a: a + 1, e: c - rho, c: c + 1, zMax: sigmaMax / (1 + sigmaMax))
  }

  /// Expected purchases N up to σ = t / A; `series` is made for σ and beyond.
  package func purchases(sigma: Double, series: HypergeometricSeries?) -> Double {
    guard sigma > 0 else { return 0 }
    guard let series else {
      return expectation(sigma: sigma) { p, logOnePlus in
        p * sigma < 1e-300 ? rho * sigma : -expm1(-rho * logOnePlus) / p
      }
    }
    let logarithm = -log1p(sigma)
    let y = (a - 1) * logarithm
    return max(
      0,
      -(c - 1) * logarithm * Special.relativeExpMinusOne(y) - exp(y) * series(sigma / (1 + sigma)))
  }

  /// Probability S of still being a customer at σ = t / A.
  package func survival(sigma: Double, series: HypergeometricSeries?) -> Double {
    guard sigma > 0 else { return 1 }
    guard let series else {
      return expectation(sigma: sigma) { _, logOnePlus in exp(-rho * logOnePlus) }
    }
    return min(1, max(0, exp(-a * log1p(sigma)) * (1 + series(sigma / (1 + sigma)))))
  }

  /// The mean of f(p, ln(1 + p σ)) over p, by the trapezoidal rule in sinh of the logit of p: slow, and
  /// good for σ up to 1e15.
  private func expectation(sigma: Double, _ f: (Double, Double) -> Double) -> Double {
    let center = log(a / b)
    let width = (1 / a + 1 / b).squareRoot()
    let top = -a * log1p(exp(-center)) - b * log1p(exp(center))
    var (sum, total) = (0.0, 0.0)
    for node in -200...200 {
      let xi = Double(node) * 0.05
      let logit = center + width * sinh(xi)
      let logP = -log1p(exp(-min(700, max(-700, logit))))
      let logQ = -log1p(exp(min(700, max(-700, logit))))
      let weight = exp(a * logP + b * logQ - top) * cosh(xi)
      guard weight > 0, abs(logit) < 700 else { continue }
      let p = exp(logP)
      total += weight
      sum += weight * f(p, log1p(p * sigma))
    }
    return total > 0 ? sum / total : f(a / c, log1p(a / c * sigma))
  }
}
