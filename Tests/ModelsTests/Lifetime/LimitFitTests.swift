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

/// Fits where a mixture is one value for all, or where nobody or everybody leaves, against SciPy
/// (Fixtures/make_fits.py).
@Suite struct LimitFitTests {
  struct Base: Sendable, CustomTestStringConvertible {
    let name: String
    var rows: [[Double]] = []
    /// Best log-likelihoods in days, by model.
    var best: [LifetimeModelKind: Double] = [:]
    var testDescription: String { name }

    var history: PurchaseHistory {
      get throws {
        try PurchaseHistory(
          frequencies: rows.map { Int($0[0]) }, recencies: rows.map { $0[1] },
          ages: rows.map { $0[2] }, weights: rows.map { $0[3] }, ruler: .day)
      }
    }
  }

  static let bases: [Base] = {
    var bases: [Base] = []
    for line in TestData.fixture("fits.csv").split(whereSeparator: \.isNewline) {
      let cells = line.split(separator: ",").map(String.init)
      if bases.last?.name != cells[1] { bases.append(Base(name: cells[1])) }
      if cells[0] == "data" {
        bases[bases.count - 1].rows.append(cells[2...].map { Double($0)! })
      } else {
        bases[bases.count - 1].best[LifetimeModelKind(rawValue: cells[2])!] = Double(cells[3])!
      }
    }
    return bases
  }()

  static func base(_ name: String) throws -> Base {
    try #require(bases.first { $0.name == name })
  }

  @Test(arguments: bases) func fitsAreAsLikelyAsSciPysBest(_ base: Base) throws {
    let history = try base.history
    let nbd = try #require(base.best[.nbd])
    #expect(base.best.count == 4)
    for (kind, best) in base.best {
      let fit = PurchaseModel.fit(kind, to: history, ruler: .day)
      let report = fit.report
      let what = "\(base.name) \(kind.title): \(report.logLikelihood), SciPy \(best)"
      // By AIC never behind what SciPy finds for the model, or for NBD.
      #expect(report.aic <= 2 * Double(kind.parameterNames.count) - 2 * best + 0.02, "\(what)")
      #expect(report.aic <= 4 - 2 * nbd + 0.02, "\(what)")
      #expect(report.isConverged, "\(what): \(report.ending)")
      if fit.model.kind == kind {
        #expect(report.fallbackFrom == nil)
        #expect(abs(report.logLikelihood - best) < 0.01, "\(what)")
        let again = PurchaseModel.logLikelihood(of: fit.model, on: history)
        let difference = abs(again - report.logLikelihood)
        #expect(difference < 1e-6 * abs(best) + 1e-9, "\(what), again \(again)")
      } else {
        #expect(report.fallbackFrom == kind.rawValue && report.fallbackReason != nil, "\(what)")
      }
      for parameter in report.parameters {
        #expect(parameter.value.isFinite && parameter.value > 0)
        #expect(parameter.interval?.contains(parameter.value) != false, "\(what)")
        // At a limit no two-sided interval, and no standard error.
        if parameter.isAtBound, parameter.name == "r" || parameter.name == "alpha" {
          #expect(parameter.standardError == nil)
        }
      }
    }
  }

  @Test func aSubscriptionIsOneRateForAllAndSaysSo() throws {
    let history = try Self.base("monthly").history
    let fit = PurchaseModel.fit(.bgnbd, to: history, ruler: .week)
    #expect(fit.model.kind == .bgnbd)
    let report = fit.report
    let r = report.parameters[0]
    #expect(r.isAtBound && r.interval!.upperBound == .infinity && r.interval!.lowerBound > 50)
    #expect(report.warnings.contains { $0.hasPrefix("purchase rates are alike for all customers") })
    #expect(report.reportText.contains(" or more") && report.reportText.contains("at its limit"))
    // A payment in thirty days: the mean rate is known although r and α are not.
    let rate = report.populationMeans[0]
    #expect(rate.interval!.contains(rate.value) && rate.interval!.lowerBound > 0.15)
    #expect(rate.interval!.upperBound < 0.30)
    // One in ten leaves at a payment.
    #expect(report.populationMeans[1].interval!.contains(0.1))
    let back = try FitReport(json: JSON.parse(report.json.compactText))
    #expect(back == report)
  }

  @Test func nobodyLeavingIsSaidInWords() throws {
    let history = try Self.base("nobody leaves one rate").history
    let fit = PurchaseModel.fit(.mbgnbd, to: history, ruler: .week)
    #expect(fit.model.kind == .nbd && fit.report.fallbackFrom == "mbgnbd")
    let reason = try #require(fit.report.fallbackReason)
    #expect(reason.contains("nobody is taken to have left") && reason.contains("AIC"))
    let own = PurchaseModel.fitWithoutFallback(.mbgnbd, to: history, ruler: .week).report
    #expect(own.warnings.contains { $0.hasPrefix("nobody leaves: a / b is at its lower limit") })
    #expect(own.warnings.contains { $0.hasPrefix("purchase rates are alike") })
    // The share that leaves is below something, which is small.
    let share = try #require(own.populationMeans[1].interval)
    #expect(share.upperBound < 0.05)
  }

