package import JSONText

/// One fitted linear equation over standardised features, with how well it fits.
package struct RegressionHead: Sendable, Equatable {
  /// `spend`, `orders`, `active` (log-odds), `log_spend` or `log_orders`.
  package let target: String
  package let intercept: Double
  /// One a feature of the model, in target units a standard deviation; 0 for dropped features.
  package let coefficients: [Double]
  /// The range of the target in training: predictions stay inside.
  package let lower: Double
  package let upper: Double
  /// Mean of e^residual (Duan 1983) for logarithmic targets, else 1.
  package let smearing: Double

  /// What the report tells of the fit; absent in a head that was read back from a snapshot.
  package struct Quality: Sendable, Equatable {
    package let rowCount: Int
    package let standardErrors: [Double]
    package let lambda: Double
    package let lambdaBy: String
    /// Effective parameters; for `active` their plain number.
    package let degreesOfFreedom: Double
    /// R², for `active` McFadden's 1 - log L / log L₀.
    package let rSquared: Double
    package let residualDeviation: Double
    package let iterations: Int
    package let ending: String
  }
  package let quality: Quality?

  /// What a snapshot must keep to predict.
  package var json: JSON {
    [
      "target": JSON(target), "intercept": JSON(intercept),
      "coefficients": .array(coefficients.map { JSON($0) }),
      "lower": JSON(lower), "upper": JSON(upper), "smearing": JSON(smearing),
    ]
  }

  package init(
    target: String, intercept: Double, coefficients: [Double], lower: Double, upper: Double,
    smearing: Double, quality: Quality?
  ) {
    self.target = target
    self.intercept = intercept
    self.coefficients = coefficients
    self.lower = lower
    self.upper = upper
    self.smearing = smearing
    self.quality = quality
  }

  package init(json: JSON, featureCount: Int) throws(RegressionError) {
    guard let target = json["target"]?.stringValue, let intercept = json["intercept"]?.doubleValue,
      let coefficients = json["coefficients"]?.arrayValue?.compactMap(\.doubleValue),
      coefficients.count == featureCount, let lower = json["lower"]?.doubleValue,
      let upper = json["upper"]?.doubleValue, lower <= upper,
      let smearing = json["smearing"]?.doubleValue
    else {
      throw .badModel(
        "a head needs target, intercept, lower, upper, smearing and a coefficient a term")
    }
    self.init(
      target: target, intercept: intercept, coefficients: coefficients, lower: lower, upper: upper,
      smearing: smearing, quality: nil)
  }
}
