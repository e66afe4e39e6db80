#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Columns
package import Models

/// A purchase model with Gamma-Gamma: expected purchases times expected spend, undiscounted.
///
/// The probability of a purchase is P(alive) · (1 - e^(-E/P(alive))), E being the expected purchases: what a
/// living customer with that mean would do by a Poisson process.
package struct LifetimeStrategy: Strategy {
  package let kind: LifetimeModelKind

  package init(_ kind: LifetimeModelKind) { self.kind = kind }

  package var name: String { kind.rawValue }

  package func fit(_ knowledge: Knowledge, horizonDays: Int) -> any FittedStrategy {
    let scoring = LifetimeScoring(
      kind: kind, horizonDays: Double(horizonDays), discountPerYear: 0, margin: 1)
    return FittedLifetime(scoring: scoring, models: scoring.fit(knowledge.summary))
  }
}

struct FittedLifetime: FittedStrategy {
  let scoring: LifetimeScoring
  let models: LifetimeModels

  func score(_ knowledge: Knowledge) -> StrategyScores {
    let scores = scoring.score(knowledge.summary, models: models)
    let activity = knowledge.scores { row in
      let probability = Double(scores.pAlive[row])
      guard probability > 0 else { return 0 }
      return Float(probability * -expm1(-Double(scores.expectedPurchases[row]) / probability))
    }
    return StrategyScores(
      ranking: scores.clv, spend: scores.clv, purchases: scores.expectedPurchases,
      activity: activity)
  }
}
