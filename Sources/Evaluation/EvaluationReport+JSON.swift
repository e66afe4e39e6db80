import Columns
package import JSONText

extension EvaluationReport {
  /// Everything, with each fold's measures. All but `cost` is the same for the same store, options and seed.
  package var json: JSON {
    [
      "horizon_days": JSON(horizonDays), "draws": JSON(drawCount),
      "seed": .integer(Int64(bitPattern: seed)),
      "budget": budget.map {
        [
          "budget": JSON($0.budget), "margin": JSON($0.margin), "cost": JSON($0.contactCost),
        ]
      } ?? .null,
      "folds": .array(folds.map(EvaluationReport.json)),
      "strategies": .array(rows.map(\.json)),
      "warnings": .array(folds.compactMap(\.warning).map { JSON($0) }),
      "recommendation": .array(recommendation.map { JSON($0) }),
    ]
  }

  private static func json(_ fold: Fold) -> JSON {
    [
      "cutoff": JSON(Day.text(fold.cutoff)), "end": JSON(Day.text(fold.end)),
      "customers": JSON(fold.customerCount), "active": JSON(fold.activeCount),
      "spend": JSON(fold.spend), "contacts": fold.contactCount.map { JSON($0) } ?? .null,
    ]
  }
}

extension EvaluationReport.Row {
  var json: JSON {
    [
      "name": JSON(name), "gini_interval": optional(giniInterval),
      "top_10_interval": optional(topInterval), "mae_interval": optional(errorInterval),
      "difference_from_best": optional(differenceInterval),
      "within_noise_of_best": JSON(isWithinNoise),
      "failure": failure.map { JSON($0) } ?? .null, "note": note.map { JSON($0) } ?? .null,
      "mean": mean.json,
      "folds": .array(folds.map(\.json)),
    ]
  }

  private func optional(_ interval: Interval?) -> JSON {
    interval.map { .array([JSON($0.lower), JSON($0.upper)]) } ?? .null
  }
}

extension FoldMeasures {
  var json: JSON {
    func number(_ value: Double?) -> JSON { value.map { JSON($0) } ?? .null }
    return [
      "top_1": number(topShares[0]), "top_5": number(topShares[1]),
      "top_10": number(topShares[2]), "top_20": number(topShares[3]), "gini": number(gini),
      "spearman": number(spearman), "spend": spend?.json ?? .null,
      "purchases": purchases?.json ?? .null, "auc": number(areaUnderCurve),
      "brier": number(brier), "groups": groupCount.map { JSON($0) } ?? .null,
      "between_share": number(betweenShare), "changed_share": number(changedShare),
      "adjusted_rand": number(adjustedRand), "profit": number(profit),
      "cost": [
        "fit_seconds": JSON(cost.fitSeconds), "score_seconds": JSON(cost.scoreSeconds),
        "ns_per_customer": JSON(cost.nanosecondsPerCustomer),
        "peak_memory_bytes": JSON(cost.peakMemoryByteCount),
      ],
    ]
  }
}

extension PredictionErrors {
  var json: JSON {
    [
      "mae": JSON(meanAbsolute), "rmse": JSON(rootMeanSquare), "bias": JSON(bias),
      "calibration": .array(
        calibration.map {
          [
            "customers": JSON($0.customerCount), "predicted": JSON($0.meanPredicted),
            "actual": JSON($0.meanActual),
          ]
        }),
    ]
  }
}
