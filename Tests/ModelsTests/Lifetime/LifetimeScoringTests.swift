import Columns
import JSONText
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

@Suite struct LifetimeScoringTests {
  @Test(arguments: LifetimeModelKind.allCases)
  func columnsAgreeWithScoringOneByOneFromTheSnapshot(_ kind: LifetimeModelKind) throws {
    let scoring = LifetimeScoring(
      kind: kind, ruler: .week, horizonDays: 200, discountPerYear: 0.15, margin: 0.4)
    let summary = CDNOW.calibration
    let scores = scoring.score(summary)
    // What a snapshot carries is enough: the models are read back from their JSON.
    let models = try LifetimeModels(json: JSON.parse(scores.report.prettyText))
    for row in stride(from: 0, to: summary.count, by: 37) {
      let x = Int(summary.purchaseDays[row]) - 1
      let spend =
        x > 0
        ? Money.double(summary.monetaryTotals[row] - summary.firstDayTotals[row]) / Double(x) : 0
      let one = models.score(
        frequency: x, recencyDays: Double(summary.lastDays[row] - summary.firstDays[row]),
        ageDays: Double(summary.asOf - summary.firstDays[row]), meanSpend: spend, scoring: scoring)
      func isNear(_ a: Float, _ b: Double) -> Bool { abs(Double(a) - b) <= 3e-7 * abs(b) + 1e-12 }
      #expect(isNear(scores.pAlive[row], one.pAlive))
      #expect(isNear(scores.expectedPurchases[row], one.expectedPurchases))
      #expect(isNear(scores.expectedSpend[row], one.expectedSpend))
      #expect(isNear(scores.clv[row], one.clv))
      #expect((scores.residualPurchases == nil) == (kind != .pnbd))
      if let residual = scores.residualPurchases {
        #expect(isNear(residual[row], try #require(one.residualPurchases)))
      }
    }
  }

  @Test(arguments: LifetimeModelKind.allCases)
  func severalHorizonsInOnePassAreThoseOfEachAlone(_ kind: LifetimeModelKind) {
    let spans = [TimeSpan(3, .month), TimeSpan(6, .month), TimeSpan(39, .week)]
    let summary = CDNOW.calibration
    let together = LifetimeScoring(kind: kind, moreHorizons: spans).score(summary)
    #expect(together.moreExpectedPurchases.count == 3)
    for (span, column) in zip(spans, together.moreExpectedPurchases) {
      let alone = LifetimeScoring(kind: kind, horizonDays: span.days)
        .score(summary, models: together.models)
      for row in stride(from: 0, to: summary.count, by: 41) {
        let (a, b) = (Double(column[row]), Double(alone.expectedPurchases[row]))
        #expect(abs(a - b) <= 1e-6 * abs(b))
      }
    }
  }

  /// Fader and Hardie's definition, ∫ rate · survival · e^(−δt) dt, summed in small steps.
  @Test func residualPurchasesAreTheDiscountedIntegralOfTheRate() throws {
    let model = try PurchaseModel(
      kind: .pnbd, ruler: .week, parameters: [0.553, 10.578, 0.606, 11.669])
    let delta = 0.0027
    for customer in [.justAcquired, PurchaseRecord(frequency: 4, recency: 27, age: 38.86)] {
      let rate = (0.553 + Double(customer.frequency)) / (10.578 + customer.age)
      var sum = 0.0
      let step = 0.25
      for k in 0..<40_000 {
        let time = (Double(k) + 0.5) * step
        let survival = model.probabilityAlive(customer, after: time)
        sum += rate * survival * exp(-delta * time) * step
      }
      let value = try #require(model.discountedResidualTransactions(customer, discount: delta))
      #expect(abs(value / sum - 1) < 1e-4, "\(value), by steps \(sum)")
    }
  }

  @Test func aCustomerJustAcquiredIsScoredFromTheModelsAlone() throws {
    let scoring = LifetimeScoring(kind: .pnbd, horizonDays: 364, discountPerYear: 0.15)
    let models = scoring.fit(CDNOW.calibration)
    let new = models.newCustomer(scoring)
    let model = models.purchases.model
    #expect(new.pAlive == 1)
    // E[X(t)] = r β / (α (s − 1)) (1 − (β / (β + t))^(s − 1)), the paper's equation.
    let (r, alpha, s, beta) = (
      model.parameters[0], model.parameters[1], model.parameters[2], model.parameters[3]
    )
    let paper = r * beta / (alpha * (s - 1)) * (1 - pow(beta / (beta + 52), s - 1))
    #expect(abs(new.expectedPurchases / paper - 1) < 1e-12)
    #expect(new.clv > 0 && new.expectedSpend > 0)
    #expect(try #require(new.residualPurchases) > new.expectedPurchases)
    let text = try #require(LifetimeScore.newCustomerText(new.json))
    #expect(text.contains("just acquired"))
  }

