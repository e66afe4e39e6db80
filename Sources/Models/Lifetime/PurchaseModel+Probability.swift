import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension PurchaseModel {
  /// P(X(T, T + t) = count | x, t_x, T); with `PurchaseRecord.justAcquired` P(X(t) = count) of a new customer.
  ///
  /// Fader, Hardie and Lee (2005) eq. 8 and Fader and Hardie's note on the Pareto/NBD, with the customer's
  /// updated rate and dropout in place of the population's.
  package func probability(
    of count: Int, within time: Double, _ customer: PurchaseRecord
  ) -> Double {
    guard count >= 0 else { return 0 }
    guard time > 0, time.isFinite else { return count == 0 ? 1 : 0 }
    let alive = probabilityAlive(customer)
    let rho = parameters[0] + Double(customer.frequency)
    let scale = parameters[1] + customer.age
    let whileAlive: Double
    switch kind {
    case .nbd: whileAlive = Self.negativeBinomial(count, rho: rho, scale: scale, time: time)
    case .bgnbd, .mbgnbd:
      let mixture = mixture(frequency: customer.frequency)
      let (a, b) = (mixture.a, mixture.b)
      // Σ ln(b + i) − ln(a + b + i): all of the count's purchases were survived.
      let survived = Self.logRisingRatio(b, a + b, count)
      var sum =
        exp(survived) * Self.negativeBinomial(count, rho: rho, scale: scale, time: time)
      if count > 0 {
        // The last of them was the end: B(a + 1, b + n − 1) / B(a, b).
        let left =
          log(a / (a + b)) + Self.logRisingRatio(b, a + b + 1, count - 1)
        sum += exp(left) * Self.negativeBinomialTail(count, rho: rho, scale: scale, time: time)
      }
      whileAlive = sum
    case .pnbd:
      let (s, beta) = (parameters[2], parameters[3] + customer.age)
      whileAlive =
        exp(-s * log1p(time / beta))
        * Self.negativeBinomial(count, rho: rho, scale: scale, time: time)
        + Self.integral(to: time) { u in
          s / beta * exp(-(s + 1) * log1p(u / beta))
            * Self.negativeBinomial(count, rho: rho, scale: scale, time: u)
        }
    }
    return min(1, alive * whileAlive + (count == 0 ? 1 - alive : 0))
  }

  /// ln of Γ(u + n) / Γ(u) × Γ(v) / Γ(v + n).
  private static func logRisingRatio(_ u: Double, _ v: Double, _ n: Int) -> Double {
    Special.LogPochhammer(z: u, counts: [n]).values[0]
      - Special.LogPochhammer(z: v, counts: [n]).values[0]
  }

  /// P(n purchases in `time`), rate ~ Gamma(ρ, scale).
  private static func negativeBinomial(
    _ n: Int, rho: Double, scale: Double, time: Double
  ) -> Double {
    if time <= 0 { return n == 0 ? 1 : 0 }
    let logP = -rho * log1p(time / scale)
    if n == 0 { return exp(logP) }
    return exp(
      logP + logRisingRatio(rho, 1, n) - Double(n) * log1p(scale / time))
  }

  /// P(n or more purchases in `time`): a sum upwards from n, or 1 less the sum below n where n is small.
  private static func negativeBinomialTail(
    _ n: Int, rho: Double, scale: Double, time: Double
  ) -> Double {
    let share = time / (scale + time)
    let mean = rho * time / scale
    if Double(n) <= mean {
      var term = negativeBinomial(0, rho: rho, scale: scale, time: time)
      var sum = 0.0
      for j in 0..<n {
        sum += term
        term *= share * (rho + Double(j)) / Double(j + 1)
      }
      if sum < 0.9 { return 1 - sum }
    }
    var term = negativeBinomial(n, rho: rho, scale: scale, time: time)
    var sum = 0.0
    var j = Double(n)
    while term > 0 {
      sum += term
      let ratio = share * (rho + j) / (j + 1)
      term *= ratio
      j += 1
      // What is left is at most a geometric series.
      if ratio < 1 && term < 1e-17 * sum * (1 - ratio) || j > Double(n) + 10_000_000 { break }
    }
    return min(1, sum)
  }

  /// ∫ f from 0 to `end` by the tanh-sinh rule.
  private static func integral(to end: Double, _ f: (Double) -> Double) -> Double {
    var sum = 0.0
    for node in -64...64 {
      let xi = Double(node) * 0.0625
      let q = Double.pi * sinh(xi)
      guard abs(q) < 700 else { continue }
      let position = end / (1 + exp(-q))
      let weight = Double.pi * cosh(xi) / ((1 + exp(q)) * (1 + exp(-q))) * 0.0625
      sum += weight * f(position)
    }
    return sum * end
  }
}
