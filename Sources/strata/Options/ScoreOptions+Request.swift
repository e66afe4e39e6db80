import ArgumentParser
import Classification
import Columns
import Configuration
import Models
import Pipeline

extension ScoreOptions {
  /// The request that these options make of what the configuration says.
  func request(_ configuration: Configuration) throws -> ScoreRequest {
    let rfm = try RFMOptions(
      bins: RFMBins(bins ?? configuration.rfm.bins ?? 5),
      frequency: try choice(frequency, "--frequency") ?? configuration.rfm.frequency ?? .orders,
      monetary: try choice(monetary, "--monetary") ?? configuration.rfm.monetary ?? .total,
      method: rfmMethod(configuration.rfm))
    var request = ScoreRequest(
      rfm: rfm, taxonomies: try taxonomies(configuration), tags: configuration.tags)
    request.asOf =
      try asOf.map { text in
        guard let day = Day.parse(text) else {
          throw ValidationError("--as-of takes a date such as 2026-11-21, not '\(text)'")
        }
        return day
      } ?? configuration.asOf
    request.window = try span(window, "--window", "365d or 12mo") ?? configuration.window
    request.groupColumn = by ?? configuration.rfm.by?.value
    request.isFull = full
    request.value = try valueModel(configuration.value)
    request.clustering = try clustering(configuration.clusters)
    return request
  }

  /// The one asked for first, then the configuration's others in their order.
  private func taxonomies(_ configuration: Configuration) throws -> [Taxonomy] {
    var own = configuration.taxonomies
    guard let taxonomy else {
      return own.isEmpty ? [Taxonomy(SegmentPreset(named: "rfm-10")!)] : own
    }
    if let index = own.firstIndex(where: { $0.name == taxonomy }) {
      own.insert(own.remove(at: index), at: 0)
      return own
    }
    guard let preset = SegmentPreset(named: taxonomy) else {
      let names = configuration.taxonomies.map(\.name) + SegmentPreset.names
      throw ValidationError(
        "--taxonomy takes \(names.joined(separator: ", ")), not '\(taxonomy)'")
    }
    return [Taxonomy(preset)] + own
  }

  private func valueModel(_ file: Configuration.Value) throws -> ValueModel? {
    let model = clv ?? file.model ?? "bgnbd"
    if model == "none" { return nil }
    let horizon = try span(horizon, "--horizon", "12mo or 26w") ?? file.horizon
    let further = try furtherHorizons() ?? file.moreHorizons
    let ruler: TimeRuler = try choice(ruler, "--ruler") ?? file.ruler ?? .week
    let penalty = penalty ?? file.penalty ?? 0
    guard penalty >= 0, penalty.isFinite else {
      throw ValidationError("--penalty takes a number from 0 on, not \(penalty)")
    }
    let margin = margin ?? file.margin ?? 1
    guard margin.isFinite else { throw ValidationError("--margin takes a number, not \(margin)") }
    let length = horizon ?? TimeSpan(12, .month)
    let discount = try discountPerYear() ?? file.discountPerYear ?? 0.1
    if let kind = LifetimeModelKind(rawValue: model) {
      return .lifetime(
        LifetimeScoring(
          kind: kind, ruler: ruler, horizonDays: length.days,
          discountPerYear: discount, margin: margin,
          penalty: penalty, moreHorizons: further))
    }
    if !further.isEmpty {
      throw ValidationError("--more-horizons goes with a purchase model, not with '\(model)'")
    }
    if model == "ridge" || model == "hurdle", let kind = RegressionKind(rawValue: model) {
      return .regression(
        RegressionScoring(kind: kind, horizonDays: Int(length.wholeDays)), margin: margin,
        discountPerYear: discount)
    }
    throw ValidationError(
      "--clv takes bgnbd, mbgnbd, pnbd, nbd, ridge, hurdle or none, not '\(model)'")
  }

  private func furtherHorizons() throws -> [TimeSpan]? {
    guard let moreHorizons else { return nil }
    var spans: [TimeSpan] = []
    for text in moreHorizons.split(separator: ",") {
      guard let span = try span(String(text), "--more-horizons", "3mo,6mo") else { continue }
      if spans.contains(span) {
        throw ValidationError("--more-horizons names \(span.text) twice")
      }
      spans.append(span)
    }
    return spans
  }

  private func discountPerYear() throws -> Double? {
    try discount.map { text in
      guard let rate = SettingText.discountPerYear(text) else {
        throw ValidationError(
          "--discount takes a rate with its unit, such as 10%/yr or 1%/mo, not '\(text)'")
      }
      return rate
    }
  }

  private func clustering(_ file: Configuration.Clusters) throws -> ClusteringOptions? {
    let count: ClusterCount
    switch (clusters, file.count) {
    case ("none", _), (nil, Optional.none), (nil, .some(.none)):
      if clusterFeatures != nil || clusterScale != nil || clusterSeed != nil {
        throw ValidationError(
          "--cluster-features, --cluster-scale and --cluster-seed go with --clusters")
      }
      return nil
    case ("auto", _), (nil, .auto): count = .auto
    case (nil, .fixed(let k)): count = .fixed(k)
    case (let text?, _):
      guard let k = Int(text) else {
        throw ValidationError("--clusters takes a number, auto or none, not '\(text)'")
      }
      count = .fixed(k)
    }
    let features = clusterFeatures.map { text in
      text.split(separator: ",").map { $0.filter { $0 != " " } }
    }
    return ClusteringOptions(
      k: count,
      features: features ?? file.features?.map(\.value) ?? ClusteringOptions.standardFeatures,
      scale: try choice(clusterScale, "--cluster-scale") ?? file.scale ?? .logZ,
      seed: clusterSeed ?? file.seed ?? 1)
  }

  private func rfmMethod(_ file: Configuration.RFM) throws -> RFMOptions.Method {
    let method: Configuration.RFM.Method =
      try choice(method, "--method") ?? file.method ?? .quantile
    if cuts != nil && method != .cuts {
      throw ValidationError("--cuts goes with --method cuts")
    }
    switch method {
    case .quantile: return .quantile
    case .ntile: return .ntile
    case .cuts:
      if cuts == nil, let cuts = file.cuts {
        return .cuts(recency: cuts.recencyDays, frequency: cuts.orders, monetary: cuts.monetary)
      }
      return try givenCuts()
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

  /// One of the names of an enumeration; nil where the flag was not given.
  private func choice<Choice: RawRepresentable & CaseIterable>(
    _ text: String?, _ flag: String
  ) throws -> Choice? where Choice.RawValue == String {
    try text.map { text in
      guard let choice = Choice(rawValue: text) else {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("\(flag) takes \(names), not '\(text)'")
      }
      return choice
    }
  }

  private func span(_ text: String?, _ flag: String, _ example: String) throws -> TimeSpan? {
    try text.map { text in
      guard let span = TimeSpan(text) else {
        throw ValidationError("\(flag) takes a span such as \(example), not '\(text)'")
      }
      return span
    }
  }
}