  @Test func theRulerDoesNotChangeTheScores() {
    let byWeek = LifetimeScoring(ruler: .week).score(CDNOW.calibration)
    for ruler in [TimeRuler.day, .month] {
      let scores = LifetimeScoring(ruler: ruler).score(CDNOW.calibration)
      for (a, b) in zip(byWeek.clv.array, scores.clv.array) { #expect(abs(a - b) <= 2e-6 * abs(b)) }
      let (alpha, week) = (
        scores.models.purchases.model.parameters[1], byWeek.models.purchases.model.parameters[1]
      )
      #expect(abs(alpha * ruler.days / (week * 7) - 1) < 1e-6)
    }
  }

  @Test func theSameInputGivesTheSameBytesOnAnyNumberOfThreads() {
    defer { Parallel.setThreadCount(0) }
    let results = [1, 2, 5].map { threads in
      Parallel.setThreadCount(threads)
      return LifetimeScoring(kind: .pnbd).score(CDNOW.calibration)
    }
    for other in results.dropFirst() {
      #expect(other.clv.array == results[0].clv.array)
      #expect(other.report == results[0].report)
    }
  }

  @Test func countsOfPartsAddUpToCountsOfTheWhole() throws {
    var parts: [[(Int, Double, Double, Double)]] = [[], []]
    var number = 0
    CDNOW.history.forEachTriple { x, recency, age, weight in
      // A triple's weight is split too: 1 goes to the first part, the rest to the second.
      parts[number % 2].append((x, recency, age, 1))
      if weight > 1 { parts[(number + 1) % 2].append((x, recency, age, weight - 1)) }
      number += 1
    }
    let histories = try parts.map { part in
      try PurchaseHistory(
        frequencies: part.map(\.0), recencies: part.map(\.1), ages: part.map(\.2),
        weights: part.map(\.3), ruler: .day)
    }
    let merged = try PurchaseHistory.merged(histories)
    #expect(merged.tripleCount == CDNOW.history.tripleCount)
    let (a, b) = (
      PurchaseModel.fit(.bgnbd, to: merged, ruler: .week),
      PurchaseModel.fit(.bgnbd, to: CDNOW.history, ruler: .week)
    )
    for (x, y) in zip(a.model.parameters, b.model.parameters) { #expect(abs(x / y - 1) < 1e-6) }
  }

  @Test func customersWithoutAPurchaseScoreZeroAndAreNotFitted() {
    let day = CustomerSummary.noDay
    let summary = CustomerSummary(
      asOf: 100, firstDays: AlignedBuffer([10, day, 50]), lastDays: AlignedBuffer([90, day, 50]),
      orders: AlignedBuffer([4, 0, 1]), purchaseDays: AlignedBuffer([4, 0, 1]),
      monetaryTotals: AlignedBuffer([4_000_000, 0, 70_000]),
      firstDayTotals: AlignedBuffer([1_000_000, 0, 70_000]))
    let scores = LifetimeScoring().score(summary)
    #expect(scores.models.purchases.report.customerWeight == 2)
    #expect(scores.pAlive[1] == 0 && scores.clv[1] == 0 && scores.expectedSpend[1] == 0)
    #expect(scores.pAlive[0] > 0 && scores.pAlive[2] > 0)
  }

  @Test func aPenaltyPullsTheParametersDown() {
    let free = PurchaseModel.fit(.bgnbd, to: CDNOW.history, ruler: .week)
    let bound = PurchaseModel.fit(.bgnbd, to: CDNOW.history, ruler: .week, penalty: 0.1)
    // lifetimes 0.11.3, BetaGeoFitter(penalizer_coef=0.1): the same objective.
    #expect(bound.report.isConverged && bound.report.penalty == 0.1)
    #expect(bound.report.logLikelihood < free.report.logLikelihood)
    #expect(bound.model.parameters[3] < free.model.parameters[3])
  }

  @Test func probabilitiesOfCountsAddUpToOneAndToTheExpectation() {
    for kind in LifetimeModelKind.allCases {
      let model = PurchaseModel.fit(kind, to: CDNOW.history, ruler: .week).model
      for customer in [.justAcquired, PurchaseRecord(frequency: 3, recency: 20, age: 30)] {
        let counts = (0...150).map { model.probability(of: $0, within: 26, customer) }
        let mean = counts.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
        let expected = model.expectedPurchases(customer, horizons: [26])[0]
        #expect(abs(counts.reduce(0, +) - 1) < 1e-9, "\(kind.title)")
        #expect(abs(mean / expected - 1) < 1e-7, "\(kind.title)")
      }
    }
  }

  @Test func survivalIsTheSlopeOfPurchasesOverTheRateForParetoNBD() {
    let model = PurchaseModel.fit(.pnbd, to: CDNOW.history, ruler: .week).model
    let customer = PurchaseRecord(frequency: 3, recency: 20, age: 30)
    let step = 1e-4
    let expected = model.expectedPurchases(customer, horizons: [10 - step, 10 + step])
    let rate = (model.parameters[0] + 3) / (model.parameters[1] + 30)
    let slope = (expected[1] - expected[0]) / (2 * step)
    #expect(abs(slope / (rate * model.probabilityAlive(customer, after: 10)) - 1) < 1e-6)
    // Discounted without an end, at a rate so high that only the first days count.
    let dert = model.discountedResidualTransactions(customer, discount: 1_000)!
    #expect(abs(dert / (model.probabilityAlive(customer) * rate / 1_000) - 1) < 1e-3)
  }

  @Test func damagedModelsAreRefused() throws {
    let models = LifetimeScoring().fit(CDNOW.calibration)
    #expect(throws: LifetimeError.self) { try LifetimeModels(json: ["purchases": models.json]) }
    #expect(throws: LifetimeError.self) {
      try PurchaseModel(json: ["kind": "bgnbd", "ruler": "week", "parameters": ["r": 1.0]])
    }
    #expect(throws: LifetimeError.self) {
      try SpendModel(
        json: ["kind": "gamma-gamma", "parameters": ["p": 1.0, "q": 0.5, "v": 1.0]])
    }
    #expect(throws: LifetimeError.self) {
      try PurchaseModel(kind: .nbd, ruler: .day, parameters: [1, .nan])
    }
  }
}
