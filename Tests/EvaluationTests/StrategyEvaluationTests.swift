import Columns
import JSONText
import Kernels
import Models
import Testing

@testable import Evaluation

@Suite(.serialized) struct StrategyEvaluationTests {
  static let cutoff = Day.parse("1997-09-30")!

  @Test func everyStrategyIsMeasuredOnCdnow() throws {
    let budget = try ContactBudget(budget: 1_000, margin: 0.3, contactCost: 2)
    let report = try StrategyEvaluation(
      strategies: StrategyCatalogue.all, horizonDays: 273, cutoffs: [Self.cutoff], budget: budget,
      drawCount: 200
    ).run(EvaluationFixture.cdnow)
    #expect(report.rows.count == StrategyCatalogue.all.count)
    #expect(report.folds[0].customerCount == 2_357)
    for row in report.rows {
      #expect(row.failure == nil, "\(row.name)")
      let gini = try #require(row.mean.gini)
      #expect(gini > -0.2 && gini < 1 && row.giniInterval!.contains(gini), "\(row.name)")
    }
    func gini(_ name: String) -> Double { report.rows.first { $0.name == name }!.mean.gini! }
    #expect(gini("bgnbd") > gini("recency") && gini("past-spend") > gini("random") + 0.2)
    #expect(report.markdown.contains("| ≈ \(report.rows[0].name) |"))
    #expect(report.text.contains("Best is \(report.rows[0].name)"))
    #expect(try JSON.parse(report.json.prettyText) == report.json)
  }

  @Test(arguments: [LifetimeModelKind.bgnbd, .mbgnbd, .pnbd])
  func purchaseModelsOnCdnowMatchAnIndependentComputation(kind: LifetimeModelKind) throws {
    let fixture = EvaluationFixture.json("cdnow.json")
    let expected = try #require(fixture[kind.rawValue])
    let report = try StrategyEvaluation(
      strategies: [LifetimeStrategy(kind)], horizonDays: 273, cutoffs: [Self.cutoff], drawCount: 1
    ).run(EvaluationFixture.cdnow)
    let mean = report.rows[0].mean
    func expectClose(_ a: Double, _ b: JSON?, _ what: Comment) {
      #expect(abs(a / (b?.doubleValue ?? .nan) - 1) < 1e-6, what)
    }
    expectClose(mean.purchases!.meanAbsolute, expected["purchases"]?["mae"], "MAE")
    expectClose(mean.purchases!.rootMeanSquare, expected["purchases"]?["rmse"], "RMSE")
    expectClose(mean.spend!.meanAbsolute, expected["spend"]?["mae"], "MAE of spend")
    expectClose(mean.spend!.rootMeanSquare, expected["spend"]?["rmse"], "RMSE of spend")
    expectClose(mean.brier!, expected["brier"], "Brier")
    #expect(abs(report.folds[0].spend - fixture["actual_spend"]!.doubleValue!) < 1e-6)
  }

  @Test func aShortLogIsLearnedFromAsFarAsItGoes() throws {
    func report(horizonDays: Int) throws -> EvaluationReport {
      try StrategyEvaluation(
        strategies: StrategyCatalogue.strategies(named: ["past-spend", "value-3", "ridge"]),
        horizonDays: horizonDays, cutoffs: [Self.cutoff], drawCount: 50
      ).run(EvaluationFixture.cdnow)
    }
    // 272 days lie before the cut-off: a horizon of 273 does not fit, one of 120 does.
    let short = try report(horizonDays: 273)
    let ridge = try #require(short.rows.first { $0.name == "ridge" })
    #expect(ridge.note?.contains("the last 136 days") == true)
    #expect(short.text.contains("value-3, ridge: learned on the last 136 days"))
    let pastSpend = try #require(short.rows.first { $0.name == "past-spend" })
    #expect(ridge.mean.gini != pastSpend.mean.gini)
    // Stretched to the horizon: of the order of what was spent, not of half of it.
    #expect(abs(ridge.mean.spend!.bias) < 0.5 * short.folds[0].spend / 2_357)
    #expect(try report(horizonDays: 120).rows.allSatisfy { $0.note == nil })
  }

