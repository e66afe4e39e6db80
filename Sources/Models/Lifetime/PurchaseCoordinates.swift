import Kernels

/// Coordinates in which a purchase model is searched: for each mixture its mean and its spread.
///
/// A mixture has two parameters, first and second: r and α of the purchase rate, a and b of the dropout
/// probability, s and β of the dropout rate. Its mean is ln first − ln second, which is the log mean rate, or the
/// log odds of a / (a + b). Its spread is `weight` × ln first + (1 − weight) × ln second: as it grows at a given
/// mean, the mixture becomes one value for all. So a limit of the model is a side of a box, which in the
/// parameters themselves would be a valley without end. All is linear in the log-parameters.
struct PurchaseCoordinates: Sendable {
  /// For each mixture, the weight of the first log-parameter in its spread.
  var weights: [Double]
  /// Bounds of mean and spread of each mixture, in turn.
  var box: [ClosedRange<Double>]

  /// The coordinates of a search, times being scaled so that the largest T is 10.
  init(_ kind: LifetimeModelKind) {
    weights = [1]
    box = [Self.logarithms(1e-9, 1e6), Self.shapes]
    switch kind {
    case .nbd: break
    case .bgnbd, .mbgnbd:
      weights.append(0.5)
      box += [Self.logarithms(1e-7, 1e7), Self.shapes]
    case .pnbd:
      weights.append(1)
      // Where a part of the customers leaves at once, s and β fall together at a given β^s: β is soon tiny.
      box += [Self.logarithms(1e-8, 1e14), Self.shapes]
    }
  }

  /// At 1e7 a log-likelihood differs from its limit's by less than x² / 2e7 a customer.
  private static let shapes = logarithms(1e-6, 1e7)

  private static func logarithms(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    Special.naturalLog(low)...Special.naturalLog(high)
  }

  /// The same with one log-parameter as the spread of its mixture; its bounds are those of the spread at the
  /// mixture's mean in `point`.
  func replacingSpread(byParameter parameter: Int, at point: [Double]) -> PurchaseCoordinates {
    let mixture = parameter / 2
    var result = self
    result.weights[mixture] = parameter % 2 == 0 ? 1 : 0
    // From spread to log-parameter at a mean: see `logParameters(_:)`.
    let mean = point[2 * mixture]
    let shift = parameter % 2 == 0 ? (1 - weights[mixture]) * mean : -weights[mixture] * mean
    let old = box[2 * mixture + 1]
    result.box[2 * mixture + 1] = old.lowerBound + shift...old.upperBound + shift
    return result
  }

  func logParameters(_ point: [Double]) -> [Double] {
    weights.indices.flatMap { k in
      let (mean, spread) = (point[2 * k], point[2 * k + 1])
      return [spread + (1 - weights[k]) * mean, spread - weights[k] * mean]
    }
  }

  func point(logParameters: [Double]) -> [Double] {
    weights.indices.flatMap { k in
      let (first, second) = (logParameters[2 * k], logParameters[2 * k + 1])
      return [first - second, weights[k] * first + (1 - weights[k]) * second]
    }
  }

  /// An expansion in log-parameters as one in these coordinates: Mᵀ g and Mᵀ H M.
  func moved(_ expansion: LikelihoodExpansion) -> LikelihoodExpansion {
    let n = expansion.dimension
    var result = expansion
    // Columns of a matrix to mean and spread: d/d mean = (1 − w) d/d first − w d/d second, d/d spread = both.
    func move(_ values: inout [Double], start: Int, stride: Int) {
      for (k, weight) in weights.enumerated() {
        let at = start + 2 * k * stride
        let (first, second) = (values[at], values[at + stride])
        values[at] = (1 - weight) * first - weight * second
        values[at + stride] = first + second
      }
    }
    move(&result.gradient, start: 0, stride: 1)
    for i in 0..<n { move(&result.hessian, start: i * n, stride: 1) }
    for i in 0..<n { move(&result.hessian, start: i, stride: n) }
    return result
  }
}

/// A side of the box at which a search ended: a limit of the model.
struct PurchaseLimit: Sendable, Equatable {
  /// Of the purchase rate, or of the dropout.
  let isDropout: Bool
  /// The spread, or the mean.
  let isSpread: Bool
  let isUpper: Bool

  static func all(
    _ point: [Double], in coordinates: PurchaseCoordinates
  ) -> [PurchaseLimit] {
    point.indices.compactMap { i in
      let range = coordinates.box[i]
      guard point[i] <= range.lowerBound || point[i] >= range.upperBound else { return nil }
      return PurchaseLimit(
        isDropout: i >= 2, isSpread: i % 2 == 1, isUpper: point[i] >= range.upperBound)
    }
  }
}
