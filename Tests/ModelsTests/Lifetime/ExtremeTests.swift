import Kernels
import Models
import Testing

/// Forecasts far from what is usual, every parameter and time 10⁻⁶ to 10⁶, against mpmath
/// (Fixtures/make_extremes.py).
@Suite struct ExtremeTests {
  static let references = ReferenceTests.Reference.load("extremes.csv")

  /// The largest relative error, and where; numbers below 1e-290 need only be below 1e-280.
  struct Worst {
    var error = 0.0
    var place: [Double] = []
    var count = 0

    mutating func add(_ value: Double, _ expected: Double, at place: [Double]) {
      count += 1
      let error =
        expected < 1e-290 ? (value < 1e-280 ? 0 : .infinity) : abs(value / expected - 1)
      // NaN counts as the worst.
      if !(error <= self.error) {
        (self.error, self.place) = (error.isNaN ? .infinity : error, place)
      }
    }
  }

  @Test func mixturesAreRightToElevenDigitsEverywhere() {
    var (purchases, columns, survival) = (Worst(), Worst(), Worst())
    for reference in Self.references where reference.what == "mixture" {
      let n = reference.numbers
      let mixture = BetaMixture(rho: n[0], a: n[1], b: n[2])
      let rule = mixture.purchaseRule(sigmaMax: n[3])
      purchases.add(mixture.purchases(sigma: n[3], rule: rule), n[4], at: n)
      survival.add(mixture.survival(sigma: n[3]), n[5], at: n)
      columns.add(Self.column(mixture, sigma: n[3]), n[4], at: n)
    }
    #expect(purchases.count >= 900)
    #expect(purchases.error < 2e-11, "purchases \(purchases)")
    #expect(columns.error < 2e-11, "columns \(columns)")
    #expect(survival.error < 2e-11, "survival \(survival)")
  }

  /// Purchases by the kernel of the columns, beside a horizon ten times as long.
  static func column(_ mixture: BetaMixture, sigma: Double) -> Double {
    var plan = ForecastPlan(columnCount: 2)
    plan.add(column: 0, time: sigma, weight: 1)
    plan.add(column: 1, time: sigma * 10, weight: 1)
    let columns = [Double](unsafeUninitializedCapacity: 2) { buffer, count in
      [0.0].withUnsafeBufferPointer {
        ForecastKernel.fill(
          UnsafeMutableBufferPointer(rebasing: buffer[..<2]), ages: $0,
          model: .betaGeometric(mixture, alpha: 1), plan: plan)
      }
      count = 2
    }
    return columns[0]
  }

  @Test func beingAliveIsRightToElevenDigitsEverywhere() throws {
    var worst = Worst()
    for reference in Self.references {
      guard let kind = LifetimeModelKind(rawValue: reference.what), kind != .pnbd else { continue }
      let n = reference.numbers
      let model = try PurchaseModel(kind: kind, ruler: .week, parameters: Array(n[0..<4]))
      let customer = PurchaseRecord(frequency: Int(n[4]), recency: n[5], age: n[6])
      worst.add(model.probabilityAlive(customer), n[7], at: n)
    }
    #expect(worst.count >= 200)
    #expect(worst.error < 1e-11, "\(worst)")
  }

  @Test func paretoForecastsAreRightToTenDigitsEverywhere() throws {
    var (alive, purchases, residual) = (Worst(), Worst(), Worst())
    for reference in Self.references where reference.what == "pnbd" {
      let n = reference.numbers
      let model = try PurchaseModel(kind: .pnbd, ruler: .week, parameters: Array(n[0..<4]))
      let customer = PurchaseRecord(frequency: Int(n[4]), recency: n[5], age: n[6])
      alive.add(model.probabilityAlive(customer), n[9], at: n)
      purchases.add(model.expectedPurchases(customer, horizons: [n[7]])[0], n[10], at: n)
      residual.add(
        model.discountedResidualTransactions(customer, discount: n[8])!, n[11], at: n)
    }
    #expect(alive.count >= 700)
    #expect(alive.error < 1e-10, "alive \(alive)")
    #expect(purchases.error < 1e-10, "purchases \(purchases)")
    #expect(residual.error < 1e-10, "residual \(residual)")
  }
}
