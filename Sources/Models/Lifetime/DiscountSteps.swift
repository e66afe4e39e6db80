#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The steps of a horizon by whose ends what is expected is discounted: months of 30.4375 days, the last ending
/// at the horizon, as in lifetimes' `customer_lifetime_value`.
package struct DiscountSteps: Sendable {
  /// The length of a step: a month of 30.4375 days.
  package static let days = 30.4375
  /// Steps of a horizon, at most; a longer horizon is cut into this many equal ones.
  package static let countMax = 1_200

  /// The end of each step, in days; the last is the horizon.
  package let ends: [Double]
  /// (1 + discount)^(−end in years of 365.25 days).
  package let factors: [Double]

  /// `horizonDays` and the effective discount a year are not negative.
  package init(horizonDays: Double, discountPerYear: Double) {
    precondition(horizonDays >= 0 && discountPerYear >= 0, "horizon and discount are not negative")
    let stepCount = (horizonDays / Self.days - 1e-9).rounded(.up)
    let count = Int(min(max(stepCount, 1), Double(Self.countMax)))
    let step = stepCount > Double(Self.countMax) ? horizonDays / Double(count) : Self.days
    ends = (1...count).map { $0 == count ? horizonDays : Double($0) * step }
    factors = ends.map { exp(-log1p(discountPerYear) * $0 / 365.25) }
  }

  /// The mean factor of what is spread evenly over the horizon; 1 without a discount.
  package var evenFactor: Double {
    guard let horizon = ends.last, horizon > 0 else { return 1 }
    var (sum, past) = (0.0, 0.0)
    for (end, factor) in zip(ends, factors) {
      sum += factor * (end - past)
      past = end
    }
    return sum / horizon
  }
}
