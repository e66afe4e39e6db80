import Columns
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension LifetimeScoring {
  func score(
    _ summary: CustomerSummary, history: PurchaseHistory, models: LifetimeModels
  ) -> LifetimeScores {
    let horizons = [horizonDays] + moreHorizons.map { max(0, $0.days) }
    let pairs = PurchasePairs(history)
    let model = models.purchases.model
    let plan = plan(model, horizonsDays: horizons)
    let forecast = PurchaseForecast(model: model, history: history, pairs: pairs, plan: plan)
    let classes = history.frequencies.map { models.spend.model.scoreClass(frequency: $0) }
    var classOfFrequency = [Int32](
      repeating: -1, count: (history.frequencies.last ?? -1) + 1)
    for (k, frequency) in history.frequencies.enumerated() {
      classOfFrequency[frequency] = Int32(k)
    }
    let count = summary.count
    var columns = [AlignedBuffer<Float>]()
    let writable = (0..<horizons.count + 3).map { _ in
      var pointer = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
      // SAFETY: written below, before the buffer is handed to anybody.
      columns.append(AlignedBuffer(count: count) { pointer = $0 })
      return pointer
    }
    let output = ScoreOutput(
      pAlive: writable[0], purchases: Array(writable[3...]), spend: writable[1], clv: writable[2])
    let input = ScoreInput(
      firstDays: summary.firstDays.pointer, lastDays: summary.lastDays.pointer,
      purchaseDays: summary.purchaseDays.pointer, totals: summary.monetaryTotals.pointer,
      firstDayTotals: summary.firstDayTotals.pointer, asOf: summary.asOf,
      unitsPerOne: Double(Money.unitsPerOne))
    classOfFrequency.withUnsafeBufferPointer { classOfFrequency in
      classes.withUnsafeBufferPointer { classes in
        let tables = ScoreTables(
          classOfFrequency: classOfFrequency, classes: classes,
          ages: pairs.table(pairs.ageIndices, pairs.ageStarts),
          recencies: pairs.table(pairs.recencyIndices, pairs.recencyStarts),
          ageRows: forecast.ageRows.pointer, columnCount: plan.columnCount,
          recencyLogOdds: forecast.recencyLogOdds.pointer)
        ScoreKernel.score(input, tables: tables, output: output)
      }
    }
    return LifetimeScores(
      pAlive: columns[0], expectedPurchases: columns[3],
      moreExpectedPurchases: Array(columns[4...]),
      residualPurchases: residualPurchases(summary, model, alive: columns[0]),
      expectedSpend: columns[1], clv: columns[2], models: models)
  }

  /// The discounted expected residual transactions of every customer; nil where the model or the discount has
  /// none. Their integral depends on T alone: it is taken once for each T.
  private func residualPurchases(
    _ summary: CustomerSummary, _ model: PurchaseModel, alive: AlignedBuffer<Float>
  ) -> AlignedBuffer<Float>? {
    guard model.kind == .pnbd, let rate = discountRate(model.ruler) else { return nil }
    let (unit, r, alpha) = (model.ruler.days, model.parameters[0], model.parameters[1])
    var isUsed: [Bool] = []
    let (purchaseDays, firstDays) = (summary.purchaseDays.span, summary.firstDays.span)
    for row in purchaseDays.indices where purchaseDays[row] > 0 {
      let age = Int(summary.asOf) - Int(firstDays[row])
      if age >= isUsed.count {
        isUsed.append(contentsOf: repeatElement(false, count: age + 1 - isUsed.count))
      }
      isUsed[age] = true
    }
    let ages = isUsed
    var integrals = [Double](repeating: 0, count: ages.count)
    integrals.withUnsafeMutableBufferPointer { integrals in
      // SAFETY: every task writes its own element.
      nonisolated(unsafe) let integrals = integrals
      Parallel.perform(ages.count) { age in
        guard ages[age] else { return }
        integrals[age] = TailIntegral.discounted(
          exponent: model.parameters[2], base: model.parameters[3] + Double(age) / unit, rate: rate)
      }
    }
    let known = integrals
    return AlignedBuffer<Float>(count: summary.count) { out in
      // SAFETY: every chunk writes its own rows.
      nonisolated(unsafe) let out = out
      Parallel.forEachChunk(of: summary.count) { _, rows in
        let (purchaseDays, firstDays) = (summary.purchaseDays.span, summary.firstDays.span)
        let alive = alive.span
        for row in rows {
          if purchaseDays[row] <= 0 {
            out[row] = 0
            continue
          }
          let age = Int(summary.asOf) - Int(firstDays[row])
          let own = (r + Double(purchaseDays[row] - 1)) / (alpha + Double(age) / unit)
          out[row] = Float(Double(alive[row]) * own * known[age])
        }
      }
    }
  }

  /// The continuous discount rate a ruler unit; nil without discount.
  func discountRate(_ ruler: TimeRuler) -> Double? {
    discountPerYear > 0 ? log1p(discountPerYear) * ruler.days / 365.25 : nil
  }
}

extension SpendModel {
  /// The expected spend of customers with x repeat purchases, as a line in their repeat spend z = x m̄.
  func scoreClass(frequency x: Int) -> ScoreClass {
    switch self {
    case .populationMean(let mean): return ScoreClass(spendConstant: mean, spendSlope: 0)
    case .ownMean(let newcomer):
      return x > 0
        ? ScoreClass(spendConstant: 0, spendSlope: 1 / Double(x))
        : ScoreClass(spendConstant: newcomer, spendSlope: 0)
    case .gammaGamma(let p, let q, let v):
      let slope = p / (p * Double(x) + q - 1)
      return ScoreClass(spendConstant: slope * v, spendSlope: slope)
    case .heavyTailed(let p, let q, let v, let typical):
      let shape = p * Double(x) + q - 1
      return shape > 0
        ? ScoreClass(spendConstant: p / shape * v, spendSlope: p / shape)
        : ScoreClass(spendConstant: typical, spendSlope: 0)
    }
  }
}

