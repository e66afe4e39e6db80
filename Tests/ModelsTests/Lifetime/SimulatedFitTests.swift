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

/// Draws from the distributions that the models mix; streams are seeded, so a test always sees the same.
struct Draws {
  var stream: RandomStream

  init(seed: UInt64) { stream = RandomStream(seed: seed) }

  mutating func exponential(rate: Double) -> Double { -log(1 - stream.nextUnit()) / rate }

  mutating func normal() -> Double {
    (-2 * log(1 - stream.nextUnit())).squareRoot() * cos(2 * .pi * stream.nextUnit())
  }

  /// Gamma of a shape and a rate (Marsaglia and Tsang 2000).
  mutating func gamma(_ shape: Double, rate: Double = 1) -> Double {
    if shape < 1 {
      let power = exp(log(1 - stream.nextUnit()) / shape)
      return gamma(shape + 1, rate: rate) * power
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let z = normal()
      let v = (1 + c * z) * (1 + c * z) * (1 + c * z)
      if v > 0, log(1 - stream.nextUnit()) < 0.5 * z * z + d - d * v + d * log(v) {
        return d * v / rate
      }
    }
  }

  mutating func beta(_ a: Double, _ b: Double) -> Double {
    let (x, y) = (gamma(a), gamma(b))
    return x / (x + y)
  }
}

/// 200,000 customers of known parameters, two ages, times in days: every parameter is found within four standard
/// errors. t_x is rounded to days, which keeps the distinct triples few and the debug build fast.
@Suite struct SimulatedFitTests {
  static let customerCount = 200_000
  static let ages = [182, 273]

  static func expectCovered(_ report: FitReport, _ truth: [Double]) {
    #expect(report.isConverged && report.fallbackFrom == nil)
    for (parameter, value) in zip(report.parameters, truth) {
      let error = abs(parameter.value - value) / parameter.standardError!
      #expect(error < 4, "\(report.title) \(parameter.name): \(parameter.value), true \(value)")
      // Four standard errors must say something.
      #expect(parameter.standardError! < 0.1 * value)
    }
  }

  static func history(
    seed: UInt64, _ customer: (inout Draws, Double) -> (x: Int, recency: Double)
  ) throws -> PurchaseHistory {
    var draws = Draws(seed: seed)
    var counts: [SIMD3<Int32>: Double] = [:]
    for number in 0..<customerCount {
      let age = ages[number % ages.count]
      let (x, recency) = customer(&draws, Double(age))
      let day = x == 0 ? 0 : Int32(recency.rounded())
      counts[SIMD3(Int32(x), day, Int32(age)), default: 0] += 1
    }
    let rows = Array(counts.keys)
    return try PurchaseHistory(
      frequencies: rows.map { Int($0[0]) }, recencies: rows.map { Double($0[1]) },
      ages: rows.map { Double($0[2]) }, weights: rows.map { counts[$0]! }, ruler: .day)
  }

  /// Purchases at a rate until `age`, each the last with probability `leaving`, or until `end`.
  static func buy(
    _ draws: inout Draws, rate: Double, age: Double, leaving: Double = 0, end: Double = .infinity
  ) -> (x: Int, recency: Double) {
    var (x, time, last) = (0, 0.0, 0.0)
    while true {
      time += draws.exponential(rate: rate)
      if time > min(age, end) { return (x, last) }
      (x, last) = (x + 1, time)
      if leaving > 0, draws.stream.nextUnit() < leaving { return (x, last) }
    }
  }

  @Test(arguments: [LifetimeModelKind.bgnbd, .mbgnbd])
  func betaGeometricFitsCoverTheTruth(_ kind: LifetimeModelKind) throws {
    let truth = [0.6, 30.0, 0.8, 2.5]
    let history = try Self.history(seed: 31) { draws, age in
      let rate = draws.gamma(truth[0], rate: truth[1])
      let leaving = draws.beta(truth[2], truth[3])
      if kind == .mbgnbd, draws.stream.nextUnit() < leaving { return (0, 0) }
      return Self.buy(&draws, rate: rate, age: age, leaving: leaving)
    }
    Self.expectCovered(PurchaseModel.fit(kind, to: history, ruler: .day).report, truth)
  }

  @Test func aParetoFitCoversTheTruth() throws {
    let truth = [0.8, 30.0, 0.9, 120.0]
    let history = try Self.history(seed: 32) { draws, age in
      let rate = draws.gamma(truth[0], rate: truth[1])
      let end = draws.exponential(rate: draws.gamma(truth[2], rate: truth[3]))
      return Self.buy(&draws, rate: rate, age: age, end: end)
    }
    Self.expectCovered(PurchaseModel.fit(.pnbd, to: history, ruler: .day).report, truth)
  }

  @Test func aNegativeBinomialFitCoversTheTruth() throws {
    let truth = [0.5, 60.0]
    let history = try Self.history(seed: 33) { draws, age in
      Self.buy(&draws, rate: draws.gamma(truth[0], rate: truth[1]), age: age)
    }
    Self.expectCovered(PurchaseModel.fit(.nbd, to: history, ruler: .day).report, truth)
  }

  @Test func aGammaGammaFitCoversTheTruth() throws {
    let truth = [6.0, 4.0, 20.0]
    var draws = Draws(seed: 34)
    var (frequencies, means) = ([Int](), [Double]())
    for number in 0..<Self.customerCount {
      let x = 1 + number % 5
      let rate = draws.gamma(truth[1], rate: truth[2])
      frequencies.append(x)
      means.append(draws.gamma(truth[0] * Double(x), rate: rate * Double(x)))
    }
    let history = try SpendHistory(frequencies: frequencies, meanSpends: means)
    let fit = SpendModel.fit(history)
    Self.expectCovered(fit.report, truth)
    #expect(abs(fit.model.populationMean / 40 - 1) < 0.01)
  }

  @Test func aDiscreteFitCoversTheTruth() throws {
    let truth = [1.2, 0.8, 0.7, 2.8]
    var draws = Draws(seed: 35)
    var counts: [SIMD2<Int32>: Double] = [:]
    for _ in 0..<Self.customerCount {
      let (buying, leaving) = (draws.beta(truth[0], truth[1]), draws.beta(truth[2], truth[3]))
      var row = SIMD2<Int32>(0, 0)
      for opportunity in 1...8 {
        if draws.stream.nextUnit() < leaving { break }
        if draws.stream.nextUnit() < buying { row = SIMD2(row[0] + 1, Int32(opportunity)) }
      }
      counts[row, default: 0] += 1
    }
    let rows = Array(counts.keys)
    let history = try OpportunityHistory(
      frequencies: rows.map { Int($0[0]) }, lastPurchases: rows.map { Int($0[1]) },
      opportunityCounts: rows.map { _ in 8 }, weights: rows.map { counts[$0]! })
    Self.expectCovered(DiscreteModel.fit(history).report, truth)
  }
}
