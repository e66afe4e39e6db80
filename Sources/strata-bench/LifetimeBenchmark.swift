import Columns
import JSONText
import Kernels
import Models

/// Fits and predictions of lifetime models on a summary, timed: `lifetime --summary FILE [--models bgnbd,pnbd]
/// [--repeats N] [--horizons 91.3125,182.625] [--output FILE]`.
///
/// A fit starts from the customers' summary: counting them is part of it. Predictions are P(alive), expected
/// purchases within a year and the further horizons, expected spend and the year's CLV at 10%, of the first model;
/// they are counted from the summary too. The output holds them as Float, column by column in this order.
struct LifetimeBenchmark {
  let arguments: BenchmarkArguments

  func run() throws -> JSON {
    let summary = try SummaryFile.read(arguments.string("--summary"))
    let repeats = max(1, try arguments.integer("--repeats", 1))
    let kinds = try arguments.string("--models", "bgnbd").split(separator: ",").map { name in
      guard let kind = LifetimeModelKind(rawValue: String(name)) else {
        throw BenchmarkError(description: "there is no model \(name)")
      }
      return kind
    }
    guard let first = kinds.first else { throw BenchmarkError(description: "no model is named") }
    let horizons = arguments.string("--horizons", "91.3125,182.625").split(separator: ",")
      .compactMap { Double($0) }
    var members: [JSON.Member] = [.init("customers", JSON(summary.count))]
    let counting = timed(repeats) { PurchaseHistory(summary) }
    members.append(.init("history", counting.json))
    members.append(.init("distinctTriples", JSON(counting.result.tripleCount)))
    var purchases: [LifetimeModelKind: PurchaseFit] = [:]
    for kind in kinds {
      let fit = timed(repeats) {
        PurchaseModel.fitWithoutFallback(kind, to: PurchaseHistory(summary), ruler: .week)
      }
      purchases[kind] = fit.result
      members.append(.init(kind.rawValue, fitted(fit.json, fit.result.report)))
    }
    let spend = timed(repeats) { SpendModel.fit(SpendHistory(summary)) }
    members.append(.init("gamma-gamma", fitted(spend.json, spend.result.report)))
    let scoring = LifetimeScoring(kind: first, moreHorizons: horizons.map { TimeSpan($0, .day) })
    let models = LifetimeModels(purchases: purchases[first]!, spend: spend.result)
    let scores = timed(repeats) { scoring.score(summary, models: models) }
    members.append(.init("predictions", scores.json))
    let output = arguments.string("--output", "")
    if !output.isEmpty { try write(scores.result, output) }
    return .object(members)
  }

  private func fitted(_ times: JSON, _ report: FitReport) -> JSON {
    [
      "times": times, "iterations": JSON(report.iterationCount),
      "isConverged": .bool(report.isConverged), "distinct": JSON(report.distinctCount),
      "logLikelihood": JSON(report.logLikelihood),
      "parameters": .object(report.parameters.map { .init($0.name, JSON($0.value)) }),
    ]
  }

  private func write(_ scores: LifetimeScores, _ path: String) throws {
    let file = try RawFile(path, mode: "wb")
    let columns =
      [scores.pAlive, scores.expectedPurchases] + scores.moreExpectedPurchases
      + [scores.expectedSpend, scores.clv]
    for column in columns { try file.write(column.pointer) }
  }
}

/// A result that was made several times, with the seconds of each time.
struct Timed<Result> {
  let result: Result
  let walls: [Double]
  let processors: [Double]

  var json: JSON {
    [
      "seconds": .array(walls.map { JSON($0) }),
      "processorSeconds": .array(processors.map { JSON($0) }),
    ]
  }
}

func timed<Result>(_ repeats: Int, _ body: () -> Result) -> Timed<Result> {
  var result: Result?
  var walls: [Double] = []
  var processors: [Double] = []
  for _ in 0..<max(1, repeats) {
    let (wall, processor) = (seconds(), processorSeconds())
    result = body()
    walls.append(seconds() - wall)
    processors.append(processorSeconds() - processor)
  }
  return Timed(result: result!, walls: walls, processors: processors)
}