  @Test func foldsRollForwardToTheLastDay() throws {
    let cutoffs = try StrategyEvaluation.cutoffs(folds: 3, horizonDays: 50, lastDay: 399)
    #expect(cutoffs == [249, 299, 349])
    let report = try StrategyEvaluation(
      strategies: [BaselineStrategy(.pastSpend), BaselineStrategy(.random)], horizonDays: 50,
      cutoffs: cutoffs, drawCount: 100
    ).run(EvaluationFixture.random(seed: 1))
    #expect(report.folds.map(\.end) == [299, 349, 399])
    let row = report.rows.first { $0.name == "past-spend" }!
    let ginis = row.folds.compactMap(\.gini)
    #expect(ginis.count == 3 && abs(row.mean.gini! - ginis.reduce(0, +) / 3) < 1e-12)
  }

  @Test func theResultDependsOnTheSeedAndNotOnTheThreads() throws {
    defer { Parallel.setThreadCount(0) }
    let base = EvaluationFixture.random(seed: 2)
    func json(_ seed: UInt64, threads: Int) throws -> [String] {
      Parallel.setThreadCount(threads)
      let report = try StrategyEvaluation(
        strategies: StrategyCatalogue.all, horizonDays: 90, cutoffs: [300], drawCount: 50,
        seed: seed
      ).run(base)
      return report.rows.map { row in
        var mean = row.mean
        mean.cost = StrategyCost()
        return row.name + mean.json.compactText + String(describing: row.giniInterval)
      }
    }
    let one = try json(1, threads: 1)
    #expect(try json(1, threads: 3) == one)
    #expect(try json(2, threads: 1) != one)
  }

  @Test func noStrategySeesPastTheCutoff() throws {
    let base = EvaluationFixture.random(seed: 3)
    for strategy in StrategyCatalogue.all {
      let leaks = try LeakTest.leaks(in: base, cutoff: 250, horizonDays: 90) { _ in strategy }
      #expect(leaks.isEmpty, "\(strategy.name)")
    }
  }

  /// Keeps the whole store in its pocket and ranks by what will happen.
  struct PeekingStrategy: Strategy, FittedStrategy {
    let base: CustomerBase
    let name = "peeking"

    func fit(_ knowledge: Knowledge, horizonDays: Int) -> any FittedStrategy { self }

    func score(_ knowledge: Knowledge) throws -> StrategyScores {
      let holdout = try Holdout(
        base, customers: knowledge.customers, cutoff: knowledge.day, end: knowledge.day + 90)
      var scores = [Float](repeating: 0, count: base.customerCount)
      for (i, customer) in holdout.customers.enumerated() {
        scores[Int(customer)] = Float(holdout.spend[i])
      }
      return StrategyScores(ranking: AlignedBuffer(scores))
    }
  }

  @Test func aPlantedLeakIsCaught() throws {
    let base = EvaluationFixture.random(seed: 4)
    let leaks = try LeakTest.leaks(in: base, cutoff: 250, horizonDays: 90) {
      PeekingStrategy(base: $0)
    }
    #expect(leaks.count > 100)
    let report = try StrategyEvaluation(
      strategies: [BaselineStrategy(.pastSpend), PeekingStrategy(base: base)], horizonDays: 90,
      cutoffs: [250], drawCount: 50
    ).run(base)
    #expect(report.rows[0].name == "peeking" && report.rows[0].mean.gini! > 0.999)
    #expect(!report.rows[1].isWithinNoise)
  }

  @Test func knowledgeHoldsNothingAfterItsDay() throws {
    let base = EvaluationFixture.random(seed: 5)
    let knowledge = try Knowledge(base, asOf: 123)
    let days = knowledge.base.batches[0].days.array
    #expect(days.max()! <= 123 && !days.isEmpty)
    #expect(days.count == base.batches[0].days.array.count { $0 <= 123 })
    #expect(knowledge.summary.asOf == 123)
    let all = try Knowledge(base, asOf: 10_000)
    #expect(all.base.batches[0].days === base.batches[0].days)
  }

  struct FailingStrategy: Strategy {
    let name = "failing"
    struct Failure: Error {}
    func fit(_ knowledge: Knowledge, horizonDays: Int) throws -> any FittedStrategy {
      throw Failure()
    }
  }