  @Test func fitsAtLimitsAreTheSameOnAnyNumberOfThreads() throws {
    defer { Parallel.setThreadCount(0) }
    let history = try Self.base("constant dropout").history
    for kind in [LifetimeModelKind.bgnbd, .pnbd] {
      let fits = [1, 2, 5].map { threads in
        Parallel.setThreadCount(threads)
        return PurchaseModel.fitWithoutFallback(kind, to: history, ruler: .week)
      }
      #expect(fits[1] == fits[0] && fits[2] == fits[0])
    }
  }

  /// A few customers of every kind, times in weeks.
  static let few: [(x: Int, recency: Double, age: Double)] = [
    (0, 0, 12), (0, 0, 40), (1, 5, 9), (2, 30, 31), (7, 20, 40), (26, 39.5, 40),
  ]

  static func fewHistory() throws -> PurchaseHistory {
    try PurchaseHistory(
      frequencies: few.map(\.x), recencies: few.map(\.recency), ages: few.map(\.age),
      weights: [3, 1, 2, 1, 4, 1], ruler: .week)
  }

  /// ln L of one customer at a constant rate m, and a constant probability p or rate μ of leaving.
  static func limit(
    _ kind: LifetimeModelKind, _ row: Int, rate m: Double, leaving p: Double
  ) -> Double {
    let (x, recency, age) = (Double(few[row].x), few[row].recency, few[row].age)
    switch kind {
    case .nbd: return x * log(m) - m * age
    case .bgnbd:
      let left = x > 0 ? p / (1 - p) * exp(m * (age - recency)) : 0
      return x * log(m) - m * age + x * log(1 - p) + log1p(left)
    case .mbgnbd:
      let left = p / (1 - p) * exp(m * (age - recency))
      return x * log(m) - m * age + (x + 1) * log(1 - p) + log1p(left)
    case .pnbd:
      let all = m + p
      let left = p / all * (exp(all * (age - recency)) - 1)
      return x * log(m) - all * age + log1p(left)
    }
  }

  @Test(arguments: LifetimeModelKind.allCases)
  func likelihoodsReachTheirLimitsSmoothly(_ kind: LifetimeModelKind) throws {
    let (m, p) = (0.3, 0.07)
    let history = try Self.fewHistory()
    let weights = [3.0, 1, 2, 1, 4, 1]
    let expected = weights.indices.reduce(0) {
      $0 + weights[$1] * Self.limit(kind, $1, rate: m, leaving: p)
    }
    // The distance from the limit falls as 1 / shape until rounding is reached.
    for shape in [1e4, 1e6, 1e7] {
      let dropout = kind == .pnbd ? [shape, shape / p] : [shape * p, shape * (1 - p)]
      let model = try PurchaseModel(
        kind: kind, ruler: .week,
        parameters: [shape, shape / m] + (kind == .nbd ? [] : dropout))
      let value = PurchaseModel.logLikelihood(of: model, on: history)
      #expect(abs(value - expected) < 2e3 / shape + 1e-6, "\(shape): \(value), limit \(expected)")
      for (row, customer) in Self.few.enumerated() where kind != .nbd {
        let record = PurchaseRecord(
          frequency: customer.x, recency: customer.recency, age: customer.age)
        // P(alive) is the part of the likelihood that has nobody leave.
        let survival: Double
        switch kind {
        case .pnbd: survival = -p * customer.age
        case .mbgnbd: survival = Double(customer.x + 1) * log(1 - p)
        default: survival = Double(customer.x) * log(1 - p)
        }
        let alive = exp(
          Self.limit(.nbd, row, rate: m, leaving: 0) + survival
            - Self.limit(kind, row, rate: m, leaving: p))
        let found = model.probabilityAlive(record)
        #expect(abs(found / alive - 1) < 2e3 / shape + 1e-7, "\(shape) \(customer): \(found)")
      }
    }
  }

  /// Gradient and Hessian against differences of the value and of the gradient.
  @Test(arguments: LifetimeModelKind.allCases)
  func derivativesAreThoseOfTheValueUpToTheLimit(_ kind: LifetimeModelKind) throws {
    let search = PurchaseSearch(kind, try Self.fewHistory(), penalty: 0)
    let n = kind.parameterNames.count
    for spread in [-2.0, 0.3, 4, 11] {
      let point = Array([log(3), spread, kind == .pnbd ? log(0.4) : -2.1, spread - 0.5].prefix(n))
      let here = search.objective(point, in: search.coordinates)
      for i in 0..<n {
        var (below, above) = (point, point)
        let step = 1e-4
        below[i] -= step
        above[i] += step
        let (low, high) = (
          search.objective(below, in: search.coordinates),
          search.objective(above, in: search.coordinates)
        )
        let slope = (high.value - low.value) / (2 * step)
        #expect(abs(here.gradient[i] - slope) < 1e-6 * max(0.1, abs(slope)), "\(spread) \(i)")
        for j in 0..<n {
          let curvature = (high.gradient[j] - low.gradient[j]) / (2 * step)
          #expect(
            abs(here.hessian[i * n + j] - curvature) < 2e-6 * max(0.1, abs(curvature)),
            "\(spread) \(i) \(j)")
        }
      }
    }
  }
}
