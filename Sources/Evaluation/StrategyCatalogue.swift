import Classification
import Columns
import Models

/// The strategies that come with the engine, by name.
package enum StrategyCatalogue {
  /// Simplest first: baselines, groupings, scores, models. Reports recommend the first of equals in this order.
  package static let all: [any Strategy] =
    BaselineStrategy.Kind.allCases.map { BaselineStrategy($0) }
    + [
      GroupStrategy.preset(SegmentPreset(named: "value-3")!), GroupStrategy.abc,
      GroupStrategy.preset(SegmentPreset(named: "rfm-10")!),
      GroupStrategy.preset(SegmentPreset(named: "rfm-8-zh")!),
      RFMStrategy(isWeighted: false), RFMStrategy(isWeighted: true),
      GroupStrategy.kMeans(.fixed(8)), GroupStrategy.kMeans(.auto),
      LifetimeStrategy(.bgnbd), LifetimeStrategy(.mbgnbd), LifetimeStrategy(.pnbd),
    ] + RegressionKind.allCases.map { RegressionStrategy($0) }

  package static var names: [String] { all.map(\.name) }

  /// Place in the order of simplicity, which is that of `all`; nil for what is not in the catalogue.
  static func place(of name: String) -> Int? { all.firstIndex { $0.name == name } }

  /// The strategies of those names, `all` for every one; throws for a name that there is not.
  package static func strategies(
    named names: [String], more: [any Strategy] = []
  ) throws(EvaluationError) -> [any Strategy] {
    let known = all + more
    if names == ["all"] { return known }
    var chosen: [any Strategy] = []
    for name in names {
      guard let strategy = known.first(where: { $0.name == name }) else {
        throw .unknownStrategy(name: name, known: known.map(\.name))
      }
      if !chosen.contains(where: { $0.name == name }) { chosen.append(strategy) }
    }
    return chosen
  }
}

/// What makes an evaluation impossible.
package enum EvaluationError: Error, Equatable, CustomStringConvertible {
  case unknownStrategy(name: String, known: [String])
  case nothingToEvaluate
  /// Nobody had bought by the cut-off; the advice says what to give instead.
  case nobodyKnown(cutoff: String, advice: String)
  case horizonOutOfRange(days: Int)
  /// The horizon after a cut-off ends behind the last transaction: what happened in it is not known.
  case horizonBeyondLog(cutoff: Int32, horizonDays: Int, lastDay: Int32)
  case foldsOutOfRange(count: Int)
  case budget(String)

  package var description: String {
    switch self {
    case .unknownStrategy(let name, let known):
      "there is no strategy '\(name)'; there are \(known.joined(separator: ", ")), or all"
    case .nothingToEvaluate: "no strategies to evaluate; name some, or all"
    case .nobodyKnown(let cutoff, let advice):
      "nobody had bought by the cut-off \(cutoff)\(advice)"
    case .horizonOutOfRange(let days):
      "a horizon of \(days) days: expected 1 to 36500"
    case .horizonBeyondLog(let cutoff, let horizonDays, let lastDay):
      EvaluationError.whatFits(cutoff, horizonDays, lastDay)
    case .foldsOutOfRange(let count): "\(count) folds: expected 1 to 52"
    case .budget(let reason): "the budget cannot be spent: \(reason)"
    }
  }

  /// That the first cut-off is before the first transaction, with the horizon or the cut-offs that fit.
  ///
  /// Rolling cut-offs follow from the horizon; one that was given moves by itself.
  static func tooEarly(
    _ cutoff: Int32, isRolling: Bool, foldCount: Int, horizonDays: Int, log: ClosedRange<Int32>
  ) -> EvaluationError {
    let span = Int64(log.upperBound) - Int64(log.lowerBound)
    let longest = span / Int64(foldCount)
    let (first, last) = (Day.text(log.lowerBound), Day.text(log.upperBound))
    var advice = ", for the first transaction is of \(first) and the last of \(last)"
    if isRolling {
      let folds = span / Int64(horizonDays)
      let fewer = folds > 0 && folds < Int64(foldCount) ? ", or --folds \(folds) or fewer" : ""
      advice +=
        longest > 0
        ? ": give --horizon \(longest)d or shorter\(fewer)"
        : ": \(foldCount == 1 ? "a fold needs" : "\(foldCount) folds need") at least "
          + "\(foldCount == 1 ? "1 day" : "\(foldCount) days") between them"
    } else if span >= Int64(horizonDays) {
      let latest = Day.text(Int32(clamping: Int64(log.upperBound) - Int64(horizonDays)))
      advice += ": give a cut-off from \(first) to \(latest)"
    } else {
      advice += span > 0 ? ": give a later cut-off, and --horizon \(span)d or shorter" : ""
    }
    return .nobodyKnown(cutoff: Day.text(cutoff), advice: advice)
  }

  private static func whatFits(_ cutoff: Int32, _ horizonDays: Int, _ lastDay: Int32) -> String {
    func days(_ count: Int64) -> String { count == 1 ? "1 day" : "\(count) days" }
    let left = Int64(lastDay) - Int64(cutoff)
    let verb = left == 1 ? "follows" : "follow"
    let follows = left > 0 ? "only \(days(left)) \(verb)" : "nothing follows"
    let latest = Int32(clamping: Int64(lastDay) - Int64(horizonDays))
    let asked = days(Int64(horizonDays))
    let shorter = left > 0 ? ", or --horizon \(left)d" : ""
    return "\(follows) the cut-off \(Day.text(cutoff)), for the last transaction is of "
      + "\(Day.text(lastDay)), and a horizon of \(asked) was asked: give a cut-off of "
      + "\(Day.text(latest)) or earlier\(shorter)"
  }
}
