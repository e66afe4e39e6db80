import Columns
import JSONText
import Kernels
import Testing

@testable import Models

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Gamma-Gamma where the textbook's formula has no parameters: spend that does not vary, and heavy tails. Fits of
/// `Fixtures/spend.csv` are SciPy's and mpmath's (Fixtures/make_spend.py).
@Suite struct SpendModelTests {
  struct Reference {
    var frequencies: [Int] = []
    var means: [Double] = []
    var fit: [Double] = []
    var limit: [Double] = []
    var spends: [[Double]] = []
  }

  static let references: [String: Reference] = {
    var sets: [String: Reference] = [:]
    for line in TestData.fixture("spend.csv").split(whereSeparator: \.isNewline) {
      let cells = line.split(separator: ",")
      let numbers = cells.dropFirst(2).map { Double($0)! }
      var own = sets[String(cells[1])] ?? Reference()
      switch cells[0] {
      case "data":
        own.frequencies.append(Int(numbers[0]))
        own.means.append(numbers[1])
      case "fit": own.fit = numbers
      case "limit": own.limit = numbers
      default: own.spends.append(numbers)
      }
      sets[String(cells[1])] = own
    }
    return sets
  }()

  static func fit(_ frequencies: [Int], _ means: [Double], penalty: Double = 0) throws -> SpendFit {
    try SpendModel.fit(
      SpendHistory(frequencies: frequencies, meanSpends: means), penalty: penalty)
  }

  @Test(arguments: ["usual", "heavy", "noisy", "alike"])
  func fitsAgreeWithSciPy(_ name: String) throws {
    let reference = try #require(Self.references[name])
    let fit = try Self.fit(reference.frequencies, reference.means)
    #expect(fit.report.isConverged && fit.report.model == "gamma-gamma")
    #expect(abs(fit.report.logLikelihood / reference.fit[3] - 1) < 1e-10)
    for (parameter, expected) in zip(fit.report.parameters, reference.fit) {
      #expect(abs(parameter.value / expected - 1) < 1e-4, "\(parameter.name)")
    }
    for row in reference.spends {
      let spend = fit.model.expectedSpend(frequency: Int(row[0]), meanSpend: row[1])
      #expect(abs(spend / row[2] - 1) < 1e-4, "\(row): \(spend)")
    }
  }

  @Test(arguments: ["constant", "constant heavy"])
  func whereNobodysSpendVariesTheOwnMeanIsExpected(_ name: String) throws {
    let reference = try #require(Self.references[name])
    let fit = try Self.fit(reference.frequencies, reference.means)
    let (report, limit) = (fit.report, reference.limit)
    #expect(report.isConverged && report.model == "own-mean")
    #expect(report.fallbackFrom == "gamma-gamma" && report.fallbackReason!.contains("own mean"))
    for (x, mean) in zip(reference.frequencies, reference.means) {
      #expect(abs(fit.model.expectedSpend(frequency: x, meanSpend: mean) / mean - 1) < 1e-15)
    }
    // The bound of p is 10⁶: what is left of its distance to ∞ shows.
    #expect(report.parameters.map(\.name) == ["q", "p v"])
    #expect(abs(report.parameters[0].value / limit[0] - 1) < 1e-4)
    #expect(abs(report.parameters[1].value / limit[1] - 1) < 1e-4)
    #expect(abs(report.logLikelihood / limit[2] - 1) < 1e-4)
    let newcomer = fit.model.expectedSpend(frequency: 0, meanSpend: 0)
    if limit[0] > 1 {
      #expect(abs(newcomer / (limit[1] / (limit[0] - 1)) - 1) < 1e-3)
    } else {
      #expect(newcomer == 1_510)
    }
  }

  @Test func everybodySpendingTheSameIsExpectedToGoOn() throws {
    for x in [1, 4, 900] {
      let fit = try Self.fit(Array(repeating: x, count: 50), Array(repeating: 10, count: 50))
      #expect(fit.report.isConverged && fit.report.model == "own-mean", "\(x) \(fit.report.ending)")
      #expect(fit.model.expectedSpend(frequency: x, meanSpend: 10) == 10)
      #expect(abs(fit.model.populationMean - 10) < 1e-6)
      #expect(fit.report.warnings.isEmpty)
    }
  }

  @Test func twoCustomersOfOnePriceEachKeepTheirPrices() throws {
    let fit = try Self.fit([2, 2], [10, 300])
    #expect(fit.model.expectedSpend(frequency: 2, meanSpend: 10) == 10)
    #expect(fit.model.expectedSpend(frequency: 2, meanSpend: 300) == 300)
  }

  @Test func aDailyBuyerAmongOthersKeepsThePriceOfTheDay() throws {
    let fit = try Self.fit(
      [1_094] + Array(repeating: 4, count: 20), [6] + (0..<20).map { Double(20 + $0) })
    #expect(abs(fit.model.expectedSpend(frequency: 1_094, meanSpend: 6) - 6) < 0.005)
  }

