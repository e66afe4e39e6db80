/// The purchase models, by the names that the command line uses.
package enum LifetimeModelKind: String, Sendable, CaseIterable {
  /// BG/NBD (Fader, Hardie and Lee 2005).
  case bgnbd
  /// MBG/NBD (Batislam, Denizel and Filiztekin 2007).
  case mbgnbd
  /// Pareto/NBD (Schmittlein, Morrison and Colombo 1987).
  case pnbd
  /// NBD: nobody ever leaves.
  case nbd

  /// The name in print.
  package var title: String {
    switch self {
    case .bgnbd: "BG/NBD"
    case .mbgnbd: "MBG/NBD"
    case .pnbd: "Pareto/NBD"
    case .nbd: "NBD"
    }
  }

  package var parameterNames: [String] {
    switch self {
    case .bgnbd, .mbgnbd: ["r", "alpha", "a", "b"]
    case .pnbd: ["r", "alpha", "s", "beta"]
    case .nbd: ["r", "alpha"]
    }
  }

  /// Whether each parameter is a time, in units of the ruler.
  var parameterIsTime: [Bool] {
    switch self {
    case .bgnbd, .mbgnbd: [false, true, false, false]
    case .pnbd: [false, true, false, true]
    case .nbd: [false, true]
    }
  }

  /// Models that stand in for this one where they describe the data better by AIC: NBD always, the others where
  /// this one does not converge or ends at a limit.
  package var simpler: [LifetimeModelKind] {
    switch self {
    case .pnbd: [.bgnbd, .mbgnbd, .nbd]
    case .bgnbd, .mbgnbd: [.nbd]
    case .nbd: []
    }
  }
}
