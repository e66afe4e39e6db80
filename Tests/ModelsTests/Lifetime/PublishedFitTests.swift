import Columns
import Models
import Testing

/// The tables of the papers and notes that came with the CDNOW sample, in weeks.
@Suite struct PublishedFitTests {
  struct Published: Sendable, CustomTestStringConvertible {
    let kind: LifetimeModelKind
    let parameters: [Double]
    let decimals: [Double]
    let standardErrors: [Double]?
    let logLikelihood: Double
    let logLikelihoodError: Double
    var testDescription: String { kind.title }
  }

  static let published = [
    // Fader, Hardie and Lee (2005), table 2, and the worksheet to it.
    Published(
      kind: .bgnbd, parameters: [0.2426, 4.4136, 0.7929, 2.4259],
      decimals: [5e-5, 5e-5, 5e-5, 5e-5], standardErrors: nil, logLikelihood: -9582.429,
      logLikelihoodError: 5e-4),
    // Fader and Hardie, note on the Pareto/NBD; standard errors of the BTYD and lifetimes packages.
    Published(
      kind: .pnbd, parameters: [0.553, 10.578, 0.606, 11.669],
      decimals: [5e-4, 5e-4, 5e-4, 1e-3], standardErrors: [0.0476, 0.843, 0.187, 6.21],
      logLikelihood: -9594.976, logLikelihoodError: 5e-4),
    // Printed as −9763.660, at parameters of four digits.
    Published(
      kind: .nbd, parameters: [0.3848, 12.072], decimals: [5e-5, 5e-4], standardErrors: nil,
      logLikelihood: -9763.660, logLikelihoodError: 3e-3),
  ]

  @Test func theCalibrationSampleHasThePublishedCounts() {
    #expect(CDNOW.calibration.count == 2_357)
    #expect(CDNOW.history.customerWeight == 2_357)
    #expect(CDNOW.history.frequencies.last == 29)
    // The first day is in neither x nor m̄; T runs to the last day of September, in days.
    #expect(CDNOW.history.classWeights[0] == 1_411)
    #expect(CDNOW.history.ageMax == 272)
  }

  @Test(arguments: published) func fitsMatchThePublishedOnes(_ published: Published) {
    let fit = PurchaseModel.fit(published.kind, to: CDNOW.history, ruler: .week)
    let report = fit.report
    #expect(report.isConverged && report.fallbackFrom == nil && !report.hasParameterAtBound)
    #expect(abs(report.logLikelihood - published.logLikelihood) < published.logLikelihoodError)
    for (i, parameter) in report.parameters.enumerated() {
      #expect(
        abs(parameter.value - published.parameters[i]) <= published.decimals[i],
        "\(parameter.name)")
      #expect(parameter.value == fit.model.parameters[i])
      #expect(parameter.interval!.contains(parameter.value))
      if let expected = published.standardErrors?[i] {
        #expect(abs(parameter.standardError! / expected - 1) < 0.005, "\(parameter.name)")
      }
    }
    #expect(report.aic == 2 * Double(report.parameters.count) - 2 * report.logLikelihood)
    #expect(report.gradientNorm < 1e-6)
  }

  @Test func gammaGammaMatchesThePublishedFitOf946Repeaters() {
    let fit = SpendModel.fit(SpendHistory(CDNOW.calibration))
    #expect(fit.report.isConverged && fit.report.customerWeight == 946)
    #expect(abs(fit.report.logLikelihood - -4055.92) < 0.005)
    for (parameter, expected) in zip(fit.report.parameters, [6.25, 3.74, 15.44]) {
      #expect(abs(parameter.value - expected) < 0.005, "\(parameter.name)")
    }
  }

  @Test func bgbbMatchesThePublishedFitOfTheDonations() throws {
    // Fader, Hardie and Shang (2010), table 3: 11,104 donors of 1995, six years.
    let rows = TestData.rows(TestData.text("data/donations_bgbb.csv")).map { $0.map { Int($0)! } }
    let history = try OpportunityHistory(
      frequencies: rows.map { $0[0] }, lastPurchases: rows.map { $0[1] },
      opportunityCounts: rows.map { $0[2] }, weights: rows.map { Double($0[3]) })
    let fit = DiscreteModel.fit(history)
    #expect(fit.report.isConverged && fit.report.customerWeight == 11_104)
    #expect(abs(fit.report.logLikelihood - -33225.58) < 0.005)
    for (parameter, expected) in zip(fit.report.parameters, [1.204, 0.750, 0.657, 2.783]) {
      #expect(abs(parameter.value - expected) < 6e-4, "\(parameter.name)")
      #expect(parameter.standardError! > 0)
    }
    // The counts of the first six opportunities are a distribution.
    let sum = (0...6).reduce(0.0) { $0 + fit.model.probability(purchases: $1, opportunityCount: 6) }
    #expect(abs(sum - 1) < 1e-12)
  }

  @Test func bgnbdForecastsMatchThePublishedOnes() throws {
    let model = PurchaseModel.fit(.bgnbd, to: CDNOW.history, ruler: .week).model
    let customer = PurchaseRecord(frequency: 2, recency: 30.43, age: 38.86)
    #expect(abs(model.expectedPurchases(customer, horizons: [39])[0] - 1.226) < 5e-4)
    #expect(model.probabilityAlive(PurchaseRecord(frequency: 0, recency: 0, age: 30)) == 1)
    var sum = 0.0
    CDNOW.history.forEachTriple { x, recency, age, weight in
      let customer = PurchaseRecord(frequency: x, recency: recency / 7, age: age / 7)
      sum += weight * model.expectedPurchases(customer, horizons: [39])[0]
    }
    #expect(abs(sum - 1653.4) < 0.05)
    // The same through the columns, in single precision.
    let scoring = LifetimeScoring(kind: .bgnbd, ruler: .week, horizonDays: 39 * 7)
    let scores = scoring.score(CDNOW.calibration)
    let total = scores.expectedPurchases.array.reduce(0.0) { $0 + Double($1) }
    #expect(abs(total - sum) < 1e-3)
  }
}
