import Columns

/// Strategies, best first, with intervals and what can be said of their differences.
package struct EvaluationReport: Sendable {
  package struct Fold: Sendable, Equatable {
    package let cutoff: Int32
    package let end: Int32
    /// Customers known at the cut-off: those that are judged.
    package let customerCount: Int
    package let activeCount: Int
    package let spend: Double
    package let contactCount: Int?

    /// Fewer customers than this give shares and intervals that mean little.
    package static let fewCustomers = 30

    /// That the fold ranks too few customers; nil where there are enough.
    package var warning: String? {
      guard customerCount < Fold.fewCustomers else { return nil }
      let who = customerCount == 1 ? "1 customer was" : "\(customerCount) customers were"
      return "\(Day.text(cutoff)): only \(who) known at this cut-off; with fewer than "
        + "\(Fold.fewCustomers) the measures of the fold say little"
    }
  }

  /// One strategy over all folds; numbers are means over the folds.
  package struct Row: Sendable {
    package let name: String
    /// Place in the catalogue's order, simplest first; those that are not in it follow as they were given.
    package let place: Int
    package let folds: [FoldMeasures]
    package let mean: FoldMeasures
    package let giniInterval: Interval?
    package let topInterval: Interval?
    package let errorInterval: Interval?
    /// Relative Gini less the best strategy's.
    package let differenceInterval: Interval?
    /// Whether the difference from the best may be chance: its interval contains 0.
    package let isWithinNoise: Bool
    package let failure: String?
    /// What stood in for it, or how little it learned on; nil when it is what its name says.
    package let note: String?
  }

  package let horizonDays: Int
  package let drawCount: Int
  package let seed: UInt64
  package let budget: ContactBudget?
  package let folds: [Fold]
  /// By relative Gini, best first, names in order among equals; those that failed last.
  package let rows: [Row]

  init(
    horizonDays: Int, drawCount: Int, seed: UInt64, budget: ContactBudget?, folds: [Fold],
    runs: [StrategyRun]
  ) {
    self.horizonDays = horizonDays
    self.drawCount = drawCount
    self.seed = seed
    self.budget = budget
    self.folds = folds
    func gini(_ run: StrategyRun) -> Double {
      run.failure == nil ? FoldMeasures.mean(run.folds).gini ?? -1 : -.infinity
    }
    func place(_ run: StrategyRun, _ given: Int) -> Int {
      StrategyCatalogue.place(of: run.name) ?? StrategyCatalogue.all.count + given
    }
    let sorted = runs.enumerated()
      .map { (place: place($1, $0), run: $1, gini: gini($1)) }
      .sorted { $0.gini != $1.gini ? $0.gini > $1.gini : $0.run.name < $1.run.name }
    let best = sorted.first?.run.giniDraws ?? []
    rows = sorted.enumerated().map { rank, entry in
      let run = entry.run
      let difference = Interval(zip(run.giniDraws, best).map { $0 - $1 })
      return Row(
        name: run.name, place: entry.place, folds: run.folds, mean: FoldMeasures.mean(run.folds),
        giniInterval: Interval(run.giniDraws), topInterval: Interval(run.topDraws),
        errorInterval: Interval(run.errorDraws), differenceInterval: difference,
        isWithinNoise: run.failure == nil && (rank == 0 || difference?.contains(0) ?? false),
        failure: run.failure, note: run.note)
    }
  }

  /// The strategies that cannot be told from the best, simplest first by the catalogue's order.
  package var candidates: [Row] {
    rows.filter(\.isWithinNoise).sorted { $0.place < $1.place }
  }
}

extension FoldMeasures {
  /// Means over the folds, of those that have the measure. Calibration is left to the folds.
  package static func mean(_ folds: [FoldMeasures]) -> FoldMeasures {
    func mean(_ value: (FoldMeasures) -> Double?) -> Double? {
      let values = folds.compactMap(value)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    var result = FoldMeasures()
    result.topShares = topFractions.indices.map { k in mean { $0.topShares[k] } }
    result.gini = mean(\.gini)
    result.spearman = mean(\.spearman)
    result.spend = PredictionErrors.mean(folds.compactMap(\.spend))
    result.purchases = PredictionErrors.mean(folds.compactMap(\.purchases))
    result.areaUnderCurve = mean(\.areaUnderCurve)
    result.brier = mean(\.brier)
    result.groupCount = mean { $0.groupCount.map(Double.init) }.map { Int($0.rounded()) }
    result.betweenShare = mean(\.betweenShare)
    result.changedShare = mean(\.changedShare)
    result.adjustedRand = mean(\.adjustedRand)
    result.profit = mean(\.profit)
    result.cost = StrategyCost(
      fitSeconds: mean { $0.cost.fitSeconds } ?? 0,
      scoreSeconds: mean { $0.cost.scoreSeconds } ?? 0,
      nanosecondsPerCustomer: mean { $0.cost.nanosecondsPerCustomer } ?? 0,
      peakMemoryByteCount: folds.map(\.cost.peakMemoryByteCount).max() ?? 0)
    return result
  }
}

extension PredictionErrors {
  /// Means of the errors over folds; calibration of the last.
  static func mean(_ folds: [PredictionErrors]) -> PredictionErrors? {
    guard let last = folds.last else { return nil }
    let count = Double(folds.count)
    return PredictionErrors(
      meanAbsolute: folds.reduce(0) { $0 + $1.meanAbsolute } / count,
      rootMeanSquare: folds.reduce(0) { $0 + $1.rootMeanSquare } / count,
      bias: folds.reduce(0) { $0 + $1.bias } / count, calibration: last.calibration)
  }

  private init(
    meanAbsolute: Double, rootMeanSquare: Double, bias: Double, calibration: [Decile]
  ) {
    self.meanAbsolute = meanAbsolute
    self.rootMeanSquare = rootMeanSquare
    self.bias = bias
    self.calibration = calibration
  }
}
