package import Columns
package import JSONText
import Kernels

/// Spend and orders of the coming horizon, by regression on what happened in the last one.
///
/// The fit's cut-off is a horizon before `asOf`: features are what was known then, targets what happened since.
/// Then everybody is scored from what is known at `asOf`.
///
///     let scoring = RegressionScoring(kind: .hurdle, horizonDays: 180)
///     let scores = try scoring.score(
///       batches: batches, customerCount: 1_000_000, asOf: lastDay, attributes: attributes)
///     scores.prediction.spend[42]      // of customer code 42; 0 for one who has never bought
///
/// Attributes are taken as they are today: one that changes because of a purchase (a loyalty level) makes the
/// fit look better than it is.
package struct RegressionScoring: Sendable {
  package static let horizonDaysMax = 36_500

  package let kind: RegressionKind
  package let horizonDays: Int
  package let options: RegressionOptions

  package init(
    kind: RegressionKind, horizonDays: Int, options: RegressionOptions = RegressionOptions()
  ) {
    self.kind = kind
    self.horizonDays = horizonDays
    self.options = options
  }

  /// Fits at a horizon before `asOf` and scores at `asOf`; transactions after it are not looked at.
  ///
  /// Cost: three passes over the transactions and one symmetric product of the features, each twice with the
  /// holdout; five Newton steps or so more for the hurdle.
  package func score(
    batches: [TransactionTable], customerCount: Int, asOf: Int32, attributes: Frame? = nil
  ) throws -> RegressionScores {
    try score(
      CustomerBase(batches: batches, customerCount: customerCount, attributes: attributes),
      asOf: asOf)
  }

  /// The same of a base whose rows may be brought by ranges of customers.
  package func score(_ base: CustomerBase, asOf: Int32) throws -> RegressionScores {
    var (model, report) = try fit(base, asOf: asOf)
    if options.measuresHoldout { try measureHoldout(base, asOf, &report) }
    return RegressionScores(
      prediction: try model.predict(base, asOf: asOf), model: model, report: report)
  }

  /// Fits at a horizon before `asOf`, without a holdout.
  package func fit(
    _ base: CustomerBase, asOf: Int32
  ) throws -> (model: RegressionModel, report: RegressionReport) {
    guard (1...RegressionScoring.horizonDaysMax).contains(horizonDays) else {
      throw RegressionError.horizonOutOfRange(days: horizonDays)
    }
    return try RegressionFitter(
      base: base, kind: kind, horizonDays: horizonDays, cutoff: day(asOf, minus: 1), end: asOf,
      options: options
    ).fit()
  }

  /// The day so many horizons before another; saturates.
  private func day(_ day: Int32, minus horizons: Int) -> Int32 {
    Int32(clamping: Int64(day) - Int64(horizons) * Int64(horizonDays))
  }

  private func measureHoldout(
    _ base: CustomerBase, _ asOf: Int32, _ report: inout RegressionReport
  ) throws {
    let cutoff = day(asOf, minus: 1)
    let customers = base.customers(knownBy: cutoff)
    guard !base.customers(knownBy: day(asOf, minus: 2)).isEmpty else {
      report.notes.append(
        "no holdout: nobody had bought two horizons (\(2 * horizonDays) days) before the as-of day")
      return
    }
    var fitOptions = options
    fitOptions.measuresHoldout = false
    let (model, _) = try RegressionFitter(
      base: base, kind: kind, horizonDays: horizonDays, cutoff: day(asOf, minus: 2), end: cutoff,
      options: fitOptions
    ).fit()
    let actual = try HoldoutSpend(base, customers: customers, from: cutoff, to: asOf).spend
    func error(_ model: RegressionModel) throws -> HoldoutError {
      let prediction = try model.predict(base, asOf: cutoff)
      return HoldoutError({ Double(prediction.spend[Int(customers[$0])]) }, actual)
    }
    func baseline(_ method: RegressionModel.Method) throws -> HoldoutError {
      try error(
        RegressionModel(kind: kind, method: method, horizonDays: horizonDays, features: []))
    }
    report.holdout = RegressionReport.Holdout(
      cutoff: cutoff, end: asOf, customerCount: customers.count,
      meanActual: sumInAnyOrder(actual) / Double(max(1, actual.count)), model: try error(model),
      lastPeriod: try baseline(.lastPeriod), meanSpend: try baseline(.meanSpend))
  }
}

/// Scores of every customer, and what they come from.
package struct RegressionScores: Sendable {
  package let prediction: RegressionPrediction
  package let model: RegressionModel
  package let report: RegressionReport

  /// Expected net spend in the horizon: what `clv` is for a regression.
  package var expectedSpend: AlignedBuffer<Float> { prediction.spend }
  package var expectedPurchases: AlignedBuffer<Float> { prediction.orders }
  /// Probability of a purchase in the horizon; nil except for the hurdle.
  package var pActive: AlignedBuffer<Float>? { prediction.activity }
  package var reportJSON: JSON { report.json }
  package var modelJSON: JSON { model.json }
}

/// Net spend of some customers in (from, to], in units of currency.
struct HoldoutSpend {
  let spend: [Double]

  init(_ base: CustomerBase, customers: [UInt32], from: Int32, to: Int32) throws {
    var spend = [Double](repeating: 0, count: customers.count)
    try spend.withUnsafeMutableBufferPointer { spend in
      // SAFETY: a task writes the customers of its own stretch only.
      nonisolated(unsafe) let spend = spend
      try base.forEachStretch(of: customers) { places, stretch in
        stretch.forEach { i, days in
          spend[places.lowerBound + i] = Money.double(
            days.total(after: Int64(from), upTo: Int64(to)).spend)
        }
      }
    }
    self.spend = spend
  }
}
