import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A customer as the purchase models know them, times in units of the model's ruler.
package struct PurchaseRecord: Sendable, Equatable {
  /// x: purchase days after the first.
  package let frequency: Int
  /// t_x: from the first purchase day to the last.
  package let recency: Double
  /// T: from the first purchase day to the as-of date.
  package let age: Double

  /// What is impossible is brought to what is nearest: x ≥ 0, 0 ≤ t_x ≤ T, t_x = 0 where x = 0.
  package init(frequency: Int, recency: Double, age: Double) {
    self.frequency = max(0, frequency)
    self.age = age.isFinite ? max(0, age) : 0
    let bounded = recency.isFinite ? min(max(0, recency), self.age) : 0
    self.recency = frequency > 0 ? bounded : 0
  }

  /// Somebody who has just bought for the first time.
  package static let justAcquired = PurchaseRecord(frequency: 0, recency: 0, age: 0)
}

extension PurchaseModel {
  /// P(alive | x, t_x, T).
  package func probabilityAlive(_ customer: PurchaseRecord) -> Double {
    let (r, alpha) = (parameters[0], parameters[1])
    let rho = r + Double(customer.frequency)
    switch kind {
    case .nbd: return 1
    case .bgnbd, .mbgnbd:
      guard let logOdds = leavingLogOdds(customer.frequency) else { return 1 }
      let d =
        logOdds + rho * log1p((customer.age - customer.recency) / (alpha + customer.recency))
      return d < 700 ? 1 / (1 + exp(d)) : exp(-d)
    case .pnbd:
      return paretoAlive(customer)
    }
  }

  /// ln a − ln(b + x − 1), or for MBG/NBD ln a − ln(b + x); nil where nobody can have left.
  func leavingLogOdds(_ frequency: Int) -> Double? {
    let (a, b) = (parameters[2], parameters[3])
    if kind == .mbgnbd { return log(a) - log(b + Double(frequency)) }
    return frequency == 0 ? nil : log(a) - log(b + Double(frequency - 1))
  }

  /// P(alive) = F / (K + G), F = (α + T)^−(r+x) (β + T)^−s and K, G the integrals of `ParetoLikelihood`.
  ///
  /// K / F and G / F are taken without the powers that they share, so that nothing cancels for x in the thousands.
  private func paretoAlive(_ customer: PurchaseRecord) -> Double {
    let (alpha, s, beta) = (parameters[1], parameters[2], parameters[3])
    let rho = parameters[0] + Double(customer.frequency)
    let (recency, age) = (customer.recency, customer.age)
    let k =
      rho / (alpha + age) * TailIntegral.scaled(u: age, p: rho + 1, alpha: alpha, q: s, beta: beta)
    let growth =
      rho * log1p((age - recency) / (alpha + recency))
      + s * log1p((age - recency) / (beta + recency))
    let g =
      s / (beta + recency)
      * TailIntegral.scaled(u: recency, p: rho, alpha: alpha, q: s + 1, beta: beta)
    return min(1, growth < 700 ? 1 / (k + g * exp(growth)) : exp(-growth) / g)
  }

  /// ln(F / K) and ln K of each age, ln G of each recency, K and G over a constant of their own.
  ///
  /// Time is counted in the base of the larger shape, as in `ParetoLikelihood`, so that ln(1 + T / α) is formed in
  /// the place of two logarithms of the size of r ln α.
  func paretoLogarithms(
    frequency: Int, ages: [Double], recencies: [Double]
  ) -> (logScales: [Double], logK: [Double], logG: [Double]) {
    let (r, s) = (parameters[0], parameters[2])
    let unit = r >= s ? parameters[1] : parameters[3]
    let (alpha, beta) = (parameters[1] / unit, parameters[3] / unit)
    let rho = r + Double(frequency)
    let ages = ages.map { $0 / unit }
    let logK = TailIntegral.values(u: ages, p: rho + 1, alpha: alpha, q: s, beta: beta)
      .map { $0 + log(rho) }
    let logG = TailIntegral.values(
      u: recencies.map { $0 / unit }, p: rho, alpha: alpha, q: s + 1, beta: beta
    ).map { $0 + log(s) }
    let logScales = zip(ages, logK).map { age, logK in
      let ofRate = rho * (log(alpha) + log1p(age / alpha))
      let ofDropout = s * (log(beta) + log1p(age / beta))
      return -ofRate - ofDropout - logK
    }
    return (logScales, logK, logG)
  }

  /// The customer's rate and dropout after x purchases, where alive (BG/NBD and MBG/NBD).
  func mixture(frequency: Int) -> BetaMixture {
    let shift = kind == .mbgnbd ? 1.0 : 0
    return BetaMixture(
      rho: parameters[0] + Double(frequency), a: parameters[2],
      b: parameters[3] + Double(frequency) + shift)
  }

  /// P(alive) once `time` more has passed.
  package func probabilityAlive(_ customer: PurchaseRecord, after time: Double) -> Double {
    let alive = probabilityAlive(customer)
    switch kind {
    case .nbd: return 1
    case .pnbd:
      return alive * exp(-parameters[2] * log1p(time / (parameters[3] + customer.age)))
    case .bgnbd, .mbgnbd:
      let mixture = mixture(frequency: customer.frequency)
      let sigma = time / (parameters[1] + customer.age)
      return alive * mixture.survival(sigma: sigma)
    }
  }

  /// E[X(T, T + t) | x, t_x, T] for each of the `horizons` t.
  package func expectedPurchases(
    _ customer: PurchaseRecord, horizons: [Double]
  ) -> [Double] {
    let alive = probabilityAlive(customer)
    return purchasesWhileKnownAlive(customer, horizons: horizons).map { alive * $0 }
  }

  /// The same given that the customer is alive at T.
  func purchasesWhileKnownAlive(_ customer: PurchaseRecord, horizons: [Double]) -> [Double] {
    let (r, alpha) = (parameters[0], parameters[1])
    let rho = r + Double(customer.frequency)
    switch kind {
    case .nbd: return horizons.map { rho * $0 / (alpha + customer.age) }
    case .pnbd:
      let (s, base) = (parameters[2], parameters[3] + customer.age)
      return horizons.map { time in
        let logarithm = log1p(time / base)
        return rho * base / (alpha + customer.age) * logarithm
          * Special.relativeExpMinusOne((1 - s) * logarithm)
      }
    case .bgnbd, .mbgnbd:
      let mixture = mixture(frequency: customer.frequency)
      let scale = alpha + customer.age
      let rule = mixture.purchaseRule(sigmaMax: (horizons.max() ?? 0) / scale)
      return horizons.map { mixture.purchases(sigma: $0 / scale, rule: rule) }
    }
  }

  /// The discounted expected residual transactions over an endless horizon, at the continuous rate
  /// `discount` per ruler unit (Fader and Hardie 2005, eq. 2); nil for BG/NBD and MBG/NBD.
  package func discountedResidualTransactions(
    _ customer: PurchaseRecord, discount: Double
  ) -> Double? {
    guard discount > 0, discount.isFinite else { return nil }
    let rate = (parameters[0] + Double(customer.frequency)) / (parameters[1] + customer.age)
    switch kind {
    case .bgnbd, .mbgnbd: return nil
    case .nbd: return rate / discount
    case .pnbd:
      let base = parameters[3] + customer.age
      return probabilityAlive(customer) * rate
        * TailIntegral.discounted(exponent: parameters[2], base: base, rate: discount)
    }
  }
}
