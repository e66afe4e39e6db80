package import JSONText

extension FitReport {
  package var json: JSON {
    var members: [JSON.Member] = [
      JSON.Member("model", JSON(model)), JSON.Member("title", JSON(title)),
      JSON.Member("ruler", ruler.map { JSON($0.rawValue) } ?? .null),
      JSON.Member("converged", JSON(isConverged)), JSON.Member("ending", JSON(ending)),
      JSON.Member("iterations", JSON(iterationCount)),
      JSON.Member("evaluations", JSON(evaluationCount)),
      JSON.Member("gradient_norm", JSON(gradientNorm)),
      JSON.Member("log_likelihood", JSON(logLikelihood)),
      JSON.Member("aic", JSON(aic)), JSON.Member("bic", JSON(bic)),
      JSON.Member("customers", JSON(customerWeight)), JSON.Member("distinct", JSON(distinctCount)),
      JSON.Member("penalty", JSON(penalty)),
      JSON.Member("parameters", .array(parameters.map(\.json))),
    ]
    members.append(JSON.Member("population_means", FitReport.json(populationMeans)))
    members.append(
      JSON.Member(
        "population_mean_intervals_95",
        .object(
          populationMeans.compactMap { figure in
            figure.interval.map { JSON.Member(figure.name, FitReport.json($0)) }
          })))
    members.append(JSON.Member("checks", FitReport.json(checks)))
    members.append(JSON.Member("warnings", .array(warnings.map { JSON($0) })))
    members.append(JSON.Member("fallback_from", fallbackFrom.map { JSON($0) } ?? .null))
    members.append(JSON.Member("fallback_reason", fallbackReason.map { JSON($0) } ?? .null))
    return .object(members)
  }

  private static func json(_ figures: [Figure]) -> JSON {
    .object(figures.map { JSON.Member($0.name, JSON($0.value)) })
  }

  /// [low, high]; an open end is 0 or null.
  static func json(_ interval: ClosedRange<Double>) -> JSON {
    [
      JSON(interval.lowerBound),
      interval.upperBound.isFinite ? JSON(interval.upperBound) : .null,
    ]
  }

  static func interval(_ json: JSON?) -> ClosedRange<Double>? {
    guard let ends = json?.arrayValue, ends.count == 2, let lower = ends[0].doubleValue else {
      return nil
    }
    let upper = ends[1].doubleValue ?? .infinity
    return lower <= upper ? lower...upper : nil
  }

  /// Reads what `json` wrote.
  package init(json: JSON) throws(LifetimeError) {
    func number(_ name: String) throws(LifetimeError) -> Double {
      guard let value = json[name]?.doubleValue else {
        throw LifetimeError("fit report: expected a number as \(name)")
      }
      return value
    }
    func text(_ name: String) throws(LifetimeError) -> String {
      guard let value = json[name]?.stringValue else {
        throw LifetimeError("fit report: expected a string as \(name)")
      }
      return value
    }
    func figures(_ name: String) -> [Figure] {
      (json[name]?.objectValue ?? []).compactMap { member in
        member.value.doubleValue.map { Figure(member.name, $0) }
      }
    }
    guard let isConverged = json["converged"]?.boolValue,
      let iterations = json["iterations"]?.intValue, let distinct = json["distinct"]?.intValue,
      let parameterValues = json["parameters"]?.arrayValue
    else {
      throw LifetimeError("fit report: expected converged, iterations, distinct and parameters")
    }
    var parameters: [Parameter] = []
    for value in parameterValues { parameters.append(try Parameter(json: value)) }
    self.init(
      model: try text("model"), title: try text("title"),
      ruler: json["ruler"]?.stringValue.flatMap(TimeRuler.init(rawValue:)),
      isConverged: isConverged, ending: try text("ending"), iterationCount: iterations,
      gradientNorm: try number("gradient_norm"), logLikelihood: try number("log_likelihood"),
      customerWeight: try number("customers"), distinctCount: distinct,
      penalty: try number("penalty"), parameters: parameters)
    evaluationCount = json["evaluations"]?.intValue ?? 0
    populationMeans = figures("population_means").map {
      Figure(
        $0.name, $0.value,
        interval: FitReport.interval(json["population_mean_intervals_95"]?[$0.name]))
    }
    checks = figures("checks")
    warnings = (json["warnings"]?.arrayValue ?? []).compactMap(\.stringValue)
    fallbackFrom = json["fallback_from"]?.stringValue
    fallbackReason = json["fallback_reason"]?.stringValue
  }
}

extension FitReport.Parameter {
  var json: JSON {
    .object([
      JSON.Member("name", JSON(name)), JSON.Member("value", JSON(value)),
      JSON.Member("standard_error", standardError.map { JSON($0) } ?? .null),
      JSON.Member(
        "interval_95", interval.map(FitReport.json) ?? .null),
      JSON.Member("at_bound", JSON(isAtBound)),
    ])
  }

  init(json: JSON) throws(LifetimeError) {
    guard let name = json["name"]?.stringValue, let value = json["value"]?.doubleValue,
      let isAtBound = json["at_bound"]?.boolValue
    else { throw LifetimeError("fit report: a parameter has no name, value or at_bound") }
    self.init(
      name: name, value: value, standardError: json["standard_error"]?.doubleValue,
      interval: FitReport.interval(json["interval_95"]), isAtBound: isAtBound)
  }
}
