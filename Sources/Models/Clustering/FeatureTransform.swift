#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the values of one feature become coordinates, and what the values were when the model was fitted.
package struct FeatureTransform: Sendable, Equatable {
  package let name: String
  /// Whether sign(x)·ln(1 + |x|) is taken first.
  package let isLogarithmic: Bool
  /// Subtracted after that.
  package let center: Double
  /// Divided by after that. Includes the power of two that brings all coordinates into −1…1.
  package let divisor: Double
  /// Coordinates are multiples of this power of two.
  package let step: Double
  /// Whether all values were equal: such a feature has no coordinate.
  package let isConstant: Bool
  /// Customers that had no value, or not a finite one.
  package let nullCount: Int
  /// Mean over the customers used, in the feature's own unit.
  package let mean: Double
  /// Mean and standard deviation after the logarithm, if it is taken.
  package let transformedMean: Double
  package let transformedDeviation: Double

  /// The coordinate of a value.
  @inline(__always)
  package func coordinate(_ value: Double) -> Float {
    scaled(isLogarithmic ? FeatureTransform.signedLogarithm(value) : value)
  }

  /// The coordinate of a value after the logarithm: as `FeatureKernel.scale`, bit for bit.
  @inline(__always)
  func scaled(_ transformed: Double) -> Float {
    SummationGrid(step: step).round((transformed - center) * (1 / divisor))
  }

  /// The value whose coordinate this is, up to rounding.
  package func value(ofCoordinate coordinate: Double) -> Double {
    let transformed = coordinate * divisor + center
    if !isLogarithmic { return transformed }
    return transformed < 0 ? -expm1(-transformed) : expm1(transformed)
  }

  static func signedLogarithm(_ value: Double) -> Double {
    value < 0 ? -log1p(-value) : log1p(value)
  }
}
