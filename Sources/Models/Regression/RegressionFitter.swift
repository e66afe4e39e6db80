import Columns
import Kernels

/// Fits a model at a cut-off: features from before it, targets from the days after it up to `end`.
struct RegressionFitter {
  let base: CustomerBase
  let kind: RegressionKind
  let horizonDays: Int
  let cutoff: Int32
  let end: Int32
  let options: RegressionOptions

  /// Below this share of its variance left, a column repeats the columns before it. Float32 sums of products
  /// are right to about 1e-6.
  static let collinearityTolerance = 1e-5

  /// The model, and a report without a holdout. What cannot be fitted becomes a baseline: only reading can fail.
  func fit() throws -> (model: RegressionModel, report: RegressionReport) {
    var report = RegressionReport(
      kind: kind, horizonDays: horizonDays, cutoff: cutoff, end: end)
    let customers = base.customers(knownBy: cutoff)
    report.customerCount = customers.count
    guard kind == .ridge || kind == .hurdle else {
      let model = fallback(kind == .lastPeriod ? .lastPeriod : .meanSpend)
      report.describe(model)
      return (model, report)
    }
    guard !customers.isEmpty else {
      report.notes.append(
        "nobody had bought by the cut-off, so that nothing can be fitted; mean spend is used")
      let model = fallback(.meanSpend)
      report.describe(model)
      return (model, report)
    }
    let attributes = base.attributes.map { AttributeTerms($0, customers: customers) }
    let terms = PurchaseFeature.allCases.map(DesignTerm.purchases) + (attributes?.terms ?? [])
    let matrix = try DesignMatrix(
      base, terms: terms, customers: customers, cutoff: cutoff, end: end,
      targets: kind == .ridge ? [.spend, .orders] : [.logSpend, .logOrders])
    report.describe(matrix)
    report.dropped = attributes?.dropped ?? []
    let state = GramState(matrix, columnCount: matrix.targetStart + (kind == .ridge ? 2 : 0))
    let kept = independentFeatures(matrix, state, &report)
    let model =
      kind == .ridge
      ? ridgeModel(matrix, state, kept) : hurdleModel(matrix, kept, &report)
    report.describe(model)
    return (model, report)
  }

  private func fallback(_ method: RegressionModel.Method) -> RegressionModel {
    RegressionModel(kind: kind, method: method, horizonDays: horizonDays, features: [])
  }

  /// Matrix columns that are neither constant nor a repetition; the others are reported by name.
  private func independentFeatures(
    _ matrix: DesignMatrix, _ state: GramState, _ report: inout RegressionReport
  ) -> [Int] {
    var varying: [Int] = []
    for (i, feature) in matrix.features.enumerated() {
      if feature.scale > 0 {
        varying.append(i + 1)
      } else {
        report.dropped.append(DroppedFeature(name: feature.term.name, reason: "constant"))
      }
    }
    let count = varying.count
    var gram = [Double](repeating: 0, count: count * count)
    for (a, i) in varying.enumerated() {
      for (b, j) in varying.enumerated() { gram[a * count + b] = state.centred(i, j) }
    }
    let (kept, dropped) = Cholesky.independentColumns(
      gram, count: count, tolerance: RegressionFitter.collinearityTolerance)
    for (column, closest) in dropped {
      let name = matrix.features[varying[column] - 1].term.name
      let other = closest.map { matrix.features[varying[$0] - 1].term.name }
      report.dropped.append(
        DroppedFeature(
          name: name,
          reason: "collinear with features before it"
            + (other.map { ", most of all \($0)" } ?? "")))
    }
    return kept.map { varying[$0] }
  }

  private func ridgeModel(
    _ matrix: DesignMatrix, _ state: GramState, _ kept: [Int]
  ) -> RegressionModel {
    let folds = foldStates(matrix, state, weights: nil)
    let spend = ridgeHead("spend", matrix, state, folds, kept, 0, matrix.spend.max() ?? 0)
    let orders = ridgeHead("orders", matrix, state, folds, kept, 1, matrix.orders.max() ?? 0)
    return RegressionModel(
      kind: kind, method: .ridge(spend: spend, orders: orders), horizonDays: horizonDays,
      features: matrix.features)
  }

  /// One state a fold, rows dealt out in turn; empty unless folds are asked for.
  func foldStates(_ matrix: DesignMatrix, _ state: GramState, weights: [Float]?) -> [GramState] {
    guard case .folds(let asked) = options.lambdaChoice else { return [] }
    let count = min(max(2, asked), 20)
    return (0..<count).map { fold in
      var scales = weights ?? [Float](repeating: 1, count: matrix.rowCount)
      for row in scales.indices where row % count != fold { scales[row] = 0 }
      return scales.withUnsafeBufferPointer {
        GramState(matrix, columnCount: state.columnCount, rowScales: $0)
      }
    }
  }

  /// A ridge of target column `target`, in the target's own units.
  func ridgeHead(
    _ name: String, _ matrix: DesignMatrix, _ state: GramState, _ folds: [GramState],
    _ kept: [Int], _ target: Int, _ upper: Double, lower: Double = 0, weights: [Float]? = nil
  ) -> RegressionHead {
    let column = matrix.targetStart + target
    let ridge = Ridge(state, features: kept, target: column)
    let lambda: Double
    switch options.lambdaChoice {
    case .generalisedCrossValidation: lambda = ridge.lambdaByCrossValidation
    case .folds: lambda = Ridge.lambdaByFolds(folds, features: kept, target: column)
    case .given(let value): lambda = value.isFinite ? max(0, value) : ridge.lambdaGrid.last!
    }
    let fit = ridge.refined(
      ridge.fit(lambda), matrix, features: kept, target: column, weights: weights)
    let (mean, scale) = (matrix.targets[target].mean, matrix.targets[target].scale)
    return RegressionHead(
      target: name, intercept: mean + scale * fit.intercept,
      coefficients: spread(fit.coefficients.map { $0 * scale }, kept, matrix),
      lower: min(lower, upper), upper: max(lower, upper), smearing: 1,
      quality: RegressionHead.Quality(
        rowCount: Int(ridge.rowCount),
        standardErrors: spread(fit.standardErrors.map { $0 * scale }, kept, matrix),
        lambda: lambda, lambdaBy: options.lambdaChoice.name,
        degreesOfFreedom: fit.degreesOfFreedom, rSquared: fit.rSquared,
        residualDeviation: fit.residualVariance.squareRoot() * scale, iterations: 1,
        ending: "closed form"))
  }

  /// Values of the kept columns, put in the places of all features.
  func spread(_ values: [Double], _ kept: [Int], _ matrix: DesignMatrix) -> [Double] {
    var result = [Double](repeating: 0, count: matrix.featureCount)
    for (value, column) in zip(values, kept) { result[column - 1] = value }
    return result
  }
}
