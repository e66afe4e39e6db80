import Columns
package import JSONText

extension RegressionReport {
  /// The whole report; every number is finite or null.
  package var json: JSON {
    [
      "kind": JSON(kind.rawValue), "method": JSON(methodName),
      "horizon_days": JSON(horizonDays), "cutoff": JSON(Day.text(cutoff)),
      "end": JSON(Day.text(end)), "customers": JSON(customerCount),
      "active_customers": JSON(activeCount), "mean_spend": JSON(meanSpend),
      "mean_orders": JSON(meanOrders),
      "heads": .array(heads.map { headJSON($0) }),
      "dropped": .array(
        dropped.map { ["feature": JSON($0.name), "reason": JSON($0.reason)] }),
      "notes": .array(notes.map { JSON($0) }),
      "holdout": holdout.map { holdoutJSON($0) } ?? .null,
    ]
  }

  private func headJSON(_ head: RegressionHead) -> JSON {
    guard let quality = head.quality else { return head.json }
    let coefficients = head.coefficients.indices.filter { head.coefficients[$0] != 0 }.map { i in
      let (value, error) = (head.coefficients[i], quality.standardErrors[i])
      return [
        "feature": JSON(featureNames[i]), "standardised": JSON(value),
        "standard_error": JSON(error), "z": error > 0 ? JSON(value / error) : .null,
        "per_unit": scales[i] > 0 ? JSON(value / scales[i]) : .null,
      ] as JSON
    }
    return [
      "target": JSON(head.target), "rows": JSON(quality.rowCount),
      "intercept": JSON(head.intercept), "lambda": JSON(quality.lambda),
      "lambda_by": JSON(quality.lambdaBy),
      "degrees_of_freedom": JSON(quality.degreesOfFreedom), "r_squared": JSON(quality.rSquared),
      "residual_deviation": JSON(quality.residualDeviation), "smearing": JSON(head.smearing),
      "iterations": JSON(quality.iterations), "ending": JSON(quality.ending),
      "largest": .array(largestFeatures(head, count: 10).map { JSON(featureNames[$0]) }),
      "coefficients": .array(coefficients),
    ]
  }

  private func holdoutJSON(_ holdout: Holdout) -> JSON {
    [
      "cutoff": JSON(Day.text(holdout.cutoff)), "end": JSON(Day.text(holdout.end)),
      "customers": JSON(holdout.customerCount), "mean_actual": JSON(holdout.meanActual),
      "model": errorJSON(holdout.model), "last_period": errorJSON(holdout.lastPeriod),
      "mean_spend": errorJSON(holdout.meanSpend),
    ]
  }

  private func errorJSON(_ error: HoldoutError) -> JSON {
    [
      "mae": JSON(error.meanAbsolute), "rmse": JSON(error.rootMeanSquare),
      "bias": JSON(error.bias),
    ]
  }
}
