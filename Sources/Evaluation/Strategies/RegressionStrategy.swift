import Columns

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
package import Models

/// Ridge, hurdle, or one of their baselines, fitted on the window before the cut-off.
package struct RegressionStrategy: Strategy {
  package let kind: RegressionKind

  package init(_ kind: RegressionKind) { self.kind = kind }

  package var name: String { kind.rawValue }

  package func fit(_ knowledge: Knowledge, horizonDays: Int) throws -> any FittedStrategy {
    let isLearning = kind == .ridge || kind == .hurdle
    let window = isLearning ? try knowledge.learningWindow(horizonDays: horizonDays) : nil
    let scoring = RegressionScoring(kind: kind, horizonDays: window?.dayCount ?? horizonDays)
    let fit = try scoring.fit(knowledge.base, asOf: knowledge.day)
    let standsIn = fit.model.methodName == name ? nil : "\(fit.model.methodName) stands in for it"
    return FittedRegression(
      model: fit.model, stretch: window?.stretch ?? 1, note: standsIn ?? window?.note)
  }
}

struct FittedRegression: FittedStrategy {
  let model: RegressionModel
  /// Length of the horizon over that of the window that was learned on.
  let stretch: Double
  let note: String?

  func score(_ knowledge: Knowledge) throws -> StrategyScores {
    let prediction = try model.predict(knowledge.base, asOf: knowledge.day)
    if stretch == 1 {
      return StrategyScores(
        ranking: prediction.spend, spend: prediction.spend, activity: prediction.activity)
    }
    let spend = knowledge.scores { Float(Double(prediction.spend[$0]) * stretch) }
    // Who stays away from so many windows in a row is inactive.
    let activity = prediction.activity.map { activity in
      knowledge.scores { Float(1 - pow(1 - Double(activity[$0]), stretch)) }
    }
    return StrategyScores(ranking: spend, spend: spend, activity: activity)
  }
}
