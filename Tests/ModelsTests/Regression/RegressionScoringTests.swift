import Columns
import JSONText
import Kernels
import Testing

@testable import Models

@Suite(.serialized) struct RegressionScoringTests {
  let expected = RegressionFixture.json["cdnow"]!
  static let end = Day.parse("1998-06-30")!

  func cdnowScores(
    _ kind: RegressionKind, tables: [TransactionTable]? = nil
  ) throws -> RegressionScores {
    let (rows, names) = RegressionFixture.cdnow
    return try RegressionScoring(kind: kind, horizonDays: 181).score(
      batches: tables ?? [RegressionFixture.table(rows)], customerCount: names.count,
      asOf: Self.end)
  }

  @Test func featuresAgreeWithTheSecondImplementation() throws {
    let (rows, names) = RegressionFixture.cdnow
    let table = RegressionFixture.table(rows)
    let cutoff = Day.parse("1997-12-31")!
    let members = expected["some_features"]!.objectValue!
    try #require(members.count > 20)
    for member in members {
      let customer = names.firstIndex(of: member.name)!
      let base = try CustomerBase(
        batches: [table], customerCount: names.count, attributes: nil)
      var row = [Float](repeating: 0, count: 15)
      try row.withUnsafeMutableBufferPointer { row in
        try DesignReader(base, terms: PurchaseFeature.allCases.map(DesignTerm.purchases)).fill(
          row, columnStride: 1, firstColumn: 0, customers: [UInt32(customer)], asOf: cutoff,
          outcomes: nil)
      }
      for (a, b) in zip(row, RegressionFixture.numbers(member.value)) {
        #expect(abs(Double(a) - b) < 1e-6, "customer \(member.name)")
      }
    }
  }

