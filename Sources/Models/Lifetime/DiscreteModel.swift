import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Customers with discrete opportunities to buy: x purchases in n opportunities, the last at number t_x.
package struct OpportunityHistory: Sendable {
  package struct Row: Sendable, Equatable {
    /// Opportunities at which the customer bought, and the number of the last of them; 0, 0 for none.
    package let frequency: Int
    package let lastPurchase: Int
    package let opportunityCount: Int
    package let weight: Double
  }

  /// Opportunities of a customer, at most.
  package static let opportunityLimit = 10_000

  /// Distinct (x, t_x, n) with their weights.
  package let rows: [Row]

  /// Throws where a row is impossible: x ≤ t_x ≤ n, x = 0 exactly where t_x = 0, n ≥ 1, weight ≥ 0.
  package init(
    frequencies: [Int], lastPurchases: [Int], opportunityCounts: [Int], weights: [Double]? = nil
  ) throws(LifetimeError) {
    guard lastPurchases.count == frequencies.count,
      opportunityCounts.count == frequencies.count,
      weights == nil || weights!.count == frequencies.count
    else { throw LifetimeError("x, t_x, n and the weights have different counts") }
    var sums: [SIMD4<Int>: Double] = [:]
    for row in frequencies.indices {
      let (x, last, n) = (frequencies[row], lastPurchases[row], opportunityCounts[row])
      let weight = weights?[row] ?? 1
      guard x >= 0, x <= last, last <= n, (x == 0) == (last == 0), n >= 1,
        n <= Self.opportunityLimit
      else {
        throw LifetimeError(
          row: row, "x is \(x), t_x \(last), n \(n); expected 0 ≤ x ≤ t_x ≤ n, n ≥ 1")
      }
      guard weight >= 0, weight.isFinite else {
        throw LifetimeError(row: row, "the weight is \(weight); expected a number ≥ 0")
      }
      if weight > 0 { sums[SIMD4(n, x, last, 0), default: 0] += weight }
    }
    rows = sums.keys.sorted { ($0[0], $0[1], $0[2]) < ($1[0], $1[1], $1[2]) }.map {
      Row(frequency: $0[1], lastPurchase: $0[2], opportunityCount: $0[0], weight: sums[$0]!)
    }
  }

  package var customerWeight: Double { rows.reduce(0) { $0 + $1.weight } }
}

