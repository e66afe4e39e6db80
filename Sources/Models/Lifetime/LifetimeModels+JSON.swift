package import JSONText

extension PurchaseModel {
  /// `{"kind": "bgnbd", "ruler": "week", "parameters": {"r": …}}`.
  package var json: JSON {
    [
      "kind": JSON(kind.rawValue), "ruler": JSON(ruler.rawValue),
      "parameters": .object(
        zip(kind.parameterNames, parameters).map { JSON.Member($0, JSON($1)) }),
    ]
  }

  /// Reads what `json` wrote; throws where a part is missing or a parameter is impossible.
  package init(json: JSON) throws(LifetimeError) {
    guard let kind = json["kind"]?.stringValue.flatMap(LifetimeModelKind.init(rawValue:)) else {
      let names = LifetimeModelKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw LifetimeError("purchase model: expected one of \(names) as kind")
    }
    guard let ruler = json["ruler"]?.stringValue.flatMap(TimeRuler.init(rawValue:)) else {
      throw LifetimeError("purchase model: expected day, week or month as ruler")
    }
    var parameters: [Double] = []
    for name in kind.parameterNames {
      guard let value = json["parameters"]?[name]?.doubleValue else {
        throw LifetimeError("purchase model: \(kind.title)'s parameter \(name) is missing")
      }
      parameters.append(value)
    }
    try self.init(kind: kind, ruler: ruler, parameters: parameters)
  }
}

extension SpendModel {
  /// `{"kind": "gamma-gamma", "parameters": {"p": …}}`, `{"kind": "own-mean", …}` or `{"kind": "population-mean", …}`.
  /// A `gamma-gamma` with q ≤ 1 has the parameter `typical` too.
  package var json: JSON {
    switch self {
    case .gammaGamma(let p, let q, let v):
      ["kind": "gamma-gamma", "parameters": ["p": JSON(p), "q": JSON(q), "v": JSON(v)]]
    case .heavyTailed(let p, let q, let v, let typical):
      [
        "kind": "gamma-gamma",
        "parameters": ["p": JSON(p), "q": JSON(q), "v": JSON(v), "typical": JSON(typical)],
      ]
    case .ownMean(let newcomer):
      ["kind": "own-mean", "parameters": ["newcomer": JSON(newcomer)]]
    case .populationMean(let mean):
      ["kind": "population-mean", "parameters": ["mean": JSON(mean)]]
    }
  }

  /// Reads what `json` wrote; throws where a part is missing or a parameter is impossible.
  package init(json: JSON) throws(LifetimeError) {
    func parameter(_ name: String, above bound: Double) throws(LifetimeError) -> Double {
      guard let value = json["parameters"]?[name]?.doubleValue, value > bound else {
        throw LifetimeError("spend model: expected a number above \(bound) as \(name)")
      }
      return value
    }
    switch json["kind"]?.stringValue {
    case "gamma-gamma":
      let (p, v) = (try parameter("p", above: 0), try parameter("v", above: 0))
      if json["parameters"]?["typical"] != nil {
        self = .heavyTailed(
          p: p, q: try parameter("q", above: 0), v: v, typical: try parameter("typical", above: 0))
      } else {
        self = .gammaGamma(p: p, q: try parameter("q", above: 1), v: v)
      }
    case "own-mean":
      self = .ownMean(newcomer: try parameter("newcomer", above: -.leastNonzeroMagnitude))
    case "population-mean":
      self = .populationMean(try parameter("mean", above: -.leastNonzeroMagnitude))
    default:
      throw LifetimeError("spend model: expected gamma-gamma, own-mean or population-mean as kind")
    }
  }
}

extension PurchaseFit {
  package var json: JSON { ["model": model.json, "report": report.json] }

  package init(json: JSON) throws(LifetimeError) {
    guard let model = json["model"], let report = json["report"] else {
      throw LifetimeError("purchase fit: expected the members model and report")
    }
    self.init(model: try PurchaseModel(json: model), report: try FitReport(json: report))
  }
}

extension SpendFit {
  package var json: JSON { ["model": model.json, "report": report.json] }

  package init(json: JSON) throws(LifetimeError) {
    guard let model = json["model"], let report = json["report"] else {
      throw LifetimeError("spend fit: expected the members model and report")
    }
    self.init(model: try SpendModel(json: model), report: try FitReport(json: report))
  }
}