  @Test func ridgeOnCdnowAgreesWithScikitLearn() throws {
    let scores = try cdnowScores(.ridge)
    guard case .ridge(let spend, _) = scores.model.method else {
      Issue.record("no ridge but \(scores.model.methodName)")
      return
    }
    let wanted = expected["ridge"]!
    #expect(scores.report.dropped.map(\.name) == RegressionFixture.strings(expected["dropped"]))
    #expect(
      RegressionFixture.isClose(spend.quality!.lambda, wanted["lambda"]!.doubleValue!, 1e-9))
    #expect(
      RegressionFixture.isClose(
        spend.quality!.rSquared, wanted["r_squared"]!.doubleValue!, 1e-5))
    expectCoefficients(scores.model, spend, wanted)
    expectPredictions(scores.model, "ridge") { Double($0.spend[$1]) }
  }

  @Test func hurdleOnCdnowAgreesWithScikitLearn() throws {
    let scores = try cdnowScores(.hurdle)
    guard case .hurdle(let active, let logSpend, _) = scores.model.method else {
      Issue.record("no hurdle but \(scores.model.methodName)")
      return
    }
    #expect(active.quality!.ending == "converged")
    expectCoefficients(scores.model, active, expected["logistic"]!)
    expectCoefficients(scores.model, logSpend, expected["log_spend"]!)
    #expect(
      RegressionFixture.isClose(
        logSpend.smearing, expected["log_spend"]!["smearing"]!.doubleValue!, 1e-5))
    expectPredictions(scores.model, "hurdle") { Double($0.spend[$1]) }
    expectPredictions(scores.model, "active") { Double($0.activity![$1]) }
  }

  func expectCoefficients(_ model: RegressionModel, _ head: RegressionHead, _ wanted: JSON) {
    let names = RegressionFixture.strings(expected["kept"])
    let coefficients = RegressionFixture.numbers(wanted["coefficients"])
    let scale = coefficients.map { abs($0) }.max()!
    #expect(
      RegressionFixture.isClose(head.intercept, wanted["intercept"]!.doubleValue!, 1e-5))
    for (name, coefficient) in zip(names, coefficients) {
      let place = model.features.firstIndex { $0.term.name == name }!
      #expect(
        RegressionFixture.isClose(head.coefficients[place], coefficient, 1e-4, scale: scale),
        "\(head.target) \(name)")
    }
  }

  func expectPredictions(
    _ model: RegressionModel, _ name: String, _ value: (RegressionPrediction, Int) -> Double
  ) {
    let (rows, names) = RegressionFixture.cdnow
    let base = try! CustomerBase(
      batches: [RegressionFixture.table(rows)], customerCount: names.count, attributes: nil)
    let prediction = try! model.predict(base, asOf: Day.parse("1997-12-31")!)
    let members = expected["predictions_at_cutoff"]!.objectValue!
    #expect(members.count > 20)
    for member in members {
      let customer = names.firstIndex(of: member.name)!
      let wanted = member.value[name]!.doubleValue!
      #expect(
        RegressionFixture.isClose(value(prediction, customer), wanted, 1e-4, scale: 0.01),
        "\(name) of \(member.name)")
    }
  }

  @Test func theReportHasAHoldoutThatBeatsTheBaselines() throws {
    let (rows, names) = RegressionFixture.cdnow
    let scores = try RegressionScoring(kind: .hurdle, horizonDays: 120).score(
      batches: [RegressionFixture.table(rows)], customerCount: names.count, asOf: Self.end)
    let holdout = try #require(scores.report.holdout)
    #expect(holdout.customerCount == 2_357 && holdout.end == Self.end)
    #expect(holdout.model.rootMeanSquare < holdout.lastPeriod.rootMeanSquare)
    #expect(scores.report.text.contains("holdout 1998-03-02 to 1998-06-30"))
    #expect(scores.report.text.contains("active: 2357 rows"))
    // What a snapshot carries reads the same.
    let stored = try JSON.parse(scores.reportJSON.compactText)
    #expect(RegressionReport.text(of: stored) == scores.report.text)
    #expect(scores.reportJSON["holdout"]!["model"]!["rmse"]!.doubleValue != nil)
  }

  @Test func theModelOutOfASnapshotScoresACustomerAlone() throws {
    let (rows, _) = RegressionFixture.cdnow
    for kind in RegressionKind.allCases {
      let scores = try cdnowScores(kind)
      let text = scores.modelJSON.prettyText
      let model = try RegressionModel(json: JSON.parse(text))
      #expect(model.json == scores.modelJSON)
      for customer in [0, 5, 999] {
        let own = rows.filter { $0.customer == customer }.map { (0, $0.day, $0.amount) }
        let alone = try model.predict(
          [RegressionFixture.table(own)], attributes: nil, asOf: Self.end)
        #expect(alone.spend == scores.expectedSpend[customer], "\(kind)")
        #expect(alone.orders == scores.expectedPurchases[customer])
        #expect(alone.activity == scores.pActive?[customer])
      }
    }
  }

  @Test func theBytesDependOnNeitherThreadsNorBatches() throws {
    defer { Parallel.setThreadCount(0) }
    let rows = RegressionFixture.cdnow.rows
    let halves = [0, 1].map { half in
      RegressionFixture.table(rows.enumerated().filter { $0.offset % 2 == half }.map(\.element))
    }
    for kind in [RegressionKind.ridge, .hurdle] {
      Parallel.setThreadCount(1)
      let one = try cdnowScores(kind)
      Parallel.setThreadCount(4)
      let four = try cdnowScores(kind, tables: halves)
      #expect(one.modelJSON == four.modelJSON)
      #expect(one.reportJSON == four.reportJSON)
      #expect(one.expectedSpend.array == four.expectedSpend.array)
    }
  }

  @Test func aBrokenModelIsRefusedWithAReason() throws {
    for text in [
      "{}", #"{"format":1}"#,
      #"{"format":1,"kind":"ridge","method":"ridge","horizon_days":30,"terms":[],"heads":[]}"#,
      #"{"format":1,"kind":"ridge","method":"mean-spend","horizon_days":0,"terms":[],"heads":[]}"#,
      #"{"format":1,"kind":"ridge","method":"mean-spend","horizon_days":9,"terms":[{}],"heads":[]}"#,
    ] {
      let json = try JSON.parse(text)
      #expect(throws: RegressionError.self) { try RegressionModel(json: json) }
    }
  }

  @Test func impossibleRequestsSayWhatIsWrong() {
    let table = RegressionFixture.table([(3, 10, 100)])
    #expect(throws: RegressionError.customerOutOfRange(code: 3, customerCount: 3)) {
      try RegressionScoring(kind: .ridge, horizonDays: 5).score(
        batches: [table], customerCount: 3, asOf: 20)
    }
    #expect(throws: RegressionError.horizonOutOfRange(days: 0)) {
      try RegressionScoring(kind: .ridge, horizonDays: 0).score(
        batches: [table], customerCount: 4, asOf: 20)
    }
    #expect(throws: RegressionError.attributeRows(expected: 4, found: 2)) {
      try RegressionScoring(kind: .ridge, horizonDays: 5).score(
        batches: [table], customerCount: 4, asOf: 20, attributes: Frame(rowCount: 2))
    }
  }
}
