import ArgumentParser
import Classification
import Columns
import Models
import Pipeline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

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
    request.value = try valueModel()
    request.clustering = try clustering()
    return request
  }

  private func valueModel() throws -> ValueModel? {
    if clv == "none" { return nil }
    guard let horizon = TimeSpan(horizon) else {
      throw ValidationError("--horizon takes a span such as 12mo or 26w, not '\(self.horizon)'")
    }
    guard let ruler = TimeRuler(rawValue: ruler) else {
      throw ValidationError("--ruler takes day, week or month, not '\(self.ruler)'")
    }
    guard penalty >= 0, penalty.isFinite else {
      throw ValidationError("--penalty takes a number from 0 on, not \(penalty)")
    }
    guard margin.isFinite else { throw ValidationError("--margin takes a number, not \(margin)") }
    if let kind = LifetimeModelKind(rawValue: clv) {
      return .lifetime(
        LifetimeScoring(
          kind: kind, ruler: ruler, horizonDays: horizon.days,
          discountPerYear: try discountPerYear(), margin: margin, penalty: penalty))
    }
    if clv == "ridge" || clv == "hurdle", let kind = RegressionKind(rawValue: clv) {
      return .regression(
        RegressionScoring(kind: kind, horizonDays: Int(horizon.wholeDays)), margin: margin)
    }
    throw ValidationError(
      "--clv takes bgnbd, mbgnbd, pnbd, nbd, ridge, hurdle or none, not '\(clv)'")
  }

  /// `10%/yr`, `0.8%/mo`, `0`: the effective rate a year.
  private func discountPerYear() throws -> Double {
    let usage = "--discount takes a rate with its unit, such as 10%/yr or 1%/mo, not '\(discount)'"
    if discount == "0" { return 0 }
    let sides = discount.split(separator: "/")
    let periods: [String: Double] = [
      "yr": 1, "y": 1, "year": 1, "mo": 12, "month": 12, "w": 365.25 / 7, "week": 365.25 / 7,
    ]
    guard sides.count == 2, sides[0].hasSuffix("%"), let percent = Double(sides[0].dropLast()),
      percent >= 0, percent <= 1_000, let count = periods[String(sides[1])]
    else { throw ValidationError(usage) }
    var factor = 1.0
    if count == 1 { return percent / 100 }
    factor = pow(1 + percent / 100, count)
    return factor - 1
  }

  private func clustering() throws -> ClusteringOptions? {
    if clusters == "none" { return nil }
    let count: ClusterCount
    if clusters == "auto" {
      count = .auto
    } else if let k = Int(clusters) {
      count = .fixed(k)
    } else {
      throw ValidationError("--clusters takes a number, auto or none, not '\(clusters)'")
    }
    guard let scale = ClusterScale(rawValue: clusterScale) else {
      throw ValidationError(
        "--cluster-scale takes log-z, z, robust or none, not '\(clusterScale)'")
    }
    let features = clusterFeatures.split(separator: ",").map { $0.filter { $0 != " " } }
    return ClusteringOptions(k: count, features: features, scale: scale, seed: clusterSeed)
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
