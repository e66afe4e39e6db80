import Kernels

/// What happened in a fit, for people and programs: always there, whatever the data were.
package struct RegressionReport: Sendable, Equatable {
  /// The error on the last horizon of a model that was fitted one horizon earlier.
  package struct Holdout: Sendable, Equatable {
    /// Predictions from this day, compared with what came up to `end`.
    package let cutoff: Int32
    package let end: Int32
    package let customerCount: Int
    package let meanActual: Double
    package let model: HoldoutError
    package let lastPeriod: HoldoutError
    package let meanSpend: HoldoutError
  }

  package let kind: RegressionKind
  package let horizonDays: Int
  package let cutoff: Int32
  package let end: Int32
  /// Customers that the fit looked at: those known by the cut-off.
  package var customerCount = 0
  package var activeCount = 0
  package var meanSpend = 0.0
  package var meanOrders = 0.0
  package var methodName = ""
  package var featureNames: [String] = []
  package var scales: [Double] = []
  package var heads: [RegressionHead] = []
  package var dropped: [DroppedFeature] = []
  package var notes: [String] = []
  package var holdout: Holdout?

  init(kind: RegressionKind, horizonDays: Int, cutoff: Int32, end: Int32) {
    self.kind = kind
    self.horizonDays = horizonDays
    self.cutoff = cutoff
    self.end = end
  }

  mutating func describe(_ matrix: DesignMatrix) {
    activeCount = matrix.active.reduce(0) { $0 + Int($1) }
    let count = Double(max(1, matrix.rowCount))
    meanSpend = matrix.spend.reduce(0, +) / count
    meanOrders = matrix.orders.reduce(0, +) / count
  }

  mutating func describe(_ model: RegressionModel) {
    methodName = model.methodName
    featureNames = model.features.map(\.term.name)
    scales = model.features.map(\.scale)
    heads = model.heads
  }

  /// Features of a head by size of their standardised coefficient, largest first; names break ties.
  package func largestFeatures(_ head: RegressionHead, count: Int) -> [Int] {
    let order = head.coefficients.indices.filter { head.coefficients[$0] != 0 }.sorted {
      let (a, b) = (abs(head.coefficients[$0]), abs(head.coefficients[$1]))
      return a != b ? a > b : $0 < $1
    }
    return Array(order.prefix(count))
  }
}

/// Errors of predicted spend, in units of currency.
package struct HoldoutError: Sendable, Equatable {
  package let meanAbsolute: Double
  package let rootMeanSquare: Double
  /// Mean of predicted less actual.
  package let bias: Double

  /// Of the rows where `isCounted`.
  init(_ predicted: (Int) -> Double, _ actual: [Double]) {
    let errors = actual.indices.map { predicted($0) - actual[$0] }
    let count = Double(max(1, actual.count))
    meanAbsolute = sumInAnyOrder(errors.map { abs($0) }) / count
    rootMeanSquare = (sumInAnyOrder(errors.map { $0 * $0 }) / count).squareRoot()
    bias = sumInAnyOrder(errors) / count
  }
}