/// BG/BB (Fader, Hardie and Shang 2010): while alive a customer buys at each opportunity with probability
/// p ~ Beta(α, β), and before each opportunity leaves with probability θ ~ Beta(γ, δ).
package struct DiscreteModel: Sendable, Equatable {
  package let alpha: Double
  package let beta: Double
  package let gamma: Double
  package let delta: Double

  package static let parameterNames = ["alpha", "beta", "gamma", "delta"]

  /// Throws where a parameter is outside 1e-30…1e30.
  package init(
    alpha: Double, beta: Double, gamma: Double, delta: Double
  ) throws(LifetimeError) {
    for (name, value) in zip(Self.parameterNames, [alpha, beta, gamma, delta]) {
      guard value >= 1e-30, value <= 1e30 else {
        throw LifetimeError("BG/BB's \(name) is \(value); expected 1e-30 to 1e30")
      }
    }
    (self.alpha, self.beta, self.gamma, self.delta) = (alpha, beta, gamma, delta)
  }

  private init(parameters: [Double]) {
    (alpha, beta, gamma, delta) = (parameters[0], parameters[1], parameters[2], parameters[3])
  }

  /// ln L of one customer (eq. 5).
  package func logLikelihood(frequency x: Int, lastPurchase: Int, opportunityCount n: Int) -> Double
  {
    DiscreteLikelihood(parameters: [alpha, beta, gamma, delta], n: n)
      .row(frequency: x, lastPurchase: lastPurchase).value
  }

  /// P(alive at opportunity n + 1 | x, t_x, n) (eq. 11).
  package func probabilityAlive(
    frequency x: Int, lastPurchase: Int, opportunityCount n: Int
  )
    -> Double
  {
    let logAlive =
      Special.logBeta(alpha + Double(x), beta + Double(n - x)) - Special.logBeta(alpha, beta)
      + Special.logBeta(gamma, delta + Double(n) + 1) - Special.logBeta(gamma, delta)
    let all = logLikelihood(frequency: x, lastPurchase: lastPurchase, opportunityCount: n)
    return min(1, exp(logAlive - all))
  }

  /// E[X(n, n + n*) | x, t_x, n] for each n* (eq. 13): purchases at the next n* opportunities.
  package func expectedPurchases(
    frequency x: Int, lastPurchase: Int, opportunityCount n: Int, next: [Int]
  ) -> [Double] {
    let all = logLikelihood(frequency: x, lastPurchase: lastPurchase, opportunityCount: n)
    let common =
      Special.logBeta(alpha + Double(x) + 1, beta + Double(n - x)) - Special.logBeta(alpha, beta)
      - all
    // The sum over opportunities of P(alive there and p): terms of one sign, where the closed form
    // subtracts and divides by γ − 1.
    var sum = 0.0
    var at = 0
    return next.indices.sorted { next[$0] < next[$1] }.map { place -> (Int, Double) in
      while at < min(next[place], OpportunityHistory.opportunityLimit) {
        at += 1
        sum += exp(
          common + Special.logBeta(gamma, delta + Double(n + at)) - Special.logBeta(gamma, delta))
      }
      return (place, sum)
    }.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// P(X(n) = x): purchases of a new customer at the first n opportunities (eq. 7).
  package func probability(purchases x: Int, opportunityCount n: Int) -> Double {
    guard x >= 0, x <= n, n <= OpportunityHistory.opportunityLimit else { return 0 }
    func logTerm(_ length: Int) -> Double {
      let choose =
        Special.logGamma(Double(length) + 1) - Special.logGamma(Double(x) + 1)
        - Special.logGamma(Double(length - x) + 1)
      return choose + Special.logBeta(alpha + Double(x), beta + Double(length - x))
        - Special.logBeta(alpha, beta)
    }
    var sum = exp(
      logTerm(n) + Special.logBeta(gamma, delta + Double(n)) - Special.logBeta(gamma, delta))
    for length in x..<max(n, x) {
      sum += exp(
        logTerm(length) + Special.logBeta(gamma + 1, delta + Double(length))
          - Special.logBeta(gamma, delta))
    }
    return min(1, sum)
  }

  /// Fits by maximum likelihood; always returns a model and a report.
  package static func fit(
    _ history: OpportunityHistory, penalty: Double = 0
  ) -> (model: DiscreteModel, report: FitReport) {
    let weight = history.customerWeight
    let penalty = penalty >= 0 && penalty.isFinite ? penalty : 0
    var best: NewtonMinimizer.Result?
    for start in [[1.0, 1, 0.7, 3], [0.5, 0.5, 0.5, 0.5], [1, 3, 0.2, 2], [2, 2, 2, 8]] {
      let result = NewtonMinimizer().minimize(from: start.map(log)) { logParameters in
        let parameters = logParameters.map(exp)
        return DiscreteLikelihood.evaluate(history, parameters).objective(
          parameters: parameters, weight: max(weight, .leastNormalMagnitude), penalty: penalty)
      }
      if best == nil || result.expansion.value < best!.expansion.value { best = result }
      if result.ending == .converged && !result.atBound.contains(true) { break }
    }
    let search = best!
    let parameters = search.logParameters.map(exp)
    var mean = search.expansion.value
    for parameter in parameters { mean -= penalty * parameter * parameter }
    var report = FitReport(
      model: "bgbb", title: "BG/BB", ruler: nil,
      isConverged: search.ending == .converged && weight > 0,
      ending: weight > 0 ? search.ending.rawValue : "there is no customer",
      iterationCount: search.iterationCount, gradientNorm: search.gradientNorm,
      logLikelihood: weight > 0 ? -mean * weight : 0, customerWeight: weight,
      distinctCount: history.rows.count, penalty: penalty,
      parameters: FitReport.parameters(
        names: Self.parameterNames, scales: [1, 1, 1, 1], result: search, weight: weight))
    report.populationMeans = [
      FitReport.Figure(
        "probability of buying at an opportunity while alive",
        parameters[0] / (parameters[0] + parameters[1])),
      FitReport.Figure(
        "probability of leaving before an opportunity",
        parameters[2] / (parameters[2] + parameters[3])),
    ]
    let names = report.parameters.filter(\.isAtBound).map(\.name)
    if !names.isEmpty {
      report.warnings.append("at a bound: \(names.joined(separator: ", "))")
    }
    return (DiscreteModel(parameters: parameters), report)
  }
}
