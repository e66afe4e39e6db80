package import JSONText

/// A fitted model: scores any customer from purchases and attributes alone.
package struct RegressionModel: Sendable, Equatable {
  /// What predicts; for data that could not be fitted it is a baseline, whatever was asked for.
  package enum Method: Sendable, Equatable {
    case ridge(spend: RegressionHead, orders: RegressionHead)
    case hurdle(active: RegressionHead, logSpend: RegressionHead, logOrders: RegressionHead)
    case lastPeriod
    case meanSpend
  }

  /// What was asked for.
  package let kind: RegressionKind
  package let method: Method
  package let horizonDays: Int
  package let features: [DesignMatrix.Feature]

  package init(
    kind: RegressionKind, method: Method, horizonDays: Int, features: [DesignMatrix.Feature]
  ) {
    self.kind = kind
    self.method = method
    self.horizonDays = horizonDays
    self.features = features
  }

  package var methodName: String {
    switch method {
    case .ridge: RegressionKind.ridge.rawValue
    case .hurdle: RegressionKind.hurdle.rawValue
    case .lastPeriod: RegressionKind.lastPeriod.rawValue
    case .meanSpend: RegressionKind.meanSpend.rawValue
    }
  }

  package var heads: [RegressionHead] {
    switch method {
    case .ridge(let spend, let orders): [spend, orders]
    case .hurdle(let active, let logSpend, let logOrders): [active, logSpend, logOrders]
    case .lastPeriod, .meanSpend: []
    }
  }

  /// Whether the model says how likely a purchase is.
  package var predictsActivity: Bool { if case .hurdle = method { true } else { false } }

  /// What a snapshot keeps.
  package var json: JSON {
    [
      "format": 1, "kind": JSON(kind.rawValue), "method": JSON(methodName),
      "horizon_days": JSON(horizonDays),
      "terms": .array(
        features.map {
          ["term": $0.term.json, "mean": JSON($0.mean), "scale": JSON($0.scale)]
        }),
      "heads": .array(heads.map(\.json)),
    ]
  }

  /// Reads a model back; throws `badModel` for anything that `json` did not write.
  package init(json: JSON) throws(RegressionError) {
    guard json["format"]?.intValue == 1 else { throw .badModel("its format is not 1") }
    guard let kind = json["kind"]?.stringValue.flatMap(RegressionKind.init(rawValue:)),
      let methodName = json["method"]?.stringValue,
      let horizonDays = json["horizon_days"]?.intValue,
      (1...RegressionScoring.horizonDaysMax).contains(horizonDays),
      let terms = json["terms"]?.arrayValue, let heads = json["heads"]?.arrayValue
    else { throw .badModel("kind, method, horizon_days, terms and heads are needed") }
    var features: [DesignMatrix.Feature] = []
    for entry in terms {
      guard let term = entry["term"], let mean = entry["mean"]?.doubleValue,
        let scale = entry["scale"]?.doubleValue, scale >= 0
      else { throw .badModel("a term needs term, mean and scale") }
      features.append(
        DesignMatrix.Feature(term: try DesignTerm(json: term), mean: mean, scale: scale))
    }
    var read: [RegressionHead] = []
    for head in heads {
      read.append(try RegressionHead(json: head, featureCount: features.count))
    }
    let method: Method
    switch (methodName, read.count) {
    case ("ridge", 2): method = .ridge(spend: read[0], orders: read[1])
    case ("hurdle", 3): method = .hurdle(active: read[0], logSpend: read[1], logOrders: read[2])
    case ("last-period", 0): method = .lastPeriod
    case ("mean-spend", 0): method = .meanSpend
    default: throw .badModel("method '\(methodName)' with \(read.count) heads")
    }
    self.init(kind: kind, method: method, horizonDays: horizonDays, features: features)
  }
}