  @Test func aStrategyThatFailsDoesNotStopTheOthers() throws {
    let report = try StrategyEvaluation(
      strategies: [FailingStrategy(), BaselineStrategy(.orders)], horizonDays: 90, cutoffs: [200],
      drawCount: 10
    ).run(EvaluationFixture.random(seed: 6))
    #expect(report.rows.map(\.name) == ["orders", "failing"])
    #expect(report.rows[1].failure?.contains("Failure") == true)
    #expect(report.text.contains("failing failed"))
  }

  @Test func aHoldoutWithoutSpendRecommendsNothing() throws {
    // The third came after the cut-off: nobody judges them.
    let base = EvaluationFixture.base([(0, 1, 100), (1, 2, 200), (2, 60, 5)], customerCount: 3)
    let report = try StrategyEvaluation(
      strategies: StrategyCatalogue.all, horizonDays: 10, cutoffs: [50], drawCount: 10
    ).run(base)
    #expect(report.recommendation.count == 1 && report.recommendation[0].contains("Nothing"))
    #expect(!report.text.contains("nan") && !report.json.compactText.contains("nan"))
  }

  @Test func impossibleEvaluationsSayWhatIsWrong() throws {
    let early = EvaluationError.nobodyKnown(
      cutoff: "1970-01-01",
      advice: ", for the first transaction is of 1970-01-02 and the last of 1970-01-06: "
        + "give --horizon 4d or shorter")
    #expect(throws: early) {
      try StrategyEvaluation(
        strategies: [BaselineStrategy(.orders)], horizonDays: 5, cutoffs: [0]
      ).run(EvaluationFixture.base([(0, 1, 100), (0, 5, 100)], customerCount: 1))
    }
    #expect(throws: EvaluationError.self) {
      try StrategyCatalogue.strategies(named: ["bgnbd", "nonesuch"])
    }
    #expect(try StrategyCatalogue.strategies(named: ["abc", "ridge", "abc"]).count == 2)
    #expect(throws: EvaluationError.foldsOutOfRange(count: 0)) {
      try StrategyEvaluation.cutoffs(folds: 0, horizonDays: 10, lastDay: 5)
    }
  }

  @Test func aHorizonBeyondTheLogSaysWhatFits() throws {
    func evaluate(_ horizonDays: Int, after cutoffs: [Int32]) throws -> EvaluationReport {
      try StrategyEvaluation(
        strategies: [BaselineStrategy(.orders)], horizonDays: horizonDays, cutoffs: cutoffs,
        drawCount: 10
      ).run(EvaluationFixture.cdnow)
    }
    let lastDay = Day.parse("1998-06-30")!
    // Every fold is looked at, not the first alone.
    for cutoffs in [[lastDay - 1], [lastDay - 400, lastDay - 1]] {
      #expect(
        throws: EvaluationError.horizonBeyondLog(
          cutoff: lastDay - 1, horizonDays: 182, lastDay: lastDay)
      ) { try evaluate(182, after: cutoffs) }
    }
    let error = EvaluationError.horizonBeyondLog(
      cutoff: lastDay - 1, horizonDays: 182, lastDay: lastDay)
    #expect(
      "\(error)" == "only 1 day follows the cut-off 1998-06-29, for the last transaction is of "
        + "1998-06-30, and a horizon of 182 days was asked: give a cut-off of 1997-12-30 or earlier, "
        + "or --horizon 1d")
    let late = EvaluationError.horizonBeyondLog(cutoff: lastDay, horizonDays: 7, lastDay: lastDay)
    #expect("\(late)".hasPrefix("nothing follows the cut-off 1998-06-30"))
    #expect(!"\(late)".contains("--horizon"))
    // What is said to fit, fits.
    #expect(try evaluate(1, after: [lastDay - 1]).folds[0].end == lastDay)
    #expect(try evaluate(182, after: [lastDay - 182]).folds[0].end == lastDay)
  }

  @Test func aCutoffBeforeTheLogSaysWhatFits() throws {
    let (firstDay, lastDay) = (Day.parse("1997-01-01")!, Day.parse("1998-06-30")!)
    func message(_ horizonDays: Int, folds: Int, cutoffs: [Int32]? = nil) throws -> String {
      let rolling = try StrategyEvaluation.cutoffs(
        folds: folds, horizonDays: horizonDays, lastDay: lastDay)
      let evaluation = try StrategyEvaluation(
        strategies: [BaselineStrategy(.orders)], horizonDays: horizonDays,
        cutoffs: cutoffs ?? rolling, drawCount: 10)
      do {
        _ = try evaluation.run(EvaluationFixture.cdnow)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(
      try message(3_650, folds: 1)
        == "nobody had bought by the cut-off 1988-07-02, for the first transaction is of 1997-01-01 "
        + "and the last of 1998-06-30: give --horizon 545d or shorter")
    #expect(
      try message(182, folds: 10).hasSuffix("give --horizon 54d or shorter, or --folds 2 or fewer"))
    #expect(
      try message(182, folds: 1, cutoffs: [firstDay - 9])
        .hasSuffix("give a cut-off from 1997-01-01 to 1997-12-30"))
    // What is said to fit, fits.
    #expect(try message(545, folds: 1) == "no error")
    #expect(try message(54, folds: 10) == "no error")
    #expect(try message(182, folds: 2) == "no error")
    #expect(try message(182, folds: 1, cutoffs: [firstDay]) == "no error")
    #expect(try message(546, folds: 1).contains("--horizon 545d"))
    let day = EvaluationError.tooEarly(8, isRolling: true, foldCount: 1, horizonDays: 1, log: 9...9)
    #expect("\(day)".hasSuffix("a fold needs at least 1 day between them"))
  }

  @Test func aFoldOfFewCustomersIsWarnedOf() throws {
    func report(_ count: Int) throws -> EvaluationReport {
      var rows: [EvaluationFixture.Row] = []
      for customer in 0..<count {
        rows += [(customer, 1, 100), (customer, 20, 100 + Int64(customer))]
      }
      return try StrategyEvaluation(
        strategies: [BaselineStrategy(.orders)], horizonDays: 15, cutoffs: [5], drawCount: 10
      ).run(EvaluationFixture.base(rows, customerCount: count))
    }
    let few = try report(29)
    #expect(few.text.contains("1970-01-06: only 29 customers were known at this cut-off"))
    #expect(few.markdown.contains("only 29 customers") && few.json["warnings"] != [])
    let enough = try report(30)
    #expect(!enough.text.contains("were known") && enough.json["warnings"] == [])
  }

  @Test func theSimplestIsTheCataloguesWhateverTheOrderAsked() throws {
    for names in [["bgnbd", "mbgnbd", "orders"], ["orders", "mbgnbd", "bgnbd"]] {
      let report = try StrategyEvaluation(
        strategies: StrategyCatalogue.strategies(named: names), horizonDays: 90, cutoffs: [200],
        drawCount: 10
      ).run(EvaluationFixture.random(seed: 6))
      let byPlace = report.rows.sorted { $0.place < $1.place }.map(\.name)
      #expect(byPlace == ["orders", "bgnbd", "mbgnbd"])
      #expect(report.candidates.map(\.place) == report.candidates.map(\.place).sorted())
    }
  }

  /// A generated log draws from stream (seed, customer) when a customer comes first, and how often they come.
  @Test func chanceKnowsNothingOfWhatIsDrawnByItsSeed() throws {
    for seed in [1, 7] as [UInt64] {
      let knowledge = try Knowledge(EvaluationFixture.cdnow, asOf: Self.cutoff)
      let scores = BaselineStrategy(.random, seed: seed).score(knowledge).ranking
      #expect(Set(scores.pointer).count > scores.count * 99 / 100)
      for draw in 0..<8 {
        let drawn = knowledge.customers.map { customer in
          var stream = RandomStream(seed: seed, stream: UInt64(customer))
          for _ in 0..<draw { _ = stream.next() }
          return stream.nextUnit()
        }
        let chosen = knowledge.customers.map { Double(scores[Int($0)]) }
        // Of 2,357 independent pairs the correlation has a standard deviation of 0.021.
        #expect(abs(Self.correlation(chosen, drawn)) < 0.1, "seed \(seed), draw \(draw)")
      }
    }
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let count = Double(a.count)
    let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += (x - meanA) * (y - meanB)
      aa += (x - meanA) * (x - meanA)
      bb += (y - meanB) * (y - meanB)
    }
    return ab / (aa * bb).squareRoot()
  }
}
