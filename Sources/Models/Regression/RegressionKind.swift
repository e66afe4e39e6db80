/// How spend after a cut-off is predicted.
package enum RegressionKind: String, CaseIterable, Sendable {
  /// Spend and orders, each by ridge regression.
  case ridge
  /// P(active) by logistic regression, times spend and orders of the active by ridge on logarithms.
  case hurdle
  /// Spend and orders of the last horizon, again: the baseline that costs nothing.
  case lastPeriod = "last-period"
  /// Spend and orders a day since the first purchase (over one horizon at least), for the horizon.
  case meanSpend = "mean-spend"
}

/// What a fit can be told.
package struct RegressionOptions: Sendable, Equatable {
  /// How λ of the ridges is chosen.
  package enum LambdaChoice: Sendable, Equatable {
    case generalisedCrossValidation
    /// Rows in this many interleaved folds, 2…20.
    case folds(Int)
    case given(Double)

    var name: String {
      switch self {
      case .generalisedCrossValidation: "generalised cross-validation"
      case .folds(let count): "\(count) folds"
      case .given: "given"
      }
    }
  }

  package var lambdaChoice: LambdaChoice
  /// Penalty of the logistic regression's squared standardised coefficients; 1 is scikit-learn's C = 1.
  package var logisticPenalty: Double
  /// Whether to fit once more a horizon earlier, to report the error on the last horizon.
  package var measuresHoldout: Bool

  package init(
    lambdaChoice: LambdaChoice = .generalisedCrossValidation, logisticPenalty: Double = 1,
    measuresHoldout: Bool = true
  ) {
    self.lambdaChoice = lambdaChoice
    self.logisticPenalty = logisticPenalty
    self.measuresHoldout = measuresHoldout
  }
}
