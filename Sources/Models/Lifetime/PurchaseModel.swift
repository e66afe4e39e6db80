/// Fitted (or given) parameters of a purchase model: enough to score any customer.
///
/// Parameters and all times of its functions are in units of `ruler`. A customer is x repeat purchases, the
/// last of them t_x after the first, T of age; a just-acquired customer is x = 0, t_x = 0, T = 0.
package struct PurchaseModel: Sendable, Equatable {
  package let kind: LifetimeModelKind
  package let ruler: TimeRuler
  /// As `kind.parameterNames` name them; positive and finite.
  package let parameters: [Double]

  /// Throws where a parameter is missing or outside 1e-30…1e30.
  package init(
    kind: LifetimeModelKind, ruler: TimeRuler, parameters: [Double]
  ) throws(LifetimeError) {
    guard parameters.count == kind.parameterNames.count else {
      throw LifetimeError(
        "\(kind.title) has \(kind.parameterNames.count) parameters, \(parameters.count) are given")
    }
    for (name, value) in zip(kind.parameterNames, parameters) {
      guard value >= 1e-30, value <= 1e30 else {
        throw LifetimeError("\(kind.title)'s \(name) is \(value); expected 1e-30 to 1e30")
      }
    }
    self.kind = kind
    self.ruler = ruler
    self.parameters = parameters
  }

  /// What each customer of the population is expected to do: purchases a ruler unit while alive, and the
  /// share who leave (at a purchase for BG/NBD and MBG/NBD, per ruler unit for Pareto/NBD).
  package var populationMeans: [FitReport.Figure] {
    let rate = FitReport.Figure(
      "purchases per \(ruler.rawValue) while alive", parameters[0] / parameters[1])
    switch kind {
    case .bgnbd, .mbgnbd:
      let (a, b) = (parameters[2], parameters[3])
      return [rate, FitReport.Figure("probability of leaving at a purchase", a / (a + b))]
    case .pnbd:
      return [
        rate,
        FitReport.Figure("dropout rate per \(ruler.rawValue)", parameters[2] / parameters[3]),
      ]
    case .nbd: return [rate]
    }
  }
}
