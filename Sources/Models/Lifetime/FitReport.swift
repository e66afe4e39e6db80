/// What a fit found and how sure it is: made for every fit, whatever the data were like.
package struct FitReport: Sendable, Equatable {
  package struct Parameter: Sendable, Equatable {
    package let name: String
    package let value: Double
    /// From the observed information; nil where it is singular or the parameter is at a bound.
    package let standardError: Double?
    /// 95%: symmetric in the logarithm where the standard error is small, else by the profile likelihood. An
    /// end at 0 or infinity is open; nil where nothing is known.
    package let interval: ClosedRange<Double>?
    /// Whether the search ended at a limit of the model.
    package let isAtBound: Bool
  }

  /// A figure with a name: a population mean, or a check of an assumption.
  package struct Figure: Sendable, Equatable {
    package let name: String
    package let value: Double
    /// 95%, as a parameter's; nil for figures without.
    package let interval: ClosedRange<Double>?

    package init(_ name: String, _ value: Double, interval: ClosedRange<Double>? = nil) {
      self.name = name
      self.value = value
      self.interval = interval
    }
  }

  /// `bgnbd`, `mbgnbd`, `pnbd`, `nbd`, `bgbb`, `gamma-gamma`, `own-mean` or
  /// `population-mean`.
  package var model: String
  /// The model's name in print.
  package var title: String
  /// The unit of times and rates; nil for models without time.
  package var ruler: TimeRuler?
  package var isConverged: Bool
  /// How the search ended, in words.
  package var ending: String
  package var iterationCount: Int
  /// Evaluations of the likelihood in all: of every start, and of intervals. 0 where they were not counted.
  package var evaluationCount = 0
  /// The largest component of the gradient of the mean log-likelihood in log-parameters.
  package var gradientNorm: Double
  /// In units of the ruler, without the penalty.
  package var logLikelihood: Double
  package var customerWeight: Double
  /// Distinct rows that were fitted: (x, t_x, T), or (x, m̄).
  package var distinctCount: Int
  package var penalty: Double
  package var parameters: [Parameter]
  package var populationMeans: [Figure] = []
  package var checks: [Figure] = []
  package var warnings: [String] = []
  /// The model that was asked for, where this one stands in for it, and why.
  package var fallbackFrom: String?
  package var fallbackReason: String?

  /// 2 k − 2 ln L.
  package var aic: Double { 2 * Double(parameters.count) - 2 * logLikelihood }
  /// k ln n − 2 ln L, n being the customers' weight.
  package var bic: Double {
    Double(parameters.count) * naturalLog(max(customerWeight, 1)) - 2 * logLikelihood
  }
  package var hasParameterAtBound: Bool { parameters.contains(where: \.isAtBound) }
}
