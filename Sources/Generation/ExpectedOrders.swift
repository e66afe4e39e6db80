/// The mean number of orders that the purchase process gives a customer, first included.
///
/// First purchases are spread evenly over the log of length W, so that the time left is uniform on [0, W].
/// Given p and time t left, the expected repeats are (1/p)·(1 − (α/(α + p·t))ʳ) (times 1 − p when customers may
/// also drop out after the first); the mean over t has a closed form, that over p ~ Beta(a, b) is integrated on
/// the scale of log(p/(1 − p)), where the trapezoidal rule converges geometrically.
enum ExpectedOrders {
  static func mean(_ options: GeneratorOptions, alpha: Double) -> Double {
    let purchases = options.purchases
    let weeks = Double(options.weeks)
    if options.dropout == .never { return 1 + purchases.r / alpha * weeks / 2 }
    // The density falls like e^(a·z) and e^(−b·z), and for large a and b like a normal one about its peak.
    let center = PortableMath.log(purchases.a / purchases.b)
    let deviation = (1 / purchases.a + 1 / purchases.b).squareRoot()
    let low = center - max(40 / purchases.a, 12 * deviation)
    let high = center + max(40 / purchases.b, 12 * deviation)
    let steps = 2_000
    // Densities are taken relative to their largest, so that they do not all vanish.
    let peak = logDensity(center, purchases)
    var weight = 0.0
    var sum = 0.0
    for i in 0...steps {
      let z = low + (high - low) * Double(i) / Double(steps)
      let density = PortableMath.exp(logDensity(z, purchases) - peak)
      let odds = PortableMath.exp(z)
      let p = odds / (1 + odds)
      let survival = options.dropout == .afterAny ? 1 / (1 + odds) : 1
      weight += density
      sum += density * survival * repeats(p, r: purchases.r, alpha: alpha, weeks: weeks)
    }
    return 1 + sum / weight
  }

  /// The α that gives `ordersPerCustomer`; nil when none does.
  static func alpha(_ options: GeneratorOptions) -> Double? {
    // More time to a purchase, fewer orders: bisect ln α.
    var low = PortableMath.log(GeneratorLimits.scale.lowerBound)
    var high = PortableMath.log(GeneratorLimits.scale.upperBound)
    let target = options.ordersPerCustomer
    if mean(options, alpha: PortableMath.exp(low)) < target { return nil }
    if mean(options, alpha: PortableMath.exp(high)) > target { return nil }
    for _ in 0..<55 {
      let middle = (low + high) / 2
      if mean(options, alpha: PortableMath.exp(middle)) > target {
        low = middle
      } else {
        high = middle
      }
    }
    return PortableMath.exp((low + high) / 2)
  }

  /// ln pᵃ(1 − p)ᵇ at z = ln(p/(1 − p)).
  private static func logDensity(_ z: Double, _ purchases: GeneratorOptions.Purchases) -> Double {
    // ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|)
    let softplus = max(z, 0) + PortableMath.log(1 + PortableMath.exp(-abs(z)))
    return purchases.a * z - (purchases.a + purchases.b) * softplus
  }

  /// Mean over t uniform on [0, W] of (1/p)·(1 − (α/(α + p·t))ʳ).
  private static func repeats(_ p: Double, r: Double, alpha: Double, weeks: Double) -> Double {
    let y = p * weeks / alpha
    if y < 1e-4 {
      // The series, where the closed form would cancel.
      return r * weeks / alpha * (0.5 - (r + 1) * y / 6 + (r + 1) * (r + 2) * y * y / 24)
    }
    let integral =
      abs(r - 1) < 1e-6
      ? PortableMath.log(1 + y) : (PortableMath.power(1 + y, 1 - r) - 1) / (1 - r)
    return (1 - integral / y) / p
  }
}