  @Test func aSingleRepeaterIsExpectedToSpendTheOwnMean() throws {
    let fit = try Self.fit([3, 0], [12, 0])
    #expect(fit.report.fallbackReason?.contains("fewer than two") == true)
    #expect(fit.model == .ownMean(newcomer: 12))
    let nobody = try Self.fit([0, 0], [0, 0])
    #expect(nobody.model == .populationMean(0))
  }

  @Test func heavyTailsKeepWhatIsFiniteAndSaySo() throws {
    let reference = try #require(Self.references["noisy"])
    let fit = try Self.fit(reference.frequencies, reference.means)
    guard case .heavyTailed(let p, let q, let v, let typical) = fit.model else {
      Issue.record("\(fit.model)")
      return
    }
    #expect(q <= 1 && fit.report.warnings.contains { $0.contains("q is at most 1") })
    let sorted = reference.means.sorted()
    #expect(typical == 0.5 * (sorted[29] + sorted[30]))
    // p x + q ≤ 1 has no mean either, p x + q > 1 has one.
    #expect(p + q < 1 && fit.model.expectedSpend(frequency: 1, meanSpend: 77) == typical)
    #expect(fit.model.populationMean == typical)
    #expect(
      fit.model.expectedSpend(frequency: 7, meanSpend: 77) == p / (7 * p + q - 1) * v
        + p / (7 * p + q - 1) * 539)
  }

  @Test func aPenaltyKeepsGammaGammaFiniteAsItDid() throws {
    let reference = try #require(Self.references["constant"])
    let fit = try Self.fit(reference.frequencies, reference.means, penalty: 0.001)
    #expect(fit.report.isConverged && fit.report.model == "gamma-gamma")
    let spend = fit.model.expectedSpend(frequency: 500, meanSpend: 9.99)
    #expect(abs(spend - 9.99) < 0.05)
  }

  @Test func modelsComeBackFromTheirJSON() throws {
    let models: [SpendModel] = [
      .gammaGamma(p: 6, q: 4, v: 15), .heavyTailed(p: 6, q: 0.8, v: 15, typical: 30),
      .ownMean(newcomer: 12.5), .ownMean(newcomer: 0), .populationMean(3),
    ]
    for model in models {
      #expect(try SpendModel(json: JSON.parse(model.json.compactText)) == model)
    }
    #expect(throws: LifetimeError.self) {
      try SpendModel(json: ["kind": "own-mean", "parameters": ["newcomer": -1.0]])
    }
  }

  /// In each form of the kernel: against equation (18) as it is printed, and differences of the values.
  @Test(arguments: [
    [6.0, 4, 0.9], [0.05, 0.2, 2], [900, 3, 0.7], [3, 900, 1.1], [2_000, 3_000, 1],
  ])
  func likelihoodAndDerivativesAgree(_ point: [Double]) throws {
    let frequencies = [1, 1, 2, 5, 5, 9]
    let means = point[0] > 1_000 ? [10, 10.1, 9.8, 10.2, 10, 9.9] : [10, 14.0, 3, 25, 8, 1]
    let weights = [1.0, 2, 1, 0.5, 3, 1]
    let likelihood = GammaGammaLikelihood(
      history: try SpendHistory(frequencies: frequencies, meanSpends: means, weights: weights))
    let center = likelihood.evaluate(point)
    let (p, q) = (point[0], point[1])
    let v = q * point[2] * likelihood.unit / p
    var direct = 0.0
    for ((frequency, mean), weight) in zip(zip(frequencies, means), weights) {
      let x = Double(frequency)
      direct +=
        weight
        * (lgamma(p * x + q) - lgamma(p * x) - lgamma(q) + q * log(v) + p * x * log(x * mean)
          - log(mean) - (p * x + q) * log(x * mean + v))
    }
    #expect(abs(center.value - direct) < 1e-9 * max(1, abs(direct)))
    for i in 0..<3 {
      let step = point[i] * 1e-4
      func moved(_ by: Double) -> LikelihoodExpansion {
        var other = point
        other[i] += by
        return likelihood.evaluate(other)
      }
      let (up, down) = (moved(step), moved(-step))
      let slope = (up.value - down.value) / (2 * step)
      #expect(abs(center.gradient[i] - slope) * point[i] < 1e-5 * max(1, abs(slope) * point[i]))
      for j in 0..<3 {
        let bend = (up.gradient[j] - down.gradient[j]) / (2 * step)
        let scale = point[i] * point[j]
        #expect(
          abs(center.hessian[i * 3 + j] - bend) * scale < 1e-4 * max(1, abs(bend) * scale),
          "\(i) \(j)")
      }
    }
  }
}
