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
///
/// Where the series converges slowly (σ past 100 or so) or its terms cancel, the mean over p is integrated: see
/// `BetaNodes`. Relative errors below 2e-11 for ρ, a, b and σ of 1e-12 to 1e12.
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

  /// How expected purchases are had for σ up to some greatest one.
  package enum PurchaseRule: Sendable {
    /// W of the formula above.
    case series(HypergeometricSeries)
    case nodes(BetaNodes)
  }

  /// Two terms that are so many times their difference leave it 1e-12 of relative error.
  private static let cancellationMax = 1_000.0
  /// Past this the power of 1 − z, times the series, leaves the range of numbers.
  private static let logPowerMax = 700.0

  package func purchaseRule(sigmaMax: Double) -> PurchaseRule {
    if let series = purchaseSeries(sigmaMax: sigmaMax) { return .series(series) }
    return .nodes(BetaNodes(self, sigmaMax: sigmaMax))
  }

  /// W for σ up to `sigmaMax`; nil where it converges too slowly or cancels.
  private func purchaseSeries(sigmaMax: Double) -> HypergeometricSeries? {
    // Both parts of N are about (c − 1) σ where σ is small, and N is ρ σ; further out they are nearer to N.
    guard abs(c - 1) <= Self.cancellationMax * rho,
      (a - 1) * log1p(sigmaMax) < Self.logPowerMax
    else { return nil }
    let e = c - 1 - rho
    let z = sigmaMax / (1 + sigmaMax)
    guard
      let series = HypergeometricSeries(
        first: e, a: a, e: e, c: c, zMax: z, logScale: log(min(1, rho)))
    else { return nil }
    return e < -1 && cancels(series, sigmaMax: sigmaMax, e: e) ? nil : series
  }

  /// Whether W, whose terms change their signs for e < −1, loses too much at some σ up to the greatest: most is
  /// lost where z is large and its power (1 − z)^(a − 1) not yet small, and hardly anything where |e| z < 1.
  private func cancels(_ series: HypergeometricSeries, sigmaMax: Double, e: Double) -> Bool {
    var sigma = sigmaMax
    while true {
      let z = sigma / (1 + sigma)
      let power = exp(-(a - 1) * log1p(sigma))
      let value = purchases(sigma: sigma, rule: .series(series))
      if !(power * series.sumOfMagnitudes(z) <= Self.cancellationMax * value) { return true }
      if z * -e < 1 { return false }
      sigma /= 1.25
    }
  }

  /// 2F1(a, c − ρ; c; z) − 1 for σ up to `sigmaMax`; nil where it converges too slowly or cancels.
  private func survivalSeries(sigmaMax: Double) -> HypergeometricSeries? {
    let e = c - rho
    let z = sigmaMax / (1 + sigmaMax)
    guard a * log1p(sigmaMax) < Self.logPowerMax,
      let series = HypergeometricSeries(
        first: a * e / c, a: a + 1, e: e, c: c + 1, zMax: z, logScale: 0)
    else { return nil }
    if e < 0 {
      guard series.sumOfMagnitudes(z) <= Self.cancellationMax * (1 + series(z)) else { return nil }
    }
    return series
  }

  /// Expected purchases N up to σ = t / A; `rule` is made for σ and beyond.
  package func purchases(sigma: Double, rule: PurchaseRule) -> Double {
    guard sigma > 0 else { return 0 }
    switch rule {
    case .nodes(let nodes): return nodes.purchases(sigma: sigma)
    case .series(let series):
      let logarithm = -log1p(sigma)
      let y = (a - 1) * logarithm
      return max(
        0,
        -(c - 1) * logarithm * Special.relativeExpMinusOne(y)
          - exp(y) * series(sigma / (1 + sigma)))
    }
  }

  /// Probability S of still being a customer at σ = t / A.
  package func survival(sigma: Double) -> Double {
    guard sigma > 0 else { return 1 }
    guard let series = survivalSeries(sigmaMax: sigma) else {
      return BetaNodes.survival(self, sigma: sigma)
    }
    return min(1, max(0, exp(-a * log1p(sigma)) * (1 + series(sigma / (1 + sigma)))))
  }
}
