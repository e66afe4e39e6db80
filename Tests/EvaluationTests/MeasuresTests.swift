import Columns
import JSONText
import Testing

@testable import Evaluation

@Suite struct MeasuresTests {
  static let json = EvaluationFixture.json("measures.json")

  func number(_ json: JSON, _ name: String) -> Double { json[name]?.doubleValue ?? .nan }

  @Test(arguments: 0..<3) func measuresAgreeWithScikitLearnAndSciPy(index: Int) throws {
    let expected = Self.json["cases"]!.arrayValue![index]
    let spend = EvaluationFixture.numbers(expected["spend"])
    let ranking = Ranking(EvaluationFixture.floats(expected["score"]))
    let actual = Ranking(spend.map { Float($0) })
    let probabilities = EvaluationFixture.floats(expected["probability"])
    let isActive = spend.map { $0 > 0 }
    try #require(spend.count >= 40)
    func close(_ a: Double?, _ name: String, _ tolerance: Double = 1e-9) -> Bool {
      abs((a ?? .nan) - number(expected, name)) <= tolerance
    }
    #expect(close(Measures.spearman(ranking, actual), "spearman"))
    #expect(
      close(Measures.areaUnderCurve(Ranking(probabilities), isActive: isActive), "auc"))
    #expect(close(Measures.brier(probabilities, isActive: isActive), "brier", 1e-7))
    #expect(
      close(
        Measures.adjustedRand(
          EvaluationFixture.codes(expected["a"]), EvaluationFixture.codes(expected["b"])),
        "adjusted_rand"))
    #expect(
      close(
        Measures.betweenShare(EvaluationFixture.codes(expected["groups"]), spend),
        "between_share"))
    let errors = PredictionErrors(
      EvaluationFixture.floats(expected["score"]), spend, ranking: ranking)
    #expect(close(errors.meanAbsolute, "mae") && close(errors.rootMeanSquare, "rmse"))
  }

  @Test(arguments: 0..<3) func tiesAreWorthTheMeanOfAllTheirOrders(index: Int) {
    let expected = Self.json["cases"]!.arrayValue![index]
    let spend = EvaluationFixture.numbers(expected["spend"])
    let curve = GainCurve(Ranking(EvaluationFixture.floats(expected["score"])), spend: spend)
    let perfect = GainCurve(Ranking(spend.map { Float($0) }), spend: spend).area!
    #expect(abs(perfect - number(expected, "perfect_area")) < 1e-12)
    // The fixture breaks ties at random 4,000 times: its mean has a standard error.
    #expect(
      abs(curve.area! / perfect - number(expected, "gini"))
        <= 4 * number(expected, "gini_error") + 1e-9)
    let errors = EvaluationFixture.numbers(expected["tops_error"])
    for (k, top) in EvaluationFixture.numbers(expected["tops"]).enumerated() {
      #expect(abs(curve.topShare([0.05, 0.1, 0.2][k])! - top) <= 4 * errors[k] + 1e-9)
    }
  }

  @Test func aPerfectRankingHasGiniOneAndAConstantOneZero() {
    let spend: [Double] = [0, 5, 1, 0, 9, 2]
    let perfect = GainCurve(Ranking(spend.map { Float($0) }), spend: spend).area!
    let constant = GainCurve(Ranking([Float](repeating: 3, count: 6)), spend: spend)
    let worst = GainCurve(Ranking(spend.map { Float(-$0) }), spend: spend).area!
    #expect(abs(constant.area!) < 1e-15 && abs(worst + perfect) < 1e-12)
    #expect(abs(constant.topShare(0.5)! - 0.5) < 1e-15)
  }

  @Test func nothingToMeasureIsNilAndNotNaN() {
    let empty = Ranking([])
    #expect(empty.tieCount == 0)
    #expect(GainCurve(empty, spend: []).area == nil)
    #expect(GainCurve(Ranking([1, 2]), spend: [0, 0]).topShare(0.1) == nil)
    #expect(Measures.spearman(Ranking([1, 1]), Ranking([1, 2])) == nil)
    #expect(Measures.areaUnderCurve(Ranking([1, 2]), isActive: [true, true]) == nil)
    #expect(Measures.brier([], isActive: []) == nil)
    #expect(Measures.betweenShare([0, 1], [2, 2]) == nil)
    #expect(Measures.adjustedRand([], []) == nil)
    #expect(Measures.adjustedRand([0, 0, 0], [5, 5, 5]) == 1)
    #expect(PredictionErrors([], [], ranking: empty).calibration.isEmpty)
  }

  @Test func calibrationSplitsCustomersIntoTenthsByPrediction() {
    let predicted = (0..<25).map { Float($0) }
    let errors = PredictionErrors(
      predicted, predicted.map { Double($0) + 1 }, ranking: Ranking(predicted))
    #expect(errors.calibration.map(\.customerCount) == [2, 3, 2, 3, 2, 3, 2, 3, 2, 3])
    #expect(errors.calibration[0].meanPredicted == 23.5)
    #expect(errors.calibration.allSatisfy { abs($0.meanActual - $0.meanPredicted - 1) < 1e-12 })
    #expect(errors.bias == -1)
  }

  @Test func theBootstrapFindsTheSpreadThatResamplingCustomersFinds() {
    let expected = Self.json["bootstrap"]!
    let spend = EvaluationFixture.numbers(expected["spend"])
    let bootstrap = Bootstrap(customerCount: spend.count, seed: 11)
    let perfect = bootstrap.curves(Ranking(spend.map { Float($0) }), spend: spend)
    let curves = bootstrap.curves(
      Ranking(EvaluationFixture.floats(expected["score"])), spend: spend)
    let ginis = zip(curves, perfect).map { $0.area! / $1.area! }
    let tops = curves.map { $0.topShare(0.1)! }
    // Standard deviations of 1,000 draws have a standard error of 2.2%: four of them.
    #expect(abs(deviation(ginis) / number(expected, "gini_deviation") - 1) < 0.09)
    #expect(abs(deviation(tops) / number(expected, "top_deviation") - 1) < 0.09)
    let wanted = EvaluationFixture.numbers(expected["gini_interval"])
    let interval = Interval(ginis)!
    let spread = number(expected, "gini_deviation")
    #expect(abs(interval.lower - wanted[0]) < 0.3 * spread)
    #expect(abs(interval.upper - wanted[1]) < 0.3 * spread)
  }

  @Test func groupsOfCustomersSpreadLikeCustomers() {
    // 40,000 values in 2,048 groups: the standard error of the mean must come out.
    let values = (0..<40_000).map { Double(($0 &* 7_919) % 1_000) }
    let draws = Bootstrap(customerCount: values.count, seed: 5).means(values)
    let wanted = deviation(values) / Double(values.count).squareRoot()
    #expect(abs(deviation(draws) / wanted - 1) < 0.12)
  }

  func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }

  @Test func aBudgetBuysTheTopCustomers() throws {
    let curve = GainCurve(Ranking([4, 3, 2, 1]), spend: [100, 10, 50, 0])
    let budget = try ContactBudget(budget: 5, margin: 0.3, contactCost: 2)
    #expect(budget.contactCount(of: 4) == 2 && budget.contactCount(of: 1) == 1)
    #expect(abs(budget.profit(curve, customerCount: 4) - (0.3 * 110 - 4)) < 1e-12)
    #expect(throws: EvaluationError.self) {
      try ContactBudget(budget: 5, margin: 0.3, contactCost: 0)
    }
    #expect(throws: EvaluationError.self) {
      try ContactBudget(budget: .nan, margin: 0.3, contactCost: 1)
    }
  }
}
