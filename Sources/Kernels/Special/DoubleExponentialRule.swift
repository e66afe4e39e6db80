#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Nodes for integrals over 0…∞ of functions that fall like e^(−y): y = exp(ξ − e^(−ξ)), ξ equally spaced
/// (Takahasi and Mori 1974). The error falls exponentially with the number of nodes, and an end-point where
/// the function is steep does no harm: there the nodes crowd doubly exponentially.
struct DoubleExponentialRule: Sendable {
  private let step: Double
  private static let start = -3.5
  private static let end = 46.0

  /// y of each node, and dy = y (1 + e^(−ξ)) step.
  let positions: [Double]
  let weights: [Double]

  static let shared = DoubleExponentialRule(step: 0.25)
  /// For functions that have a feature far closer to 0 than where they fall: there the nodes crowd less than they
  /// should, and a singularity that is π / 2 away in ln y is nearer in ξ.
  static let fine = DoubleExponentialRule(step: 0.125)

  private init(step: Double) {
    self.step = step
    let count = Int((Self.end - Self.start) / step)
    let grid = (0..<count).map { Self.start + Double($0) * step }
    positions = grid.map { exp($0 - exp(-$0)) }
    weights = grid.map { exp($0 - exp(-$0)) * (1 + exp(-$0)) * step }
  }

  /// Nodes that are needed where the function still falls like e^(−y / stretch) far out: there e^(−45) is
  /// left of it.
  func nodeCount(stretch: Double) -> Int {
    let reach = log(45 * max(1, stretch)) + 0.3
    guard reach < Self.end else { return positions.count }
    return min(positions.count, Int(((reach - Self.start) / step).rounded(.up)) + 1)
  }
}
