import Kernels
import Models
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Against mpmath (Fixtures/make_references.py), and lifetimes and SciPy (Fixtures/make_peers.py).
@Suite struct ReferenceTests {
  struct Reference {
    let what: String
    let numbers: [Double]

    static func load(_ name: String) -> [Reference] {
      TestData.fixture(name).split(whereSeparator: \.isNewline).compactMap { line in
        let cells = line.split(separator: ",")
        let numbers = cells.dropFirst().compactMap { Double($0) }
        return numbers.count == cells.count - 1
          ? Reference(what: String(cells[0]), numbers: numbers) : nil
      }
    }
  }

  static let references = Reference.load("references.csv")
  static let peers = Reference.load("peers.csv")

  /// x up to 5,000 and T up to twenty years of days; relative error below 2e-11, typically 1e-14.
  @Test func forecastsAgreeWithHighPrecision() {
    let cases = Self.references.filter { $0.what == "mixture" }
    #expect(cases.count >= 70)
    for reference in cases {
      let n = reference.numbers
      let mixture = BetaMixture(rho: n[0], a: n[1], b: n[2])
      let purchases = mixture.purchases(
        sigma: n[3], rule: mixture.purchaseRule(sigmaMax: n[3]))
      let survival = mixture.survival(sigma: n[3])
      #expect(abs(purchases / n[4] - 1) < 2e-11, "purchases of \(n): \(purchases)")
      #expect(abs(survival / n[5] - 1) < 2e-11, "survival of \(n): \(survival)")
      // Vectors of ages give what one age gives.
      var plan = ForecastPlan(columnCount: 1)
      plan.add(column: 0, time: n[3] * 10, weight: 1)
      let ages = [4.0, 4, 5, 6, 9]
      let forecast = [Double](unsafeUninitializedCapacity: 5) { buffer, count in
        ages.withUnsafeBufferPointer {
          ForecastKernel.fill(
            UnsafeMutableBufferPointer(rebasing: buffer[..<5]), ages: $0,
            model: .betaGeometric(mixture, alpha: 6), plan: plan)
        }
        count = 5
      }
      #expect(abs(forecast[1] / n[4] - 1) < 2e-11 && forecast[0] == forecast[1])
      #expect(forecast[4] < forecast[3] && forecast[3] < forecast[2] && forecast[2] < forecast[1])
    }
  }

  /// Relative error of the integral below 1e-10, which is x = 5,000 times the rounding of a logarithm.
  @Test func tailIntegralsAgreeWithHighPrecision() {
    let cases = Self.references.filter { $0.what == "tail" }
    #expect(cases.count == 160)
    for reference in cases {
      let n = reference.numbers
      let value = TailIntegral.value(u: n[4], p: n[0], alpha: n[1], q: n[2], beta: n[3])
      #expect(abs(value - n[5]) < 2e-14 * abs(n[5]) + 1e-11, "tail \(n): \(value)")
    }
    for reference in Self.references where reference.what == "discounted" {
      let n = reference.numbers
      let value = TailIntegral.discounted(exponent: n[0], base: n[1], rate: n[2])
      #expect(abs(value / n[3] - 1) < 1e-10, "discounted \(n): \(value)")
    }
  }

  static func answer(_ reference: Reference) throws -> Double? {
    let n = reference.numbers
    let words = reference.what.split(separator: " ").map(String.init)
    let (p, x, horizon) = (Array(n[0..<4]), Int(n[4]), n[7])
    if let kind = LifetimeModelKind(rawValue: words[0]) {
      let model = try PurchaseModel(kind: kind, ruler: .week, parameters: p)
      let customer = PurchaseRecord(frequency: x, recency: n[5], age: n[6])
      switch words[1] {
      case "alive": return model.probabilityAlive(customer)
      case "purchases", "new": return model.expectedPurchases(customer, horizons: [horizon])[0]
      case "count": return model.probability(of: x, within: horizon, .justAcquired)
      case "likelihood":
        let history = try PurchaseHistory(
          frequencies: [x], recencies: [n[5]], ages: [n[6]], ruler: .week)
        return PurchaseModel.logLikelihood(of: model, on: history)
      default: return nil
      }
    }
    switch reference.what {
    case "spend":
      return SpendModel.gammaGamma(p: p[0], q: p[1], v: p[2])
        .expectedSpend(frequency: x, meanSpend: x > 0 ? n[5] : 0)
    case "clv":
      // Months of 4.345 weeks at 1% each: the same as steps of 30.415 days.
      let model = try PurchaseModel(kind: .bgnbd, ruler: .week, parameters: p)
      let customer = PurchaseRecord(frequency: x, recency: n[5], age: n[6])
      let months = (0...12).map { Double($0) * 4.345 }
      let expected = model.expectedPurchases(customer, horizons: months)
      return (1...12).reduce(0.0) {
        $0 + 20 * (expected[$1] - expected[$1 - 1]) / pow(1.01, Double($1))
      }
    default: break
    }
    guard words[0] == "bgbb" else { return nil }
    let model = try DiscreteModel(alpha: p[0], beta: p[1], gamma: p[2], delta: p[3])
    let (last, count) = (Int(n[5]), Int(n[6]))
    switch words[1] {
    case "alive":
      return model.probabilityAlive(frequency: x, lastPurchase: last, opportunityCount: count)
    case "purchases":
      return model.expectedPurchases(
        frequency: x, lastPurchase: last, opportunityCount: count, next: [Int(horizon)])[0]
    case "likelihood":
      return model.logLikelihood(frequency: x, lastPurchase: last, opportunityCount: count)
    default: return nil
    }
  }

  /// Relative error below 1e-8: the peers' own, by their comparison with one another.
  @Test func answersAgreeWithLifetimesAndSciPy() throws {
    var compared: [String: Int] = [:]
    for reference in Self.peers {
      guard let value = try Self.answer(reference) else { continue }
      compared[reference.what, default: 0] += 1
      let expected = reference.numbers[8]
      #expect(
        abs(value - expected) <= 1e-8 * abs(expected) + 1e-12,
        "\(reference.what) \(reference.numbers): \(value)")
    }
    #expect(compared.count >= 18 && compared.values.reduce(0, +) > 600)
  }
}