extension PurchasePairs {
  /// Look-ups by value for histories whose tables are days: the place of a value is the value.
  func table(_ values: [UInt32], _ starts: [Int]) -> PlaceTable {
    var dense: [Int32] = []
    var indexes: [PlaceIndex] = []
    for k in 0..<max(0, starts.count - 1) {
      let own = starts[k]..<starts[k + 1]
      let least = Int(values[own.lowerBound])
      let span = Int(values[own.upperBound - 1]) - least + 1
      let start = dense.count
      if span <= 16 * own.count + 64 {
        dense.append(contentsOf: repeatElement(-1, count: span))
        for place in own { dense[start + Int(values[place]) - least] = Int32(place) }
      }
      indexes.append(PlaceIndex(dense: start..<dense.count, least: least, sorted: own))
    }
    return PlaceTable(indexes: indexes, dense: dense, values: values)
  }
}

/// What scoring looks up: forecasts for each (x, T), log odds for each (x, T) and (x, t_x).
struct PurchaseForecast: Sendable {
  /// Scale, log odds and the plan's columns of each (x, T).
  let ageRows: AlignedBuffer<Double>
  let recencyLogOdds: AlignedBuffer<Double>

  init(model: PurchaseModel, history: PurchaseHistory, pairs: PurchasePairs, plan: ForecastPlan) {
    let unit = model.ruler.days
    let stride = plan.columnCount + 2
    let classCount = history.frequencies.count
    var recencyPointer = UnsafeMutableBufferPointer<Double>(start: nil, count: 0)
    // SAFETY: written only until this initialiser ends; each task writes its own class's places.
    let recencyBuffer = AlignedBuffer<Double>(count: pairs.recencyIndices.count) {
      recencyPointer = $0
    }
    nonisolated(unsafe) let recencyLogOdds = recencyPointer
    ageRows = AlignedBuffer(count: pairs.ageIndices.count * stride) { rows in
      nonisolated(unsafe) let rows = rows
      Parallel.perform(classCount) { k in
        let frequency = history.frequencies[k]
        let own = pairs.ageStarts[k]..<pairs.ageStarts[k + 1]
        let ages = own.map { history.ages[Int(pairs.ageIndices[$0])] / unit }
        let ownRecencies = pairs.recencyStarts[k]..<pairs.recencyStarts[k + 1]
        let recencies = ownRecencies.map { history.recencies[Int(pairs.recencyIndices[$0])] / unit }
        let forecasts = model.forecasts(frequency: frequency, ages: ages, plan: plan)
        let odds = model.oddsParts(frequency: frequency, ages: ages, recencies: recencies)
        for i in own.indices {
          let at = i * stride
          let place = i - own.lowerBound
          rows[at] = odds.scales[place]
          rows[at + 1] = odds.ageLogOdds[place]
          for column in 0..<plan.columnCount {
            rows[at + 2 + column] = forecasts[place * plan.columnCount + column]
          }
        }
        for i in ownRecencies {
          recencyLogOdds[i] = odds.recencyLogOdds[i - ownRecencies.lowerBound]
        }
      }
    }
    self.recencyLogOdds = recencyBuffer
  }
}

extension PurchaseModel {
  /// The plan's columns for a living customer of each age (in ruler units), age by age.
  func forecasts(frequency: Int, ages: [Double], plan: ForecastPlan) -> [Double] {
    let rho = parameters[0] + Double(frequency)
    let kernelModel: ForecastKernel.Model =
      switch kind {
      case .bgnbd, .mbgnbd:
        .betaGeometric(mixture(frequency: frequency), alpha: parameters[1])
      case .pnbd: .pareto(rho: rho, alpha: parameters[1], s: parameters[2], beta: parameters[3])
      case .nbd: .negativeBinomial(rho: rho, alpha: parameters[1])
      }
    let count = ages.count * plan.columnCount
    return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      ages.withUnsafeBufferPointer {
        ForecastKernel.fill(
          UnsafeMutableBufferPointer(rebasing: buffer[..<count]), ages: $0, model: kernelModel,
          plan: plan)
      }
      initialized = count
    }
  }

  /// P(alive) = scale / (1 + e^(age log odds + recency log odds)).
  func oddsParts(
    frequency: Int, ages: [Double], recencies: [Double]
  ) -> (scales: [Double], ageLogOdds: [Double], recencyLogOdds: [Double]) {
    let (r, alpha) = (parameters[0], parameters[1])
    let rho = r + Double(frequency)
    let ones = [Double](repeating: 1, count: ages.count)
    let zeros = [Double](repeating: 0, count: recencies.count)
    switch kind {
    case .nbd: return (ones, ages.map { _ in -1e4 }, zeros)
    case .bgnbd, .mbgnbd:
      guard let logOdds = leavingLogOdds(frequency) else {
        return (ones, ages.map { _ in -1e4 }, zeros)
      }
      return (
        ones, ages.map { logOdds + rho * log1p($0 / alpha) },
        recencies.map { -rho * log1p($0 / alpha) }
      )
    case .pnbd:
      let parts = paretoLogarithms(frequency: frequency, ages: ages, recencies: recencies)
      return (
        parts.logScales.map { exp(min(700, $0)) }, parts.logK.map { -$0 }, parts.logG
      )
    }
  }
}
