package import Models

/// Ridge, hurdle, or one of their baselines, fitted on the horizon before the cut-off.
package struct RegressionStrategy: Strategy {
  package let kind: RegressionKind

  package init(_ kind: RegressionKind) { self.kind = kind }

  package var name: String { kind.rawValue }

  package func fit(_ knowledge: Knowledge, horizonDays: Int) throws -> any FittedStrategy {
    let scoring = RegressionScoring(kind: kind, horizonDays: horizonDays)
    return FittedRegression(model: try scoring.fit(knowledge.base, asOf: knowledge.day).model)
  }
}

struct FittedRegression: FittedStrategy {
  let model: RegressionModel

  func score(_ knowledge: Knowledge) -> StrategyScores {
    let prediction = model.predict(knowledge.base, asOf: knowledge.day)
    return StrategyScores(
      ranking: prediction.spend, spend: prediction.spend, activity: prediction.activity)
  }
}
