import ArgumentParser
import Classification
import Columns
import Models
import Pipeline

extension ScoreOptions {
  /// The request that these options make.
  func request() throws -> ScoreRequest {
    guard let preset = SegmentPreset(named: taxonomy) else {
      throw ValidationError(
        "--taxonomy takes \(SegmentPreset.names.joined(separator: ", ")), not '\(taxonomy)'")
    }
    guard let frequency = RFMOptions.Frequency(rawValue: frequency) else {
      throw ValidationError("--frequency takes orders or days, not '\(self.frequency)'")
    }
    guard let monetary = RFMOptions.Monetary(rawValue: monetary) else {
      throw ValidationError("--monetary takes total or mean, not '\(self.monetary)'")
    }
    let rfm = try RFMOptions(
      bins: RFMBins(bins), frequency: frequency, monetary: monetary, method: rfmMethod())
    var request = ScoreRequest(rfm: rfm, preset: preset)
    request.asOf = try asOf.map { text in
      guard let day = Day.parse(text) else {
        throw ValidationError("--as-of takes a date such as 2026-11-21, not '\(text)'")
      }
      return day
    }
    request.window = try window.map { text in
      guard let span = TimeSpan(text) else {
        throw ValidationError("--window takes a span such as 365d or 12mo, not '\(text)'")
      }
      return span
    }
    request.groupColumn = by
    request.isFull = full
    return request
  }

  private func rfmMethod() throws -> RFMOptions.Method {
    switch method {
    case "quantile": return .quantile
    case "ntile": return .ntile
    case "cuts": return try givenCuts()
    default:
      throw ValidationError("--method takes quantile, ntile or cuts, not '\(method)'")
    }
  }

  /// `recency_days=30,90;orders=2,5;monetary=100,500`
  private func givenCuts() throws -> RFMOptions.Method {
    let usage =
      "--method cuts takes --cuts 'recency_days=30,90;orders=2,5;monetary=100,500' with rising "
      + "thresholds for all three measures"
    guard let cuts else { throw ValidationError(usage) }
    var byName: [String: [Double]] = [:]
    for part in cuts.split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1)
      guard sides.count == 2 else { throw ValidationError("\(usage); found '\(part)'") }
      byName[sides[0].filter { $0 != " " }] = try sides[1].split(separator: ",").map { text in
        guard let value = Double(text.filter { $0 != " " }) else {
          throw ValidationError("\(usage); found '\(text)'")
        }
        return value
      }
    }
    guard let recency = byName["recency_days"], let orders = byName["orders"],
      let monetary = byName["monetary"], byName.count == 3
    else { throw ValidationError(usage) }
    return .cuts(recency: recency, frequency: orders, monetary: monetary)
  }
}
