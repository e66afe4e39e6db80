#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Columns
import Models

/// One cut-off: what was known, what happened, and how each strategy did.
struct FoldEvaluation {
  let knowledge: Knowledge
  let holdout: Holdout
  let horizonDays: Int
  let budget: ContactBudget?
  let isActive: [Bool]
  let bootstrap: Bootstrap
  private let actualMidranks: [Double]
  private let perfectArea: Double?
  private let perfectDraws: [Double?]
  private let weekEarlier: WeekEarlier?

  /// The knowledge of a week before, for those who did nothing since.
  private struct WeekEarlier {
    let knowledge: Knowledge
    let customers: [UInt32]
  }

  init(
    _ base: CustomerBase, cutoff: Int32, horizonDays: Int, budget: ContactBudget?, drawCount: Int,
    seed: UInt64
  ) throws {
    knowledge = try Knowledge(base, asOf: cutoff)
    guard !knowledge.customers.isEmpty else {
      throw EvaluationError.nobodyKnown(
        cutoff: Day.text(cutoff), advice: "; choose a later one, or a shorter horizon")
    }
    self.horizonDays = horizonDays
    self.budget = budget
    holdout = try Holdout(
      base, customers: knowledge.customers, cutoff: cutoff,
      end: Int32(clamping: Int64(cutoff) + Int64(horizonDays)))
    isActive = holdout.purchases.map { $0 > 0 }
    bootstrap = Bootstrap(customerCount: holdout.count, drawCount: drawCount, seed: seed)
    let actual = Ranking(holdout.spend.map { Float($0) })
    actualMidranks = actual.midranks
    perfectArea = GainCurve(actual, spend: holdout.spend).area
    perfectDraws = bootstrap.curves(actual, spend: holdout.spend).map(\.area)
    let earlier = try knowledge.earlier(by: 7)
    let days = knowledge.summary.lastDays
    let quiet = earlier.customers.filter { days[Int($0)] <= earlier.day }
    weekEarlier = quiet.isEmpty ? nil : WeekEarlier(knowledge: earlier, customers: quiet)
  }

  /// A strategy's measures, and its draws for the comparison with the others.
  struct Outcome {
    var measures: FoldMeasures
    var giniDraws: [Double]
    /// The share of spend in the top 10%.
    var topDraws: [Double]
    /// Mean absolute error of spend; empty for those that do not predict it.
    var errorDraws: [Double]
    var note: String?
  }

  /// A strategy that was fitted and asked, before it is measured.
  struct Trial {
    let fitted: any FittedStrategy
    let scores: StrategyScores
    let cost: StrategyCost
  }

  /// Fits a strategy and lets it score everybody, by the clock.
  func attempt(_ strategy: any Strategy) throws -> Trial {
    let clock = ContinuousClock()
    let start = clock.now
    let fitted = try strategy.fit(knowledge, horizonDays: horizonDays)
    let fittedAt = clock.now
    let scores = try fitted.score(knowledge)
    let scoredAt = clock.now
    return Trial(
      fitted: fitted, scores: scores,
      cost: StrategyCost(
        fitSeconds: FoldEvaluation.seconds(fittedAt - start),
        scoreSeconds: FoldEvaluation.seconds(scoredAt - fittedAt),
        nanosecondsPerCustomer: FoldEvaluation.seconds(scoredAt - start) * 1e9
          / Double(holdout.count),
        peakMemoryByteCount: FoldEvaluation.peakMemoryByteCount()))
  }

  /// Measures what a strategy said.
  func judge(_ trial: Trial) throws -> Outcome {
    var outcome = measure(trial.scores)
    try measureGroups(trial.fitted, trial.scores, &outcome.measures)
    outcome.measures.cost = trial.cost
    outcome.note = trial.fitted.note
    return outcome
  }

  func measure(_ scores: StrategyScores) -> Outcome {
    var measures = FoldMeasures()
    let ranking = Ranking(holdout.gather(scores.ranking).map { $0.isFinite ? $0 : 0 })
    let curve = GainCurve(ranking, spend: holdout.spend)
    measures.topShares = FoldMeasures.topFractions.map { curve.topShare($0) }
    measures.gini = relative(curve.area, perfectArea)
    measures.spearman = Measures.spearman(ranking, midranks: actualMidranks)
    measures.profit = budget.map { $0.profit(curve, customerCount: holdout.count) }
    var errorDraws: [Double] = []
    if let values = scores.spend {
      let predicted = holdout.gather(values)
      let isSame = scores.ranking === values
      measures.spend = PredictionErrors(
        predicted, holdout.spend, ranking: isSame ? ranking : Ranking(predicted),
        curve: isSame ? curve : nil)
      errorDraws = bootstrap.means(
        predicted.indices.map { abs(Double(predicted[$0]) - holdout.spend[$0]) })
    }
    if let values = scores.purchases {
      let predicted = holdout.gather(values)
      measures.purchases = PredictionErrors(
        predicted, holdout.purchases, ranking: Ranking(predicted))
    }
    if let values = scores.activity {
      let probabilities = holdout.gather(values)
      measures.areaUnderCurve = Measures.areaUnderCurve(
        Ranking(probabilities), isActive: isActive)
      measures.brier = Measures.brier(probabilities, isActive: isActive)
    }
    let curves = bootstrap.curves(ranking, spend: holdout.spend)
    return Outcome(
      measures: measures,
      giniDraws: zip(curves, perfectDraws).map { relative($0.area, $1) ?? 0 },
      topDraws: curves.map { $0.topShare(0.1) ?? 0 }, errorDraws: errorDraws)
  }

  private func measureGroups(
    _ fitted: any FittedStrategy, _ scores: StrategyScores, _ measures: inout FoldMeasures
  ) throws {
    guard let values = scores.groups else { return }
    let groups = holdout.gather(values)
    measures.groupCount = Measures.groupCount(groups)
    measures.betweenShare = Measures.betweenShare(groups, holdout.spend)
    guard let weekEarlier, let before = try fitted.score(weekEarlier.knowledge).groups else {
      return
    }
    let (beforeSpan, nowSpan) = (before.span, values.span)
    var old: [UInt32] = []
    var new: [UInt32] = []
    old.reserveCapacity(weekEarlier.customers.count)
    new.reserveCapacity(weekEarlier.customers.count)
    var changed = 0
    for customer in weekEarlier.customers {
      let (a, b) = (beforeSpan[Int(customer)], nowSpan[Int(customer)])
      old.append(a)
      new.append(b)
      if a != b { changed += 1 }
    }
    measures.changedShare = Double(changed) / Double(old.count)
    measures.adjustedRand = Measures.adjustedRand(old, new)
  }

  private func relative(_ area: Double?, _ perfect: Double?) -> Double? {
    guard let area, let perfect, perfect > 0 else { return nil }
    return area / perfect
  }

  private static func seconds(_ duration: Duration) -> Double {
    let parts = duration.components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }

  private static func peakMemoryByteCount() -> Int {
    var usage = rusage()
    #if canImport(Glibc)
      return getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0
        ? usage.ru_maxrss * 1_024 : 0
    #elseif canImport(Musl)
      return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss * 1_024 : 0
    #else
      return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0
    #endif
  }
}
